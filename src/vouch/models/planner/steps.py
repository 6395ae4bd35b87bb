"""The kinds of steps towards a goal.

It does not know how a step is found or taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from vouch.models.planner.candidates import Candidate
from vouch.models.planner.conversation import spelled
from vouch.models.planner.schema import Parameter
from vouch.models.planner.toolbox import Skill


class Do(NamedTuple):
    """Make this call; `own` when it is the goal's own."""

    skill: Skill
    arguments: dict[str, Any]
    sure: float
    own: bool = False

    @property
    def spelled(self) -> str:
        """The arguments in one canonical spelling."""
        return spelled(self.arguments)


class Look(NamedTuple):
    """Make all of these calls, which change nothing."""

    calls: tuple[Do, ...]


class Need(NamedTuple):
    """Ask for these; `instead` may be told in their place."""

    parameters: tuple[Parameter, ...]
    instead: tuple[Parameter, ...] = ()


class Which(NamedTuple):
    """Ask which of these is meant."""

    parameter: Parameter
    found: tuple[Candidate, ...]


class Blocked(NamedTuple):
    """A look-up that is needed failed, with a message; other facts for its parameters may help."""

    message: str
    parameters: tuple[Parameter, ...]


Step = Do | Look | Need | Which | Blocked


def joined(steps: Sequence[Step]) -> Step:
    """One step out of what all missing parameters want: a failure first, then one question for all that is needed."""
    for kind in (Blocked, Which):
        for step in steps:
            if isinstance(step, kind):
                return step
    needs = [step for step in steps if isinstance(step, Need)]
    wanted = {one.name: one for step in needs for one in step.parameters}
    instead = {one.name: one for step in needs for one in step.instead if one.name not in wanted}
    return Need(tuple(wanted.values()), tuple(instead.values()))


def better(first: Step | None, second: Step | None) -> Step | None:
    """Of two outcomes of look-ups the one that leads farther: more look-ups, a question, a failure."""
    order = (Look, Which, Blocked)
    known = [one for one in (first, second) if one is not None]
    return min(known, key=lambda one: order.index(type(one))) if known else None
