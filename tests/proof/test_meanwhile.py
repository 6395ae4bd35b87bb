"""Tests of what is done while a proof waits."""

from __future__ import annotations

import asyncio

import pytest

from vouch.proof import meanwhile as room
from vouch.proof.meanwhile import meanwhile


async def test_works_are_done_when_the_block_ends_and_nothing_is_loaded_for_a_short_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(room, "import_module", loaded.append)
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    async with meanwhile(work(1), work(2)):
        assert not done
    assert (sorted(done), loaded) == ([1, 2], [])


async def test_parts_are_loaded_while_a_long_block_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, there = asyncio.get_running_loop(), asyncio.Event()

    def load(part: str) -> None:
        if part == "numpy.random":
            loop.call_soon_threadsafe(there.set)

    monkeypatch.setattr(room, "_FROM", 0.0)
    monkeypatch.setattr(room, "import_module", load)
    async with meanwhile():
        await asyncio.wait_for(there.wait(), 10)
    assert there.is_set()
