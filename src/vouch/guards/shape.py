"""Whether an output is JSON of a given shape.

It does not know what the values mean, and it does not mend them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs
import msgspec

from vouch.contracts.guard import Judgement, Side
from vouch.errors import AppError
from vouch.guards.finding import setting
from vouch.values.digest import digest

_SHOWN: Final = 160
"""Characters of a reason that are kept."""

_decode: Final = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class Shape:
    """Refuses outputs that are not JSON, or not JSON that fits the schema."""

    name: str
    sides: tuple[Side, ...] = ("output",)
    _validator: Any = field(default=None, repr=False, compare=False)

    async def judge(self, text: str) -> Judgement:
        """Whether the text is JSON that fits; `why` says where it does not."""
        try:
            value = _decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            return Judgement(passed=False, why=f"no JSON: {error}")
        if self._validator is None or self._validator.is_valid(value):
            return Judgement(passed=True)
        first = next(iter(self._validator.iter_errors(value)))
        place = "/".join(map(str, first.instance_path)) or "the whole"
        return Judgement(passed=False, why=f"at {place}: {_masked(first)}")


def shape(schema: Mapping[str, Any] | None = None) -> Shape:
    """Refuse outputs that are not JSON, or do not fit `schema` (JSON Schema, Draft 2020-12 unless it says otherwise).

    Raises an `AppError` for a schema that is none. Nothing is loaded from elsewhere.
    """
    if schema is None:
        return Shape("shape")
    try:
        given = dict(schema)
        validator = jsonschema_rs.validator_for(given)
        name = setting("shape", schema=digest(given)[:12])
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, TypeError, ValueError) as error:
        raise AppError(
            f"shape(...): the schema cannot be used ({_first_line(error)}); a JSON Schema is wanted"
        ) from error
    return Shape(name, _validator=validator)


def _masked(error: Any) -> str:
    # A reason must not repeat the value, which may be what another guard hides.
    return f"{error.schema_path[-1] if error.schema_path else 'false schema'} is not fulfilled"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:_SHOWN]
