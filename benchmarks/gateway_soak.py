"""Ten minutes at 70 % of what one core can do: whole answers and streams, one upstream request in a hundred a fault.

It measures our gateway alone: how its resident memory grows once it is warm, and whether every request comes to an end,
both for whoever asked and in the journal. Of the bodies the journal keeps one in ten, or else it would take gigabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from benchmarks.gated import gateways, upstream
from benchmarks.gated.asking import Target
from benchmarks.gated.client import Client, Heard, connect
from benchmarks.gated.gateways import OURS, Gateway, Place
from benchmarks.gated.journalled import written
from benchmarks.gated.process import cores, end_in_order, pinned
from benchmarks.report import emit

GOALS: Final = {"rss_growth_mb": "< 5", "unfinished": "0"}
LOAD: Final = 0.7
FAULTY: Final = 100
STREAMED: Final = 10
"""One request in so many is a stream, with `PAUSE` milliseconds before each chunk."""

PAUSE: Final = 2
MOST: Final = 512
"""Requests under way; when there are as many, the next wait."""

WARM: Final = 0.2
"""The share of the time that is warm-up."""

TICK: Final = 0.005


class Crowd:
    """Many clients: each asks when it is told to, over a connection that is free or a new one."""

    def __init__(self, target: Target) -> None:
        self.heard = Heard(keep=False)
        self.asked = 0
        self._target = target
        self._free: list[Client] = []
        self._under_way: set[asyncio.Task[None]] = set()
        whole, stream = target.body(), target.body(stream=True, pause=PAUSE)
        self._whole, self._stream = target.head(whole) + whole, target.head(stream) + stream

    @property
    def under_way(self) -> int:
        """Requests that are not over."""
        return len(self._under_way)

    def ask(self) -> None:
        """Send the next request, now."""
        self.asked += 1
        task = asyncio.create_task(self._ask(self._stream if self.asked % STREAMED == 0 else self._whole))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def steady(self, rate: float, seconds: float, watch: Sequence[asyncio.Task[None]] = ()) -> None:
        """`rate` requests a second, whether or not those before are over."""
        began, before = time.perf_counter(), self.asked
        while (now := time.perf_counter() - began) < seconds and not any(task.done() for task in watch):
            for _ in range(int(now * rate) - (self.asked - before)):
                if self.under_way >= MOST:
                    break
                self.ask()
            await asyncio.sleep(TICK)

    async def busy(self, at_once: int, seconds: float) -> None:
        """As many as can be, `at_once` under way."""
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            while self.under_way < at_once:
                self.ask()
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    async def over(self, within: float) -> int:
        """Wait for the ends of all; how many have none."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within)
        left = self.under_way
        for task in self._under_way:
            task.cancel()
        for client in self._free:
            client.close()
        return left + self.heard.endings["unfinished"]

    async def _ask(self, request: bytes) -> None:
        while self._free and not self._free[-1].open:
            self._free.pop()
        client: Client | None = None
        with suppress(OSError):
            client = self._free.pop() if self._free else await connect(self._target, self.heard)
        if client is None:
            self.heard.endings["unfinished"] += 1
            return
        await client.ask(request)
        if client.open:
            self._free.append(client)


async def sample(gateway: Gateway, memory: list[float]) -> None:
    """Resident memory in megabytes, every second; ends where the gateway does."""
    while gateway.process.alive:
        memory.append(gateway.process.resident_mb())
        await asyncio.sleep(1)


async def soak(gateway: Gateway, seconds: float) -> dict[str, float]:
    """Find out what it can do, then load it; what came of it."""
    crowd = Crowd(gateway.target)
    await crowd.busy(64, 2.0)
    before, known = gateway.process.cpu_seconds(), crowd.asked
    await crowd.busy(64, max(3.0, seconds / 60))
    cost = (gateway.process.cpu_seconds() - before) / (crowd.asked - known)
    rate = LOAD / cost
    print(f"{cost * 1000:.3f} ms of CPU a request: {LOAD:.0%} of a core are {rate:.0f} requests a second", flush=True)
    memory: list[float] = []
    watching = asyncio.create_task(sample(gateway, memory))
    before, known, began = gateway.process.cpu_seconds(), crowd.asked, time.perf_counter()
    await crowd.steady(rate, seconds, [watching])
    took = time.perf_counter() - began
    if (crowd.asked - known) / took < 0.95 * rate:
        print("the load was not reached: the machine is busy, or the core that asks is too slow for this gateway")
    if not gateway.process.alive:
        print("the gateway has died; its last words:", gateway.process.log.read_text(errors="replace")[-2000:])
    share = (gateway.process.cpu_seconds() - before) / took if gateway.process.alive else 0.0
    unfinished = await crowd.over(60.0)
    watching.cancel()
    heard = crowd.heard
    print(f"{crowd.asked} requests; ends: {dict(heard.endings)}, statuses: {dict(sorted(heard.status.items()))}")
    part = max(1, len(memory) // 10)
    warm = int(len(memory) * WARM)
    start, end = statistics.median(memory[warm : warm + part]), statistics.median(memory[-part:])
    print("resident MB, every tenth of the time:", *(f"{memory[one * len(memory) // 10]:.0f}" for one in range(10)))
    return {
        "rss_growth_mb": end - start,
        "rss_mb": end,
        "unfinished": unfinished,
        "told": heard.endings["told"],
        "asked": crowd.asked,
        "rps": (crowd.asked - known) / took,
        "wanted_rps": rate,
        "cpu_share": share,
    }


def run(folder: Path, seconds: float) -> dict[str, float]:
    """Start, soak, end; requests that the journal lacks are unfinished, too."""
    where = cores()
    end_in_order()
    process, port = upstream.started(folder, where.others, faulty=FAULTY)
    gateway: Gateway | None = None
    own = folder / OURS
    own.mkdir()
    try:
        gateway = gateways.vouch(Place(own, port, where.gateway), '[serve]\nbodies = "sampled"\n')
        if gateway is None:
            raise SystemExit("ours does not come up")
        with pinned(where.others):
            figures = asyncio.run(soak(gateway, seconds))
    finally:
        for one in (gateway.process if gateway else None, process):
            if one is not None:
                one.stop()
    lacks = max(0, int(figures["asked"]) + gateways.ASKED_AT_START - written(own / "project"))
    database = own / "project" / ".vouch" / "journal.db"
    print(f"the journal lacks {lacks} of them; it has {database.stat().st_size / 1e6:.0f} MB")
    figures["unfinished"] += lacks
    return figures


def main() -> None:
    """Ten minutes, or as `--seconds` says."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true", help="40 seconds: too short to say anything of memory")
    options.add_argument("--seconds", type=float, default=600.0)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        figures = run(Path(name), 40.0 if given.quick else given.seconds)
    emit("gateway_soak", figures, GOALS)


if __name__ == "__main__":
    main()
