"""Tests of the timer that is moved far more often than it fires."""

from __future__ import annotations

import asyncio

from vouch.models.http.deadline import Deadline


class Clock:
    """Counts how often something was late, and when first."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.fired: list[float] = []
        self.deadline = Deadline(self.loop, lambda: self.fired.append(self.loop.time() - self.began))


async def test_it_fires_once_when_it_is_not_stopped() -> None:
    clock = Clock()
    clock.deadline.start(0.02)
    await asyncio.sleep(0.08)
    assert len(clock.fired) == 1
    assert clock.fired[0] >= 0.019


async def test_moving_it_away_puts_it_off_and_moving_it_near_brings_it_on() -> None:
    clock = Clock()
    clock.deadline.start(0.02)
    clock.deadline.start(0.06)
    await asyncio.sleep(0.04)
    assert clock.fired == []
    await asyncio.sleep(0.05)
    assert len(clock.fired) == 1
    clock.deadline.start(60.0)
    clock.deadline.start(0.01)
    await asyncio.sleep(0.03)
    assert len(clock.fired) == 2


async def test_stopped_or_closed_it_never_fires() -> None:
    clock = Clock()
    clock.deadline.start(0.01)
    clock.deadline.stop()
    await asyncio.sleep(0.03)
    clock.deadline.start(0.01)
    clock.deadline.close()
    await asyncio.sleep(0.03)
    assert clock.fired == []
