"""Two runs beside each other: where they part, what each led to, and what each took.

It does not know why they differ, nor which is better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.journal.state import RunState, fold
from vouch.values.event import AnyBody, Event, ModelAsked, RunResumed
from vouch.values.money import Money
from vouch.values.result import Made

_INCIDENTAL: Final = frozenset(
    {"v", "version", "key", "request", "seconds", "expires", "usage", "cost", "served", "holder"}
    | {"parent", "forked_at", "simulated", "proof", "case"}
)
"""Fields that may differ in runs that are alike: times, names, sums, and digests of what is compared anyway."""


class Side(Struct, frozen=True):
    """What one run led to and took; `status` is `open` where it has not ended. Seconds at work, without waits."""

    run: str
    status: str
    output: str
    writes: tuple[Made, ...]
    steps: int
    tokens: int
    cost: Money | None
    seconds: float


class Difference(Struct, frozen=True):
    """Two runs compared. `first_event` and `second_event` are the first that are not alike; None where one has ended.

    `only_first` and `only_second` are the writes that the other did not make.
    """

    first: Side
    second: Side
    first_event: Event | None
    second_event: Event | None
    only_first: tuple[Made, ...]
    only_second: tuple[Made, ...]

    @property
    def alike(self) -> bool:
        """Whether both took the same course."""
        return self.first_event is None and self.second_event is None


def compare(first: Sequence[Event], second: Sequence[Event]) -> Difference:
    """Compare two runs by their events: what was said, called, found and decided, not when or for how much."""
    one, other = fold(first[0].run, first), fold(second[0].run, second)
    parted = next(
        (
            pair
            for pair in zip_longest(_told(first), _told(second))
            if pair[0] is None or pair[1] is None or _meaning(pair[0].body) != _meaning(pair[1].body)
        ),
        (None, None),
    )
    return Difference(
        _side(one), _side(other), *parted, _only(one.writes, other.writes), _only(other.writes, one.writes)
    )


def _told(events: Sequence[Event]) -> list[Event]:
    """The events without those that say who was at work, or that a model was asked: its answer says that too."""
    return [event for event in events if not isinstance(event.body, RunResumed | ModelAsked)]


def _meaning(body: AnyBody) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(body)
    return {name: value for name, value in fields.items() if name not in _INCIDENTAL}


def _side(state: RunState) -> Side:
    status = state.finished.status if state.finished else "waiting" if state.waiting else "open"
    output = str(state.finished.output) if state.finished else state.said[-1] if state.said else ""
    return Side(
        state.run,
        status,
        output,
        tuple(state.writes),
        state.steps,
        state.usage.total_tokens,
        state.cost,
        state.busy,
    )


def _only(here: Sequence[Made], there: Sequence[Made]) -> tuple[Made, ...]:
    """The writes here that have no like there: same tool, same arguments."""
    left = Counter((made.tool, made.arguments) for made in there)
    only: list[Made] = []
    for made in here:
        if left[made.tool, made.arguments]:
            left[made.tool, made.arguments] -= 1
        else:
            only.append(made)
    return tuple(only)
