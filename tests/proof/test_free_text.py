from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic import BaseModel, Field

from vouch.proof.free_text import LONG, free_in_result, free_in_schema


class Kind(Enum):
    BIG = "big"


class Item(BaseModel):
    number: Annotated[str, Field(pattern="^A-[0-9]+$")]
    kind: Kind
    size: Literal["s", "l"]
    note: str = ""


class Order(BaseModel):
    items: list[Item]
    total: Decimal
    day: date | None
    address: str | None
    extra: dict[str, str]
    counts: dict[str, int]


class Tree(BaseModel):
    name: str
    below: list[Tree] = []


@pytest.mark.parametrize(
    ("of", "parts"),
    [
        # An amount is told from other text by no schema.
        (Order, ("items[].note", "total", "address", "extra.*")),
        (bytes, ("all of it",)),
        (date, ()),
        (Item, ("note",)),
        (list[str], ("[]",)),
        (int, ()),
        (Kind, ()),
        (bool | None, ()),
        (Any, ("all of it",)),
        (dict[str, Any], ("*",)),
        (dict[str, int], ()),
        (dict, ("*",)),
    ],
)
def test_parts_that_take_any_word_are_found_in_a_schema(of: Any, parts: tuple[str, ...]) -> None:
    assert free_in_schema(pydantic.TypeAdapter(of).json_schema(mode="serialization")) == parts


def test_a_type_within_itself_comes_to_an_end() -> None:
    parts = free_in_schema(pydantic.TypeAdapter(Tree).json_schema())
    assert parts[:2] == ("name", "below[].name")
    assert len(parts) < 10


def test_an_object_without_fields_may_hold_anything_unless_it_says_otherwise() -> None:
    assert free_in_schema({"type": "object"}) == ("*",)
    assert free_in_schema({"type": "object", "additionalProperties": False}) == ()
    assert free_in_schema({"$ref": "#/$defs/Gone"}) == ("all of it",)


def test_long_words_are_found_in_a_result() -> None:
    words = "this is what somebody wrote about it, at some length"
    assert len(words) >= LONG
    assert free_in_result(words) == ("all of it",)
    result = f'{{"items": [{{"note": "{words}"}}, {{"note": "{words}"}}], "id": "{"x" * 60}", "n": 3, "short": "a b"}}'
    assert free_in_result(result) == ("items[].note",)
    assert free_in_result("700") == ()
    assert free_in_result("paid 700") == ()
