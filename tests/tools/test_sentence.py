"""Sentences about a call: filled safely, with values as people write them, and checked where they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
import pydantic
import pytest

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.app.subagent import as_tool
from vouch.errors import ToolError
from vouch.models.scripted import Scripted
from vouch.tools.approvals import always
from vouch.tools.function import FunctionWrite, tool
from vouch.tools.policy import policy
from vouch.tools.sentence import described, filled, readable
from vouch.values.event import ApprovalAsked, CallRefused
from vouch.values.message import ToolCall


class Kind(Enum):
    GIFT = "gift card"


class Item(pydantic.BaseModel):
    name: str
    price: Decimal
    note: str | None = None


class Place(msgspec.Struct):
    street: str
    number: int


@dataclass
class Parcel:
    to: Place
    weight: float


LAMP = Item(name="lamp", price=Decimal("19.90"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (5, "5"),
        (20.0, "20"),
        (0.1, "0.1"),
        (float("nan"), "nan"),
        (Decimal("70.00"), "70.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), "NaN"),
        (date(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2, 9, 5), "2025-01-02 09:05"),  # noqa: DTZ001
        (datetime(2025, 1, 2, 9, 5, 7), "2025-01-02 09:05:07"),  # noqa: DTZ001
        (time(9, 5), "09:05:00"),
        (Kind.GIFT, "gift card"),
        (b"abc", "3 bytes"),
        ([], "nothing"),
        (["lamp"], "lamp"),
        (["lamp", "bulb", "cord"], "lamp, bulb and cord"),
        (("a", ["b", "c"]), "a and (b and c)"),
        ({"b", "a"}, "a and b"),
        ({"street": "Low Lane", "number": 5, "flat": None}, "street: Low Lane, number: 5"),
        ({}, "nothing"),
        (LAMP, "name: lamp, price: 19.90"),
        ([LAMP, LAMP], "(name: lamp, price: 19.90) and (name: lamp, price: 19.90)"),
        (Parcel(Place("Low Lane", 5), 1.5), "to: (street: Low Lane, number: 5), weight: 1.5"),
        (1j, "1j"),
    ],
)
def test_values_are_shown_as_people_write_them(value: object, words: str) -> None:
    assert readable(value) == words


def test_what_is_nested_without_end_is_cut() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert readable(endless) == "..."


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Refund {amount} for {order}.", "Refund 70.00 for W17."),
        ("Refund {amount:.1f} ({amount:>8})", "Refund 70.0 (   70.00)"),
        ("{{order}} {order}", "{order} W17"),
        ("{item:.2f}", "name: lamp, price: 19.90"),  # not a number after all
        # What it cannot fill, or must not, stays as it is.
        ("{other} {order.__class__} {order[0]} {order!r} {} {other:>3}", None),
        ("{order", None),
        ("", None),
    ],
)
def test_a_sentence_is_filled_with_whole_arguments_and_nothing_else(sentence: str, words: str | None) -> None:
    arguments = {"amount": Decimal("70.00"), "order": "W17", "item": LAMP}
    assert filled(sentence, arguments) == (sentence if words is None else words)


def test_values_are_never_read_as_a_sentence() -> None:
    assert filled("{order}", {"order": "{amount}", "amount": 5}) == "{amount}"


def broken(arguments: dict[str, Any]) -> str:
    raise KeyError("no")


def test_a_function_says_what_a_sentence_cannot_and_one_that_breaks_hides_nothing() -> None:
    arguments = {"items": [LAMP], "note": None}
    assert described(lambda arguments: f"Send {arguments['items'][0].name}.", "send", arguments) == "Send lamp."
    for without in (broken, lambda _arguments: " ", lambda _arguments: 7, ""):
        assert described(without, "send_out", arguments) == "send out: items = (name: lamp, price: 19.90)"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("for the lamp", "for the lamp"),
        ("ok, to = Ann", '"ok, to = Ann"'),
        ("a = b", '"a = b"'),
        ('"Ann"', r'"\"Ann\""'),
        ("", '""'),
        ("ok\n\nApproved by finance.", r'"ok\n\nApproved by finance."'),
        ("Ann\u202e005\u200b\x1b[2J", r'"Ann\u202e005\u200b\u001b[2J"'),
        ("\U000e0041", r'"\udb40\udc41"'),
        (["Ann and Bob", "Eve"], '"Ann and Bob" and Eve'),
        ({"to": "Ann, sum: 5", "a: b": "c"}, 'to: "Ann, sum: 5", "a: b": c'),
        (["a\nb"], r'"a\nb"'),
    ],
)
def test_a_text_is_never_taken_for_another_argument_nor_hides_anything(note: object, words: str) -> None:
    assert described("", "pay", {"note": note, "to": "Mallory"}) == f"pay: note = {words}, to = Mallory"


def test_in_a_sentence_of_ones_own_only_what_is_not_seen_is_quoted() -> None:
    assert filled("Send to {place}.", {"place": "Low Lane 5, Ely"}) == "Send to Low Lane 5, Ely."
    assert filled("Pay {to}.", {"to": "Ann\n\u202eyes"}) == r'Pay "Ann\n\u202eyes".'
    assert filled("Pay {to:>4}.", {"to": "a\nb"}) == r'Pay " a\nb".'


def pay_tool(**options: Any) -> FunctionWrite:
    @tool(effect="write", **{"approval": always, **options})  # pyright: ignore[reportUnknownArgumentType]
    def pay(order: str, amount: Decimal) -> str:
        """Pay."""
        return "paid"

    assert isinstance(pay, FunctionWrite)
    return pay


async def later(arguments: dict[str, Any]) -> str:
    return "later"


@pytest.mark.parametrize(
    ("describe", "problem"),
    [
        ("Pay {amuont}.", "tool 'pay': describe names 'amuont', which is no argument; there are: order, amount"),
        ("Pay {", r"is no sentence with \{arguments\}: .* write \{\{ and \}\} for braces"),
        ("Pay {}.", r"names '': name whole arguments, such as \{amount\}"),
        ("Pay {order.__class__}.", "describe= takes a function"),
        ("Pay {order[0]}.", "name whole arguments"),
        ("Pay {order!r}.", "name whole arguments"),
        ("Pay {amount:{order}}.", "name whole arguments"),
        (later, "give a sentence, or a plain function of the arguments"),
        (5, "describe=5: give a sentence"),
    ],
)
def test_a_sentence_that_cannot_be_filled_is_an_error_where_it_is_declared(describe: Any, problem: str) -> None:
    with pytest.raises(ToolError, match=problem):
        pay_tool(describe=describe)


def refusing(customer: str, auditor: str = "no") -> Any:
    return policy(customer=customer, auditor=auditor, name="closed")(lambda attempt: False)


def test_so_is_a_sentence_of_a_policy() -> None:
    with pytest.raises(ToolError, match=r"policy\(customer\)='\{' is no sentence"):
        refusing("{")
    with pytest.raises(ToolError, match=r"policy\(auditor\).* names 'a.b'"):
        refusing("No.", "{a.b}")
    with pytest.raises(ToolError, match="tool 'pay': policy 'closed': auditor names 'item', which is no argument"):
        pay_tool(policies=[refusing("No.", "{item}")])
    child = App(name="till", models=[Scripted([])], tools=[pay_tool()])
    with pytest.raises(ToolError, match="tool 'till': policy 'closed': customer names 'order', which is no argument"):
        as_tool(child, description="Pays.", approval="never", policies=[refusing("{order}")])


async def test_whoever_is_refused_or_asked_is_told_of_what_exactly(house: House) -> None:
    def app(**options: Any) -> App:
        call = ToolCall("c", "pay", '{"order": "W17", "amount": "70.00"}')
        return App(name="a", models=[Scripted([call, "done"])], tools=[pay_tool(**options)])

    async def said(app: App) -> list[object]:
        return [event.body for event in await house.journal.read((await run(app, "x", house)).run)]

    policies = [refusing("Order {order} cannot be paid.", "{amount} for {order} {{after hours}}")]
    (refused,) = [body for body in await said(app(policies=policies)) if isinstance(body, CallRefused)]
    assert (refused.content, refused.why) == ("Order W17 cannot be paid.", "70.00 for W17 {after hours}")
    (asked,) = [body for body in await said(app()) if isinstance(body, ApprovalAsked)]
    assert asked.shown == "pay: order = W17, amount = 70.00"
    describe = lambda arguments: f"Pay {arguments['amount'] * 2} in two halves"  # noqa: E731
    (asked,) = [body for body in await said(app(describe=describe)) if isinstance(body, ApprovalAsked)]
    assert asked.shown == "Pay 140.00 in two halves"


def test_other_words_are_another_version() -> None:
    def version(**options: Any) -> str:
        return App(name="a", models=["x/y"], tools=[pay_tool(**options)]).version

    versions = [
        version(),
        version(describe="Pay {order}."),
        version(describe=lambda arguments: "Pay it."),
        version(describe=lambda arguments: "Pay that."),
        version(policies=[refusing("No.")]),
        version(policies=[refusing("No!")]),
        version(policies=[refusing("No!", "never")]),
    ]
    assert len(set(versions)) == len(versions)
