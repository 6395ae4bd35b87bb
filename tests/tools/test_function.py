from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from vouch.contracts.tool import Tool, ToolRefused
from vouch.errors import ToolError
from vouch.tools.function import RESULT_CHARACTERS, FunctionTool, tool


async def used(wanted: FunctionTool, arguments: str) -> str:
    return await wanted.call(wanted.check(arguments))


class Item(BaseModel):
    name: str
    price: Decimal
    tags: list[str] = []


class Order(BaseModel):
    items: list[Item]
    note: str | None = None


@tool
def quote(
    order: Order,
    day: date,
    currency: Literal["EUR", "USD"] = "EUR",
    rebate: Decimal = Decimal("0.10"),
    customer: str | None = None,
    pieces: Annotated[int, Field(ge=1, description="How many of each.")] = 1,
) -> dict[str, Any]:
    """What an order costs on a day."""
    total = sum((item.price for item in order.items), Decimal(0)) * pieces * (1 - rebate)
    return {"total": total, "day": day, "currency": currency, "customer": customer}


def test_the_schema_comes_from_the_signature() -> None:
    schema = quote.spec.parameters
    assert (quote.spec.name, quote.spec.description) == ("quote", "What an order costs on a day.")
    assert schema["required"] == ["order", "day"]
    assert schema["additionalProperties"] is False
    assert "title" not in schema
    fields = schema["properties"]
    assert list(fields) == ["order", "day", "currency", "rebate", "customer", "pieces"]
    assert fields["order"] == {"$ref": "#/$defs/Order"}
    assert schema["$defs"]["Item"]["required"] == ["name", "price"]
    assert (fields["day"]["type"], fields["day"]["format"]) == ("string", "date")
    assert fields["currency"]["enum"] == ["EUR", "USD"]
    assert fields["currency"]["default"] == "EUR"
    assert fields["rebate"]["default"] == "0.10"
    assert {option["type"] for option in fields["customer"]["anyOf"]} == {"string", "null"}
    assert fields["customer"]["default"] is None
    assert (fields["pieces"]["minimum"], fields["pieces"]["description"]) == (1, "How many of each.")


async def test_arguments_reach_the_function_as_the_types_it_names() -> None:
    assert isinstance(quote, Tool)
    assert quote.effect == "read"
    said = await used(
        quote,
        '{"order": {"items": [{"name": "lamp", "price": "19.90"}, {"name": "bulb", "price": 0.1}]}, '
        '"day": "2025-01-31", "pieces": 2}',
    )
    assert said == '{"total":"36.0000","day":"2025-01-31","currency":"EUR","customer":null}'
    assert quote(Order(items=[]), date(2025, 1, 31), "USD")["currency"] == "USD"


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        ('{"day": "2025-01-31"}', ["order: Field required"]),
        ('{"order": {"items": [{"name": "lamp"}]}, "day": "soon"}', ["order.items.0.price: Field required", "day: "]),
        (
            '{"order": {"items": []}, "day": "2025-01-31", "currency": "GBP"}',
            ["currency: Input should be 'EUR' or 'USD'"],
        ),
        (
            '{"order": {"items": []}, "day": "2025-01-31", "pieces": 0}',
            ["pieces: Input should be greater than or equal"],
        ),
        ('{"order": {"items": []}, "day": "2025-01-31", "size": 3}', ["size: Extra inputs are not permitted"]),
        ('{"argument_0": {"items": []}, "day": "2025-01-31"}', ["argument_0: Extra inputs", "order: Field required"]),
        ("{broken", ["arguments: Invalid JSON"]),
        ("[" * 5000, ["arguments: Invalid JSON"]),
        ('{"order": "\ud800"}', ["arguments: "]),
        ("null", ["arguments: Input should be an object"]),
        ("", ["order: Field required", "day: Field required"]),
    ],
)
async def test_arguments_that_do_not_fit_are_refused_with_words_for_the_model(
    arguments: str, problems: list[str]
) -> None:
    with pytest.raises(ToolRefused, match="quote was not called, its arguments do not fit") as refused:
        await used(quote, arguments)
    for problem in problems:
        assert problem in str(refused.value)
    assert len(str(refused.value)) < 600


