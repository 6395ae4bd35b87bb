"""Texts judged by guards: long ones piece by piece, so that whoever else is served is not kept waiting.

It does not know where the texts come from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from vouch.contracts.guard import Guard, Judgement, Side
from vouch.errors import RequestRefused
from vouch.serve.exchange import Exchange
from vouch.values.event import GuardFound

PIECE: Final = 16_384
"""Characters that are looked at in one go: well under a millisecond with any guard that ships."""

OVERLAP: Final = 1_024
"""Characters that neighbouring pieces share: what guards look for is shorter."""


class Watchman(NamedTuple):
    """A guard under the name that clients are told; `whole`: it can only judge a whole text."""

    name: str
    guard: Guard
    whole: bool = False


class Judging:
    """One side of one exchange. With `block` it raises `RequestRefused` for what a guard does not let pass."""

    def __init__(self, watch: Sequence[Watchman], exchange: Exchange, side: Side, *, block: bool) -> None:
        self._watch = watch
        self._exchange = exchange
        self._side: Side = side
        self._block = block

    async def judge(self, text: str) -> None:
        """Look at one text, and write down what was found; what was found is told to nobody else."""
        if not text:
            return
        for watchman in self._watch:
            passed, why = await judged(watchman, text)
            if passed and not why:
                continue
            found = GuardFound(watchman.name, self._side, passed, why)
            if found not in self._exchange.guards:
                self._exchange.guards = (*self._exchange.guards, found)
            if not passed and self._block:
                raise refused(watchman.name, self._side)


async def judged(watchman: Watchman, text: str) -> Judgement:
    """The judgement on a text of any length; of several reasons, the first."""
    if watchman.whole or len(text) <= PIECE:
        return await watchman.guard.judge(text)
    why = ""
    for start, end in pieces(len(text)):
        judgement = await watchman.guard.judge(text[start:end])
        if not judgement.passed:
            return judgement
        why = why or judgement.why
        await asyncio.sleep(0)
    return Judgement(passed=True, why=why)


def pieces(length: int) -> Iterator[tuple[int, int]]:
    """Where the pieces of a text of this length start and end."""
    step = PIECE - OVERLAP
    for start in range(0, max(1, length - OVERLAP), step):
        yield start, min(start + PIECE, length)


def refused(name: str, side: Side) -> RequestRefused:
    """What a client is told: which guard, never which text, nor why."""
    what = "request" if side == "input" else "answer"
    advice = "change what it holds" if side == "input" else "ask for something else"
    return RequestRefused(
        f"the guard {name!r} does not let this {what} pass; {advice}", status=400, code="guard_blocked"
    )
