"""Where the work of a gateway is done: on one event loop, from whichever thread it is asked for.

It does not know what the work is. Some frameworks call tools from threads of their own, some from several event loops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from vouch.errors import UsageError

T = TypeVar("T")


class Home:
    """One event loop at a time: the one that asked first, until that has ended. `moved` is called for every new one."""

    def __init__(self, moved: Callable[[], None]) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved = moved
        self._tasks: set[asyncio.Task[Any]] = set()
        """Those that do the work that other threads asked for."""

    async def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there, and wait for it here."""
        here = asyncio.get_running_loop()
        if self._loop is None or not self._loop.is_running():
            self._loop = here
            self._moved()
        if self._loop is here:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._noted(work), self._loop))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there and block this thread until it is done; raises `UsageError` where that would never be."""
        problem = ""
        if self._loop is None or not self._loop.is_running():
            problem = "its gateway has no event loop that runs; open it with `vouch.adapters.gateway.background`"
        elif _running() is self._loop:
            problem = "this is the thread of its gateway's event loop, which would wait for itself; await it instead"
        if problem:
            work.close()
            raise UsageError(f"a tool was called without await, but {problem}")
        assert self._loop is not None  # noqa: S101 - or else there is a problem
        return asyncio.run_coroutine_threadsafe(self._noted(work), self._loop).result()

    async def end(self) -> None:
        """Break off the work that other threads asked for, and wait until it has come to its end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _noted(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it runs
        self._tasks.add(task)
        try:
            return await work
        finally:
            self._tasks.discard(task)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
