"""Whether a conversation reached its goal and kept what it was told."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.values.case import Case
from vouch.values.result import Result

from .given import scored


async def test_a_goal_is_what_the_world_holds_and_what_was_said() -> None:
    wanted = {"state": {"W1": {"status": "cancelled"}}, "said": ["5 days"], "unsaid": ["gift card"]}
    state = {"W1": {"status": "cancelled", "total": 3}, "W2": {}}
    said = ("It takes 5\nDays.", "Bye!")
    assert (await scored(scorers.goal(), wanted, "Bye!", said=said, state=state)).right
    half = await scored(scorers.goal(), wanted, "A Gift card.", said=said, state={"W1": {"status": "open"}})
    assert half.value == pytest.approx(1 / 3)
    assert half.why == "'gift card' was said; state: W1.status is 'open', not 'cancelled'"
    assert (await scored(scorers.goal(), {"said": ["done"]}, "no")).why == "'done' was not said"
    assert (await scored(scorers.goal(), wanted, status="failed")).value == 0.0


@pytest.mark.parametrize("expected", [None, {}, {"says": ["x"]}, {"said": [" "]}, {"said": "x"}])
async def test_without_a_goal_there_is_no_judgement(expected: object) -> None:
    assert (await scored(scorers.goal(), expected, "x")).unscored


CASE = Case(
    "c1",
    "Cancel my order",
    {"W4923227": "order (number|id)", "jo@x.org": "e-?mail"},
    then=("It is w4923227", "jo@x.org"),
)


async def test_what_was_told_is_not_asked_for_again() -> None:
    kept = Result("r1", "answered", said=("What is your order number?", "And your email?", "Done."))
    assert (await scorers.knowledge_kept().score(CASE, kept)).right
    lost = Result(
        "r1", "answered", said=("Which order number?", "Your e-mail?", "The order id of W4923227. Which order ID?")
    )
    score = await scorers.knowledge_kept().score(CASE, lost)
    assert (score.value, score.why) == (0.5, "'W4923227' was told, yet asked for: 'Which order ID?'")


async def test_facts_must_be_told_and_patterns_usable() -> None:
    for expected in (None, {}, {"W1": "order"}, {"order": "("}, {"order": 7}, {" ": "x"}):
        score = await scorers.knowledge_kept().score(
            Case("c1", "my order", expected), Result("r1", "answered", output="x")
        )
        assert score.unscored, expected
    assert (await scorers.knowledge_kept().score(CASE, Result("r1", "failed"))).value == 0.0
    alone = await scorers.knowledge_kept().score(
        Case("c1", "Order 7", {"Order 7": "order"}), Result("r1", "answered", output="Which order?")
    )
    assert alone.value == 0.0
