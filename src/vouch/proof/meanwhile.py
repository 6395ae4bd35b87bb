"""What need not be done before a proof asks its first question, done while it waits for its models.

It does not know the proof. Parts of NumPy are loaded at their first use (25 to 50 ms of processor time for the two
below), and only the report uses them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final

_PARTS: Final = ("numpy.ma", "numpy.random")
"""`numpy.unique` loads the first, drawing a random order the second."""


@asynccontextmanager
async def meanwhile(*works: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Load these parts and do `works` beside what the block does; all is done when the block ends."""
    tasks = [asyncio.create_task(work) for work in (asyncio.to_thread(_load), *works)]
    try:
        yield
    finally:
        await asyncio.gather(*tasks)


def _load() -> None:
    for part in _PARTS:
        import_module(part)
