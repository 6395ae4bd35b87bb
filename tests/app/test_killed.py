"""Processes that are really killed (SIGKILL) within a write, and resumed: at a real receiver over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.effects import Count, Plan, execute, plans, serving

PLANS = [
    Plan("keys", parallel=False, where="before", at=0),
    Plan("keys", parallel=True, where="inside", at=2),
    Plan("keys", parallel=True, where="after", at=4),
    Plan("lookup", parallel=True, where="before", at=1),
    Plan("lookup", parallel=False, where="inside", at=4),
    Plan("lookup", parallel=True, where="after", at=0),
    Plan("blind", parallel=True, where="before", at=3),
    Plan("blind", parallel=True, where="inside", at=0),
    Plan("blind", parallel=False, where="after", at=2),
]


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind}-{plan.where}-{plan.at}")
def test_each_write_is_made_once_whenever_its_process_is_killed(plan: Plan, receiver: str) -> None:
    assert execute(plan, receiver) == Count(0, 0, finished=True, killed=True)


def test_every_kind_of_receiver_and_every_place_is_among_them() -> None:
    assert {(plan.kind, plan.where) for plan in PLANS} == {(plan.kind, plan.where) for plan in plans()}
    assert set(PLANS) <= set(plans())