async def test_parameters_may_have_any_name_that_python_allows() -> None:
    @tool
    def odd(copy: int, json: int, _hidden: int, model_config: int, self_: int = 5) -> list[int]:
        """Odd names."""
        return [copy, json, _hidden, model_config, self_]

    assert list(odd.spec.parameters["properties"]) == ["copy", "json", "_hidden", "model_config", "self_"]
    assert await used(odd, '{"copy": 1, "json": 2, "_hidden": 3, "model_config": 4}') == "[1,2,3,4,5]"


async def test_without_parameters_nothing_is_asked_for() -> None:
    @tool
    def now() -> str:
        """The time."""
        return "noon"

    assert now.spec.parameters == {"additionalProperties": False, "properties": {}, "type": "object"}
    assert await used(now, "") == await used(now, "{}") == "noon"


async def test_a_default_that_can_change_is_each_call_s_own() -> None:
    @tool
    def collect(item: str, into: list[str] = []) -> list[str]:  # noqa: B006 - what users write
        """Collect."""
        into.append(item)
        return into

    assert await used(collect, '{"item": "a"}') == '["a"]'
    assert await used(collect, '{"item": "b"}') == '["b"]'


async def test_asynchronous_functions_run_on_the_loop_and_plain_ones_beside_it() -> None:
    loop = asyncio.get_running_loop()

    @tool
    async def on_the_loop() -> bool:
        """Async."""
        return asyncio.get_running_loop() is loop

    @tool
    def beside() -> str:
        """Sync."""
        time.sleep(0.05)
        return "done"

    assert await used(on_the_loop, "{}") == "true"
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await used(beside, "{}") == "done"
    ticking.cancel()
    assert ticks >= 3


async def test_a_decorated_asynchronous_function_is_awaited_too() -> None:
    async def real(a: int) -> int:
        """Really."""
        await asyncio.sleep(0)
        return a + 1

    @functools.wraps(real)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs)

    assert await used(tool(wrapper), '{"a": 1}') == "2"


async def test_a_call_that_takes_too_long_is_given_up() -> None:
    @tool(seconds=0.02)
    async def slow() -> str:
        """Slow."""
        await asyncio.sleep(30)
        return "never"

    @tool(seconds=0.02)
    def blocking() -> str:
        """Slow."""
        time.sleep(0.4)
        return "late"

    for hanging in (slow, blocking):
        started = time.perf_counter()
        with pytest.raises(ToolRefused, match=f"{hanging.spec.name} gave no result within 0.02 s"):
            await used(hanging, "{}")
        assert time.perf_counter() - started < 0.3


async def test_a_failure_is_told_to_the_model() -> None:
    @tool
    def broken() -> str:
        """Breaks."""
        raise KeyError("sofa")

    @tool
    async def timed_out() -> str:
        """A time limit of its own."""
        raise TimeoutError("the shop's server did not answer")

    @tool
    def refusing() -> str:
        """Refuses."""
        raise ToolRefused("we are closed")

    @tool
    def unwritable() -> bytes:
        """Gives what JSON cannot hold."""
        return b"\xff\xfe"

    for failing, said in (
        (broken, "broken failed: KeyError: 'sofa'"),
        (timed_out, "timed_out failed: TimeoutError: the shop's server did not answer"),
        (refusing, "we are closed"),
        (unwritable, "unwritable failed: PydanticSerializationError: Error serializing to JSON: invalid utf-8"),
    ):
        with pytest.raises(ToolRefused) as refused:
            await used(failing, "{}")
        assert str(refused.value).startswith(said)


async def test_a_cancelled_call_is_cancelled_and_not_a_failure() -> None:
    @tool
    async def waiting() -> str:
        """Waits."""
        await asyncio.sleep(30)
        return "never"

    task = asyncio.create_task(used(waiting, "{}"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Unknown:
    def __repr__(self) -> str:
        return "something of its own"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        (3.5, "3.5"),
        (Item(name="lamp", price=Decimal("1.10")), '{"name":"lamp","price":"1.10","tags":[]}'),
        ({"when": date(2025, 1, 2), "set": (1, 2)}, '{"when":"2025-01-02","set":[1,2]}'),
        (Unknown(), '"something of its own"'),
    ],
)
async def test_a_result_that_is_not_text_is_written_as_json(result: object, text: str) -> None:
    def give() -> object:
        """Give it."""
        return result

    assert await used(tool(give), "{}") == text


