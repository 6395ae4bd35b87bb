from __future__ import annotations

from decimal import Decimal

from vouch.app.compare import compare
from vouch.values.event import (
    AnyBody,
    EffectDone,
    EffectIntended,
    Event,
    ModelAnswered,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    ToolRead,
)
from vouch.values.message import ToolCall
from vouch.values.money import Money, Usage


def events(run: str, *bodies: AnyBody, at: float = 0.0) -> list[Event]:
    started = RunStarted(app="a", version=run, key=run, input="hello", case=run)
    return [Event(run, seq, at + seq, body) for seq, body in enumerate((started, *bodies))]


def answered(text: str = "", *calls: ToolCall, tokens: int = 0) -> ModelAnswered:
    cost = Money(Decimal("0.01")) if tokens else None
    return ModelAnswered(model="m", request=str(tokens), text=text, calls=calls, usage=Usage(tokens), cost=cost)


def written(run: str, number: int, arguments: str) -> tuple[EffectIntended, EffectDone]:
    key, call = f"{run}-{number}", str(number)
    return (
        EffectIntended(call_id=call, name="pay", key=key, arguments=arguments),
        EffectDone(call_id=call, name="pay", key=key, content="paid"),
    )


def test_times_names_keys_and_costs_make_no_difference() -> None:
    call = ToolCall("1", "pay", "{}")
    one = events("one", answered("", call), *written("one", 1, "{}"), RunFinished(status="answered", output="x"))
    other = events(
        "other",
        RunResumed(holder="another"),
        answered("", call, tokens=10),
        *written("other", 1, "{}"),
        RunFinished(status="answered", output="x", seconds=9),
        at=500,
    )
    difference = compare(one, other)
    assert difference.alike
    assert (difference.only_first, difference.only_second) == ((), ())
    assert (difference.first.tokens, difference.second.tokens) == (0, 10)
    assert (difference.first.cost, difference.second.cost) == (None, Money(Decimal("0.01")))
    assert (difference.first.steps, difference.first.status, difference.first.output) == (1, "answered", "x")
    assert difference.first.seconds == 4.0


def test_the_first_place_where_they_part_is_named() -> None:
    call = ToolCall("1", "look", "{}")
    head = (answered("", call), ToolRead(call_id="1", name="look", content="a"))
    one, other = events("one", *head, answered("x")), events("other", head[0], answered("y"))
    difference = compare(one, events("other", head[0], ToolRead(call_id="1", name="look", content="b")))
    assert (difference.first_event, difference.second_event) == (
        one[2],
        Event("other", 2, 2.0, ToolRead(call_id="1", name="look", content="b")),
    )
    longer = compare(one, events("other", *head))
    assert (longer.first_event, longer.second_event) == (one[3], None)
    assert not longer.alike
    assert compare(one, other).second_event == other[2]


def test_writes_that_only_one_of_them_made() -> None:
    calls = tuple(ToolCall(str(number), "pay", "{}") for number in (1, 2, 3))
    one = events("one", answered("", *calls), *written("one", 1, "1"), *written("one", 2, "1"), *written("one", 3, "2"))
    other = events("other", answered("", *calls), *written("other", 1, "1"), *written("other", 2, "3"))
    difference = compare(one, other)
    assert [made.arguments for made in difference.only_first] == ["1", "2"]
    assert [made.arguments for made in difference.only_second] == ["3"]
    assert (difference.first.status, len(difference.first.writes)) == ("open", 3)


def test_a_run_that_waits_has_said_something() -> None:
    one = events("one", answered("hello"), RunWaiting(of="customer", output="hello"))
    assert (compare(one, one).first.status, compare(one, one).first.output) == ("waiting", "hello")
    assert compare(one[:1], one[:1]).first.output == ""
