"""What need not be done before a proof asks its first question, done while it waits for its models.

It does not know the proof. Only what counts the answers uses NumPy, which takes 100 ms of processor time to load.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any, Final

_PARTS: Final = ("numpy", "numpy.ma", "numpy.random")
"""`numpy.unique` loads the second, drawing a random order the third."""

_FROM: Final = 0.2
"""Seconds after which the first questions are out: until then, nothing is to stand in their way."""


@asynccontextmanager
async def meanwhile(*works: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Load these parts and do `works` beside what the block does; all is done when the block ends.

    What ends before anything was loaded waits for nothing: whoever uses these parts loads them.
    """
    over = asyncio.Event()
    tasks = [asyncio.create_task(work) for work in (_loading(over), *works)]
    try:
        yield
    finally:
        over.set()
        await asyncio.gather(*tasks)


async def _loading(over: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), _FROM)
    if not over.is_set():
        await asyncio.to_thread(_load)


def _load() -> None:
    for part in _PARTS:
        import_module(part)
