"""Agents of other frameworks whose processes are really killed (SIGKILL) within a write, and that are run again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from benchmarks.adapters import FRAMEWORKS, are_here, execute, nursery
from benchmarks.effects import Count, Live, Plan, plans, serving

pytestmark = pytest.mark.skipif(not are_here(), reason="the frameworks are not installed")

PLANS = [
    Plan("keys", parallel=True, where="before", at=0),
    Plan("keys", parallel=False, where="inside", at=4),
    Plan("keys", parallel=True, where="after", at=2),
    Plan("lookup", parallel=False, where="before", at=1),
    Plan("lookup", parallel=True, where="inside", at=3),
    Plan("lookup", parallel=False, where="after", at=2),
    Plan("blind", parallel=True, where="before", at=2),
    Plan("blind", parallel=False, where="inside", at=1),
    Plan("blind", parallel=True, where="after", at=0),
]


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module", params=FRAMEWORKS)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with nursery([sys.executable, "-m", f"benchmarks.adapted.{request.param}_victim"]) as live:
        yield live


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind}-{plan.where}-{plan.at}")
def test_each_write_is_made_once_whenever_its_process_is_killed(plan: Plan, live: Live, receiver: str) -> None:
    assert execute(live, plan, receiver) == Count(0, 0, finished=True, killed=True)


def test_an_agent_with_tools_of_its_own_pays_twice(live: Live, receiver: str) -> None:
    plan = Plan("blind", parallel=False, where="after", at=0)
    assert execute(live, plan, receiver, "--plain").duplicated > 0


def test_every_kind_of_receiver_and_every_place_is_among_them() -> None:
    assert {(plan.kind, plan.where) for plan in PLANS} == {(plan.kind, plan.where) for plan in plans()}
