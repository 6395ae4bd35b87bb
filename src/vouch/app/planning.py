"""The step that plans: which writes the user's words ask for, fixed before anything a stranger wrote is read.

It does not know how a planner plans, nor how a plan is held against what the model does later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import msgspec

from vouch.app.steps import Turn
from vouch.contracts.model import Model
from vouch.contracts.provenance import Planned, Planner
from vouch.journal.cleaning import mended
from vouch.provenance.judge import left
from vouch.provenance.planning import ModelPlanner
from vouch.values.event import AnyBody, PlanFixed

_encode = msgspec.json.Encoder(enc_hook=str).encode


async def plan(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Plan from what the user said, once for each time they say something; where that fails, nothing is planned."""
    planner, started = _planner(turn), time.perf_counter()
    said = tuple(turn.state.inputs)
    planned, why = Planned.nothing(), ""
    try:
        async with asyncio.timeout(turn.app.budget.seconds_left(turn.state, time.time())):
            if said:
                planned = await planner.plan(said, tuple(tool.spec for tool in turn.app.tools))
    except Exception as error:  # noqa: BLE001 - whatever went wrong, without a plan a person is asked
        why = f"{type(error).__name__}: {error}"
    writes = turn.app.writes
    made = [(writes[made.tool], made.arguments) for made in turn.state.writes if made.tool in writes]
    spent = planned.spent
    cost = spent.cost
    if cost is None and isinstance(planner, ModelPlanner):
        cost = turn.house.cost(planner.model.name, spent.usage)
    yield PlanFixed(
        planner=planner.name,
        steps=_encode(left(planned.plan.steps, made)).decode(),
        why=mended(why),
        usage=spent.usage,
        cost=cost,
        seconds=time.perf_counter() - started,
    )


def _planner(turn: Turn) -> Planner:
    planner = turn.app.planner
    assert planner is not None  # noqa: S101 - the step is not chosen otherwise
    return ModelPlanner(turn.house.model(planner)) if isinstance(planner, str | Model) else planner
