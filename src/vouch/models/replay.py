"""Answers from recorded runs: what was once answered to a request is answered again, without asking any model.

It does not know where the recording came from.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from typing import NamedTuple

from vouch.errors import ReplayMiss
from vouch.journal.journal import Journal
from vouch.values.event import ModelAnswered, RunStarted
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Request, in_one_piece


class _Recorded(NamedTuple):
    run: str
    answer: ModelAnswered


class Replay:
    """Answers from the runs of a journal, by the content of the request; the latest answer where there are several.

    `only` keeps to the answers of one model. A request that was never recorded raises `ReplayMiss`, which names the
    recorded run that is nearest to it.
    """

    def __init__(self, journal: Journal, *, only: str = "", name: str = "replay/journal") -> None:
        self.name = name
        self._journal = journal
        self._only = only
        self._recorded: dict[str, _Recorded] | None = None
        self._inputs: dict[str, str] | None = None
        self._loading = asyncio.Lock()

    async def answer(self, request: Request) -> Answer:
        """The recorded answer; raises `ReplayMiss`."""
        async with self._loading:
            if self._recorded is None:
                self._recorded = await self._load()
            found = self._recorded.get(request.digest)
            if found is None:
                raise ReplayMiss(await self._miss(request, self._recorded))
        answer = found.answer
        calls = answer.calls if isinstance(answer.calls, tuple) else ()
        return Answer(
            assistant(str(answer.text), *calls),
            usage=answer.usage,
            finish=answer.finish,
            model=answer.served or answer.model,
            confidence=answer.confidence,
        )

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The recorded answer in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """The journal belongs to whoever opened it."""

    async def _load(self) -> dict[str, _Recorded]:
        found: dict[str, _Recorded] = {}
        async for event in self._journal.events("model.answered"):
            body = event.body
            if isinstance(body, ModelAnswered) and self._only in ("", body.model):
                found[body.request] = _Recorded(event.run, body)
        return found

    async def _miss(self, request: Request, recorded: dict[str, _Recorded]) -> str:
        asked = next((message.text for message in reversed(request.messages) if message.role == "user"), "")
        if not recorded:
            whose = self._only or "any model"
            return f"no answer is recorded for {asked[:80]!r}: {self._journal.place!r} holds no answers of {whose}"
        if self._inputs is None:
            self._inputs = await self._load_inputs({entry.run for entry in recorded.values()})
        inputs = self._inputs
        nearest = await asyncio.to_thread(max, inputs, key=lambda run: _likeness(asked, inputs[run]), default="")
        return (
            f"no answer is recorded for {asked[:80]!r} with this prompt, these settings and these tools; "
            f"the nearest recorded run is {nearest} ({inputs.get(nearest, '')[:80]!r}): compare them with "
            f"`vouch trace {nearest}`, or record anew"
        )

    async def _load_inputs(self, runs: set[str]) -> dict[str, str]:
        """What each of the recorded runs was asked."""
        inputs: dict[str, str] = {}
        async for event in self._journal.events("run.started"):
            if event.run in runs and isinstance(event.body, RunStarted):
                inputs[event.run] = str(event.body.input)
        return inputs


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:500], other[:500]).quick_ratio()
