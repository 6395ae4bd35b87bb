"""Tests of a run's state: what it says after a run made up here, and that resuming is folding."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.samples import KINDS, bodies, finished, started
from vouch.errors import EventUnreadable
from vouch.journal.state import RunState, fold
from vouch.values.event import AnyBody, Event, ModelAnswered, PromptRendered, RouteChosen, RunStarted, ToolRead
from vouch.values.message import Message, ToolCall, user
from vouch.values.money import ZERO, Money, Usage
from vouch.values.request import history_of

CALL = ToolCall("c1", "order", '{"number": 7}')


def rendered(*messages: Message) -> PromptRendered:
    return PromptRendered(prompt="p", version="v", messages=msgspec.json.encode(messages).decode())


MADE_UP: tuple[AnyBody, ...] = (
    started(),
    rendered(user("Where is my refund?")),
    RouteChosen(policy="fixed", plan=("local/m", "local/n")),
    ModelAnswered(
        model="local/m",
        request="1",
        calls=(CALL,),
        finish="tools",
        usage=Usage(10, 2),
        cost=Money(Decimal("0.1")),
    ),
    ToolRead(call_id="c1", name="order", content="on its way"),
    ModelAnswered(model="local/m", request="2", text="On its way.", usage=Usage(20, 3)),
    finished(),
)


def events(*found: AnyBody) -> list[Event]:
    return [Event("r", seq, 100.0 + seq, body) for seq, body in enumerate(found)]


def facts(state: RunState) -> dict[str, object]:
    return {**vars(state), "open": {name: vars(opened) for name, opened in state.open.items()}}


def test_the_state_says_what_was_said_and_used() -> None:
    state = fold("r", events(*MADE_UP))
    assert state.started == started()
    assert (state.run, state.events, state.started_at, state.steps) == ("r", 7, 100.0, 2)
    assert [message.role for message in state.messages] == ["user", "assistant", "tool", "assistant"]
    assert state.history == history_of(state.messages)
    assert state.plan == ("local/m", "local/n")
    assert not state.open
    assert state.usage == Usage(30, 5)
    assert state.spent.amount == msgspec.convert("0.1", type(state.spent.amount))
    assert state.finished == finished()
    assert fold("r", []).spent == ZERO


def test_an_open_call_is_open_until_its_result() -> None:
    assert [opened.call for opened in fold("r", events(*MADE_UP[:4])).open.values()] == [CALL]
    assert not fold("r", events(*MADE_UP[:5])).open


@pytest.mark.parametrize("seq", [1, 5])
def test_an_event_that_is_not_the_next_is_refused(seq: int) -> None:
    with pytest.raises(EventUnreadable, match=f"run 'r': event {seq} came where 0 was wanted"):
        fold("r", [Event("r", seq, 0.0, started())])


@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_to_resume_is_to_fold_and_go_on(data: st.DataObject) -> None:
    kinds = [kind for kind in KINDS if kind not in (RunStarted, PromptRendered)]
    anything = st.lists(st.sampled_from(kinds).flatmap(bodies), max_size=15)
    sums = {"cost": Money(Decimal("1.5"), "EUR")}
    found = [
        msgspec.structs.replace(body, **sums) if isinstance(body, ModelAnswered) else body
        for body in data.draw(anything)
    ]
    fitting = [started(), rendered(user("q"))]
    for body in found:
        try:
            fold("r", events(*fitting, body))
        except EventUnreadable:
            continue  # it speaks of a call that is not open
        fitting.append(body)
    whole = events(*fitting)
    cut = data.draw(st.integers(0, len(whole)))
    resumed = fold("r", whole[:cut])
    for event in whole[cut:]:
        resumed.apply(event)
    assert facts(resumed) == facts(fold("r", whole))
    assert resumed.events == len(whole)
