"""Outputs that are JSON of a shape."""

from __future__ import annotations

from typing import Any

import pytest

from vouch import guards
from vouch.errors import AppError

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "lines": {"type": "array", "items": {"type": "string"}}},
    "additionalProperties": False,
}


async def test_json_that_fits_passes() -> None:
    guard = guards.shape(ORDER)
    assert await guard.judge('{"id": 3, "lines": ["a"]}') == (True, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Sure! Here it is", "no JSON: JSON is malformed: invalid character (byte 0)"),
        ("", "no JSON: Input data was truncated"),
        ('{"id": "hunter2"}', "at id: type is not fulfilled"),
        ('{"id": 1, "lines": ["a", 2]}', "at lines/1: type is not fulfilled"),
        ("[]", "at the whole: type is not fulfilled"),
        ("{}", "at the whole: required is not fulfilled"),
        ('{"id": 1, "key": "hunter2"}', "at the whole: additionalProperties is not fulfilled"),
    ],
)
async def test_the_reason_names_the_place_and_never_the_value(text: str, why: str) -> None:
    assert await guards.shape(ORDER).judge(text) == (False, why)


async def test_half_a_pair_and_a_schema_of_nothing() -> None:
    assert not (await guards.shape().judge('"\ud800"')).passed
    closed = guards.shape({"not": {}})
    assert not (await closed.judge("1")).passed


async def test_without_a_schema_any_json_passes() -> None:
    assert guards.shape().name == "shape"
    assert (await guards.shape().judge(" [1] ")).passed
    assert not (await guards.shape().judge("[1")).passed


def test_it_looks_at_outputs_and_is_named_by_its_schema() -> None:
    assert guards.shape(ORDER).sides == ("output",)
    assert guards.shape(ORDER).name == guards.shape(dict(reversed(ORDER.items()))).name
    assert guards.shape(ORDER).name != guards.shape({}).name


@pytest.mark.parametrize("schema", [{"type": "thing"}, {"$ref": "#/nowhere"}, {"a": object()}, 3])
def test_a_schema_that_is_none_is_refused(schema: Any) -> None:
    with pytest.raises(AppError, match="a JSON Schema is wanted"):
        guards.shape(schema)
