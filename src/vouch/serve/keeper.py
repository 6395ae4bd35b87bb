"""Ends the task that serves a client when its time is up or the client has gone.

It does not know what is served. Most requests are over before it looks for the first time, so that it costs them one
timer.
"""

from __future__ import annotations

import asyncio
from typing import Final

from vouch.serve.reply import Receive

LOOK_AFTER: Final = 0.25
"""Seconds after which it looks whether the client is still there."""


class Keeper:
    """Watches over the task that makes it, for `seconds` at most. `late` and `left` say why it cancelled it."""

    __slots__ = ("_deadline", "_heard", "_loop", "_receive", "_task", "_timer", "_watching", "late", "left")

    def __init__(self, receive: Receive, *, seconds: float) -> None:
        self.late = False
        self.left = False
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + seconds
        self._task = asyncio.current_task()
        self._heard = False
        self._watching: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(min(LOOK_AFTER, seconds), self._look)

    @property
    def cancelled(self) -> bool:
        """Whether it cancelled the task; from then on the task is as if it had never been."""
        return self.late or self.left

    def heard(self) -> None:
        """The request is whole: from now on nothing comes from the client but that it leaves."""
        self._heard = True

    def stop(self) -> None:
        """The task is at its end."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self.cancelled and self._task is not None:
            self._task.uncancel()
            self._task = None

    def _look(self) -> None:
        left = self._deadline - self._loop.time()
        if left <= 0:
            self.late = True
            self._cancel()
            return
        if self._heard and self._watching is None:
            self._watching = self._loop.create_task(self._watch())
        self._timer = self._loop.call_later(left if self._watching else min(LOOK_AFTER, left), self._look)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        self._cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
