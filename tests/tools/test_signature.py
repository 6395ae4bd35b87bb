from __future__ import annotations

import sys
import typing
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from vouch.errors import ToolError
from vouch.tools.signature import read_signature


class Address(BaseModel):
    street: str
    zip: str


class Sizes(typing.TypedDict):
    width: int


class Unknown(BaseModel):
    part: Nowhere  # type: ignore[name-defined]  # noqa: F821 - the fault that is looked for


Endless: Any = list["Endless"]
Deep: Any = int
for _ in range(3000):
    Deep = list[Deep]


@pytest.mark.parametrize("hint", [Unknown, Endless, Deep])
def test_a_type_without_a_schema_is_told_in_a_sentence(hint: Any) -> None:
    def take(value: Any) -> str:
        """Take."""
        return ""

    def give() -> Any:
        """Give."""

    take.__annotations__["value"] = hint
    give.__annotations__["return"] = hint
    with pytest.raises(ToolError, match=r"tool 'take': a (parameter has a type that JSON cannot hold|type is nested)"):
        read_signature(take)
    with pytest.raises(ToolError, match=r"tool 'give': (the type of its result cannot be used|a type is nested)"):
        read_signature(give)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="pydantic takes it there")
def test_so_is_a_mapping_of_the_wrong_library() -> None:
    def give() -> Sizes:
        """Give."""
        return {"width": 1}

    with pytest.raises(ToolError, match=r"tool 'give': the type of its result cannot be used .*typing_extensions"):
        read_signature(give)


def test_a_docstring_gives_the_description_and_the_meaning_of_each_argument() -> None:
    def move(order: str, to: Address, *, on: date | None = None) -> dict[str, str]:
        """Send an order
        somewhere else.

        Only before it was sent.

        Args:
            order: The order's number,
                as on the invoice.
            to (Address): Where it goes.
            missing: Not an argument.

        Returns:
            What became of it.

        Raises:
            KeyError: never told.
        """
        return {}

    found = read_signature(move)
    assert found.description == "Send an order somewhere else. Only before it was sent."
    fields = found.parameters["properties"]
    assert fields["order"] == {
        "description": "The order's number, as on the invoice.",
        "title": "Order",
        "type": "string",
    }
    assert fields["to"]["description"] == "Where it goes."
    assert "description" not in fields["on"]
    assert found.parameters["required"] == ["order", "to"]
    assert not found.takes_key


def test_the_schema_says_what_the_types_say() -> None:
    def buy(
        article: Annotated[str, Field(pattern="^A[0-9]+$")],
        price: Decimal,
        pieces: Annotated[int, Field(ge=1, le=9)] = 1,
        how: Literal["post", "pigeon"] = "post",
        copy: bool = False,
        json: list[str] | None = None,
        _hidden: str = "",
    ) -> None:
        """Buy."""

    found = read_signature(buy)
    fields = found.parameters["properties"]
    assert list(fields) == ["article", "price", "pieces", "how", "copy", "json", "_hidden"]
    assert fields["article"]["pattern"] == "^A[0-9]+$"
    assert (fields["pieces"]["minimum"], fields["pieces"]["maximum"], fields["pieces"]["default"]) == (1, 9, 1)
    assert fields["how"]["enum"] == ["post", "pigeon"]
    assert found.parameters["additionalProperties"] is False
    assert "title" not in found.parameters


def test_the_key_is_not_for_the_model() -> None:
    def pay(amount: int, *, idempotency_key: str) -> None:
        """Pay."""

    found = read_signature(pay)
    assert found.takes_key
    assert list(found.parameters["properties"]) == ["amount"]


def test_a_result_with_fields_is_described_and_other_results_are_not() -> None:
    def address() -> Address:
        """Where."""
        raise AssertionError

    def words() -> str:
        """What."""
        raise AssertionError

    def untyped():  # type: ignore[no-untyped-def]
        """Anything."""

    def function() -> Callable[[], int]:
        """What JSON cannot hold."""
        raise AssertionError

    returns = read_signature(address).returns
    assert returns is not None
    assert list(returns["properties"]) == ["street", "zip"]
    for other in (words, untyped, function):
        assert read_signature(other).returns is None


def nothing_said(a: int) -> None: ...


def everything(*args: int) -> None:
    """Take all."""


def every_name(**names: int) -> None:
    """Take all."""


def by_place(a: int, /) -> None:
    """Take one."""


def without_type(a) -> None:  # type: ignore[no-untyped-def]
    """Take one."""


def of_no_json(a: Callable[[], int]) -> None:
    """Take a function."""


def of_nowhere(a: Missing) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Take what there is not."""


class NotAFunction:
    """A class."""


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (nothing_said, "tool 'nothing_said' has no docstring; say in one what it does"),
        (everything, "parameter 'args' must be an ordinary named parameter"),
        (every_name, "parameter 'names' must be an ordinary named parameter"),
        (by_place, "parameter 'a' must be an ordinary named parameter"),
        (without_type, "parameter 'a' has no type; write a: str, or so"),
        (of_no_json, r"a parameter has a type that JSON cannot hold \(.*\); give another"),
        (of_nowhere, r"a type cannot be found \(name 'Missing' is not defined\); import it where the tool is written"),
        (NotAFunction, "is not a function; write one with `def` and put @tool above it"),
        (3, "3 is not a function; write one with `def` and put @tool above it"),
    ],
)
def test_what_a_model_could_not_be_told_is_refused(function: Any, problem: str) -> None:
    with pytest.raises(ToolError, match=problem):
        read_signature(function)


ONE_MODULE = """
from __future__ import annotations
from pydantic import BaseModel

class Order(BaseModel):
    {field}: int

def buy(order: Order, pieces: int = {default}) -> None:
    'Buy.'
"""


def test_equal_lines_of_two_modules_are_two_functions() -> None:
    """One name may mean two types."""
    found: list[dict[str, Any]] = []
    for field, default in (("lamps", "1"), ("bulbs", "1"), ("bulbs", "True")):
        module: dict[str, Any] = {"__name__": "shop"}
        exec(ONE_MODULE.format(field=field, default=default), module)
        found.append(read_signature(module["buy"]).parameters)
    assert [list(schema["$defs"]["Order"]["properties"]) for schema in found] == [["lamps"], ["bulbs"], ["bulbs"]]
    assert [schema["properties"]["pieces"]["default"] for schema in found] == [1, 1, True]


def test_functions_made_anew_from_the_same_lines_are_read_once() -> None:
    def made(name: str) -> Callable[..., Any]:
        def look(order: str) -> str:
            """Look."""
            return name

        return look

    assert read_signature(made("a")).arguments is read_signature(made("b")).arguments
