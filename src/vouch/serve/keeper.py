"""Ends the task that serves a client when its time is up or the client has gone.

It does not know what is served. Most requests are over before it looks for the first time, and all are looked at
together, so that each costs next to nothing.
"""

from __future__ import annotations

import asyncio
from typing import Final

from vouch.serve.reply import Receive

LOOK_AFTER: Final = 0.25
"""Seconds between two looks at whether clients are still there."""


class Keepers:
    """All requests under way in one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._all: set[Keeper] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, receive: Receive, *, seconds: float) -> Keeper:
        """Watch over the task that asks for it, for `seconds` at most, until it says that it is at its end."""
        loop = self._loop
        task = asyncio.current_task(loop)
        assert task is not None  # noqa: S101 - every request is served by one
        keeper = Keeper(self, task, receive, loop.time() + seconds)
        self._all.add(keeper)
        if seconds < LOOK_AFTER:
            loop.call_later(seconds, keeper.look, loop)
        if self._timer is None:
            self._timer = loop.call_later(LOOK_AFTER, self._look)
        return keeper

    def ended(self, keeper: Keeper) -> None:
        """Its task is at its end."""
        self._all.discard(keeper)

    def _look(self) -> None:
        for keeper in list(self._all):
            keeper.look(self._loop)
        self._timer = self._loop.call_later(LOOK_AFTER, self._look) if self._all else None


class Keeper:
    """Watches over one task. `late` and `left` say why it cancelled it."""

    __slots__ = ("_all", "_deadline", "_heard", "_receive", "_task", "_watching", "late", "left")

    def __init__(self, all_of_them: Keepers, task: asyncio.Task[object], receive: Receive, deadline: float) -> None:
        self.late = False
        self.left = False
        self._all = all_of_them
        self._receive = receive
        self._deadline = deadline
        self._task: asyncio.Task[object] | None = task
        self._heard = False
        self._watching: asyncio.Task[None] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it cancelled the task; from then on the task is as if it had never been."""
        return self.late or self.left

    def heard(self) -> None:
        """The request is whole: from now on nothing comes from the client but that it leaves."""
        self._heard = True

    def stop(self) -> None:
        """The task is at its end."""
        task, self._task = self._task, None
        if task is None:
            return
        self._all.ended(self)
        if self._watching is not None:
            self._watching.cancel()
        if self.late or self.left:
            task.uncancel()

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whether its time is up, and from the second look on whether the client has gone."""
        if self._task is None or self.cancelled:
            return
        if loop.time() >= self._deadline:
            self.late = True
            self._task.cancel()
        elif self._heard and self._watching is None:
            self._watching = loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self._task is not None:
            self._task.cancel()
