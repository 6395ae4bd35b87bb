"""Tests of values that fit a schema."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import jsonschema_rs
import pytest
from pydantic import BaseModel, Field

from vouch.testing.sample import sample


class Tree(BaseModel):
    name: str
    left: Tree | None
    right: Tree | None = None


class Forest(BaseModel):
    trees: list[Tree]


class Everything(BaseModel):
    kind: Literal["a", "b"]
    only: Literal["x"]
    day: date
    note: str | None
    code: str = Field(min_length=8, max_length=9)
    short: str = Field(max_length=2)
    count: int = Field(gt=4)
    small: int = Field(le=0)
    share: float = Field(ge=0.5, le=1)
    flags: list[bool] = Field(min_length=2)
    forest: Forest


@pytest.mark.parametrize("model", [Tree, Forest, Everything])
def test_a_sample_fits_the_schema_it_was_made_from(model: type[BaseModel]) -> None:
    model.model_validate(sample(model.model_json_schema()))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "email"}, "someone@example.com"),
        ({"const": 7}, 7),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "integer", "default": 3}, 3),
        ({"type": ["null", "integer"]}, 1),
        ({"type": ["null"]}, None),
        ({"type": "number", "minimum": 2.5}, 2.5),
        ({"type": "integer", "exclusiveMinimum": 4}, 5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "array"}, [None]),
        ({"properties": {"a": {"type": "null"}}}, {"a": None}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"oneOf": [{"type": "integer"}]}, 1),
        ({"allOf": [{"type": "object"}, {"properties": {"a": {"type": "integer"}}}]}, {"a": 1}),
        ({"$ref": "#", "type": "string", "const": "here"}, "here"),
        ({}, None),
    ],
)
def test_the_plainest_value_is_taken(schema: dict[str, Any], value: Any) -> None:
    assert sample(schema) == value
    jsonschema_rs.validate({key: part for key, part in schema.items() if key != "$ref"}, value)


def test_a_schema_that_refers_to_itself_comes_to_an_end() -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"next": {"$ref": "#"}, "more": {"type": "array", "items": {"$ref": "#"}}},
    }
    value, depth = sample(node), 0
    while value:
        value, depth = value.get("next"), depth + 1
    assert 1 < depth < 20