async def test_a_big_result_is_cut_and_says_so() -> None:
    @tool
    def big(size: int) -> str:
        """A lot of text."""
        return "x" * size

    assert await used(big, f'{{"size": {RESULT_CHARACTERS}}}') == "x" * RESULT_CHARACTERS
    cut = await used(big, '{"size": 1000000}')
    assert cut.endswith("x\n[cut here: 936000 more characters]")
    assert len(cut) < RESULT_CHARACTERS + 60


def undocumented(a: int) -> int:
    return a


def untyped(a) -> int:  # type: ignore[no-untyped-def]
    """No type."""
    return a


def starred(*a: int) -> int:
    """Starred."""
    return sum(a)


def double_starred(**a: int) -> int:
    """Starred."""
    return sum(a.values())


def by_place(a: int, /) -> int:
    """By place."""
    return a


def unfound(a: Nowhere) -> int:  # type: ignore[name-defined]  # noqa: F821
    """A type that is not there."""
    return 1


def unwritten(a: Unknown) -> int:
    """A type that JSON cannot hold."""
    return 1


def called(a: Callable[[int], int]) -> int:
    """A function as an argument."""
    return a(1)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (undocumented, "tool 'undocumented' has no docstring; say in one what it does"),
        (untyped, "tool 'untyped': parameter 'a' has no type; write a: str, or so"),
        (starred, "parameter 'a' must be an ordinary named parameter"),
        (double_starred, "parameter 'a' must be an ordinary named parameter"),
        (by_place, "parameter 'a' must be an ordinary named parameter"),
        (unfound, "tool 'unfound': a type cannot be found .*'Nowhere'"),
        (unwritten, "tool 'unwritten': a parameter has a type that JSON cannot hold .*Unknown.*; give another"),
        (called, "tool 'called': a parameter has a type that JSON cannot hold"),
        (lambda: 1, "tool '<lambda>' has no docstring"),
        (functools.partial(undocumented, 1), "is not a function; write one with `def`"),
        ("quote", "'quote' is not a function"),
        (Item, "is not a function"),
    ],
)
def test_a_tool_that_is_declared_wrongly_is_an_error_where_it_is_declared(function: Any, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tool(function)


def test_a_version_changes_with_what_the_model_sees() -> None:
    def first(a: int) -> int:
        """Do it."""
        return a

    def second(a: int, b: int = 1) -> int:
        """Do it."""
        return a

    second.__name__ = "first"
    made: list[FunctionTool] = [tool(first), tool(second)]
    assert made[0].version == tool(first).version
    assert made[0].version != made[1].version


def test_what_makes_no_sense_for_a_tool_is_an_error_where_it_is_declared() -> None:
    def pay(amount: int) -> str:
        """Pay."""
        return "paid"

    wrong: list[tuple[dict[str, Any], str]] = [
        ({"effect": "Write"}, "effect='Write': give 'read', or 'write'"),
        ({"effect": "read", "confirm": True}, "only reads, so it needs no approval, confirmation"),
        ({"effect": "write", "approval": "sometimes"}, "approval='sometimes': give 'never', 'always'"),
        ({"effect": "write", "approval": ["always", 7]}, "approval=7: give 'never', 'always'"),
        ({"effect": "write", "approval": "never", "describe": "Pay {amuont}."}, "describe names 'amuont', .* amount"),
        ({"effect": "write", "approval": "never", "describe": "Pay {"}, "no sentence with {arguments}"),
    ]
    for options, message in wrong:
        with pytest.raises(ToolError, match=message):
            tool(**options)(pay)
    assert tool(effect="write", approval=["always"], describe="Pay {amount}.")(pay).effect == "write"
