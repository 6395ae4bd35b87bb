"""How a run left the world."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.errors import AppError

from .given import scored

STATE = {"orders": {"W1": {"status": "cancelled", "total": 10.0}}}


async def test_the_state_is_compared_exactly() -> None:
    assert (await scored(scorers.final_state(), STATE, state=STATE)).right
    other = {"orders": {"W1": {"status": "Cancelled", "total": 10.004}, "W2": {}}}
    score = await scored(scorers.final_state(), STATE, state=other)
    assert score.why == (
        "orders.W1.status is 'Cancelled', not 'cancelled'; orders.W1.total is 10.004, not 10.0; "
        "orders.W2 is not expected"
    )
    near = {"orders": {"W1": {"status": "cancelled", "total": 10.004}, "W2": {}}}
    assert (await scored(scorers.final_state(tolerance=0.01, closed=False), STATE, state=near)).right
    assert scorers.final_state(tolerance=0.01, closed=False).name == "final_state(tolerance=0.01, open=True)"
    many = await scored(scorers.final_state(), {str(n): n for n in range(8)}, state={})
    assert many.why.endswith("and 3 more")


async def test_a_run_that_failed_is_judged_by_what_it_left() -> None:
    assert (await scored(scorers.final_state(), STATE, state=STATE, status="stopped")).right


async def test_without_a_state_there_is_no_judgement() -> None:
    assert (await scored(scorers.final_state(), None, state=STATE)).unscored
    missing = await scored(scorers.final_state(), STATE)
    assert missing.unscored
    assert "give the Proof a world" in missing.why
    assert (await scored(scorers.final_state(), STATE, status="failed")).value == 0.0


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(AppError, match=r"final_state\(tolerance=-1\)"):
        scorers.final_state(tolerance=-1)
