"""Threads of the journal's own for what blocks, so that nobody else's work keeps a run from being read.

It does not know what is done in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

READERS: Final = 2
"""One for whoever waits, and one for long reads such as a proof's."""


class Threads:
    """A few threads, for any number of event loops. Tools that hang fill the event loop's own, but not these."""

    def __init__(self, number: int = READERS) -> None:
        self._executor = ThreadPoolExecutor(number, thread_name_prefix="vouch-journal")
        self._closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives, called in one of the threads; once they are closed, in one of the event loop's."""
        if self._closed:
            return await asyncio.to_thread(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Let the threads end; what is under way in them is not waited for."""
        self._closed = True
        self._executor.shutdown(wait=False)
