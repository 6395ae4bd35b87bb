"""JSON Schema, Draft 2020-12, checked without ever fetching anything.

It does not know what the checked values are for.
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError

_LONGEST: Final = 200
"""Characters of a message: a schema's complaint may hold the whole value."""


class Schema:
    """A compiled schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Raises a `ValueError` that says what is wrong with the schema."""
        try:
            self._validator = Draft202012Validator(schema, offline=True)
        except ValidationError as problem:
            raise ValueError(_short(problem.message)) from problem

    def problem(self, value: object) -> str:
        """What is wrong with `value`, or nothing."""
        try:
            if self._validator.is_valid(value):
                return ""
            first = next(self._validator.iter_errors(value))
        except ValueError as problem:
            return _short(str(problem))
        where = "".join(f"[{step!r}]" for step in first.instance_path)
        return _short(f"at {where}: {first.message}" if where else first.message)


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
