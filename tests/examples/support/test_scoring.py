from __future__ import annotations

import json
from typing import Any

import pytest
from examples.support.scoring import mistakes_in, support

from vouch.values.case import Case
from vouch.values.result import Made, Result

STATE = {"orders": {"LH-1": {"status": "cancelled"}}}
DUE = {"tool": "refund_order", "arguments": {"amount": "34.50", "items": ["Kettle", "Vase"]}}


def result(*, state: Any = None, made: tuple[Made, ...] = (), said: tuple[str, ...] = ("All done.",)) -> Result:
    return Result("run", "answered", said=said, made=made, state=state)


def made(tool: str = "refund_order", **arguments: Any) -> Made:
    return Made(tool, json.dumps({"amount": 34.5, "items": ["vase", "kettle"], **arguments}), "")


def case(**expected: Any) -> Case:
    return Case("c", "hello", expected)


async def test_right_is_the_right_state_the_right_changes_and_the_right_words() -> None:
    wanted = case(state=STATE, made=[DUE], said=[r"34\.50"], unsaid=["secret"])
    score = await support().score(wanted, result(state=STATE, made=(made(),), said=("Hello", "34.50 EUR go back.")))
    assert (score.scorer, score.value, score.why) == ("support", 1.0, "")


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (result(state={}, made=(made(),)), "the shop was left as {}, not"),
        (result(state=STATE), "not done: refund_order"),
        (result(state=STATE, made=(made(amount="34.51"),)), "not done: refund_order"),
        (result(state=STATE, made=(made(), made())), "done, but not due: refund_order"),
        (result(state=STATE, made=(made(), made("cancel_order"))), "done, but not due: cancel_order"),
        (result(state=STATE, made=(made(),), said=("Nope.",)), "not said: done"),
        (result(state=STATE, made=(made(),), said=("done", "the SECRET")), "said, but must not be: secret"),
        (result(state={**STATE, "tickets": {"1": {}}}, made=(made(), made("hand_over"))), "the shop was left as"),
    ],
)
async def test_every_mistake_is_named(ended: Result, why: str) -> None:
    score = await support().score(case(state=STATE, made=[DUE], said=["done"], unsaid=["secret"]), ended)
    assert score.value == 0.0
    assert why in score.why


def test_a_case_may_allow_handing_over() -> None:
    ended = result(state={"tickets": {"1": {}}}, made=(made("hand_over"),))
    assert mistakes_in(case(may_hand_over=True), ended) == ((), ())
    assert len(mistakes_in(case(), ended).done) == 2


def test_what_was_done_and_what_was_said_are_told_apart() -> None:
    mistakes = mistakes_in(case(state=STATE, said=["thanks"]), result(state={}))
    assert (len(mistakes.done), mistakes.said) == (1, ("not said: thanks",))
