"""Questions that come in while others are being answered are answered together, next.

It does not know what the questions are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

A = TypeVar("A")

_MOST: Final = 512


class _Waiting(NamedTuple, Generic[A]):
    question: str
    answer: asyncio.Future[A]


class Desk(Generic[A]):
    """One desk for one event loop; `work` answers a list of questions in order."""

    def __init__(self, work: Callable[[Sequence[str]], Awaitable[Sequence[A]]]) -> None:
        self._work = work
        self._waiting: list[_Waiting[A]] = []
        self._serving: asyncio.Task[None] | None = None
        self.loop = asyncio.get_running_loop()

    async def ask(self, question: str) -> A:
        """The answer; raises whatever `work` raised."""
        waiting = _Waiting[A](question, self.loop.create_future())
        self._waiting.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = self.loop.create_task(self._serve())
        return await waiting.answer

    async def _serve(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            taken = [waiting for waiting in taken if not waiting.answer.done()]
            try:
                answers = await self._work([waiting.question for waiting in taken])
            except Exception as error:  # noqa: BLE001 - it is handed to everybody who asked
                for waiting in taken:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(error)
                continue
            for waiting, answer in zip(taken, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)
