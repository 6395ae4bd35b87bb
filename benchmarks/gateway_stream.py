"""What the gateway adds to a stream of 34 chunks: CPU time, time to the first text, stalls; and the peers beside it.

Each on the same core, one at a time. The upstream, a small server of our own, pauses before every chunk and writes the
time into it; whoever asks (in this process) reads the time again: so each chunk's way through the gateway is known.
Ours has a key with limits and a budget, the cost, and the journal on the disk with both bodies; the peers keep nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.gated import gateways, upstream
from benchmarks.gated.asking import CHUNKS, Target
from benchmarks.gated.client import streams
from benchmarks.gated.gateways import OURS, Gateway, Place
from benchmarks.gated.process import Process, cores, end_in_order, pinned
from benchmarks.report import emit, spread

GOALS: Final = {"stream_cpu_ms": "<= 0.4", "ttft_added_ms": "< 1", "max_stall_ms": "<= 5", "incomplete": "0"}
DIRECT: Final = "direct"
PAUSE: Final = 4
"""Milliseconds between chunks: some 250 tokens a second, a fast model."""

LOADS: Final = {"paced": (32, PAUSE), "burst": (32, 0), "alone": (1, PAUSE)}
"""How many streams at once, with which pause. In a burst the upstream writes chunk after chunk as fast as it can."""

EVENTS: Final = CHUNKS + 1
"""Of one stream, with the mark of its end."""


class Sample(NamedTuple):
    """One load on one gateway; all times in milliseconds.

    `first` is the median time to the first text; `delay` the median, `late` the 99 % quantile and `longest` the longest
    time that a chunk was on its way. `other_ms` is the CPU time a stream of the upstream and of whoever asks.
    """

    cpu_ms: float
    first: float
    delay: float
    late: float
    longest: float
    streams: float
    incomplete: int
    other_ms: float


Samples = dict[tuple[str, str], list[Sample]]
"""By gateway and load, one a round."""


def measure(gateway: Gateway, other: Process, load: str, seconds: float) -> Sample:
    """Ask for streams; a stream that broke off counts by its chunks."""
    before, beside = gateway.process.cpu_seconds(), other.cpu_seconds() + time.process_time()
    connections, pause = LOADS[load]
    heard = asyncio.run(streams(gateway.target, connections=connections, seconds=seconds, pause=pause))
    beside = other.cpu_seconds() + time.process_time() - beside
    gateway.process.settle()
    used = gateway.process.cpu_seconds() - before
    ways = statistics.quantiles(heard.delays, n=100)
    number = heard.pieces / EVENTS
    return Sample(
        used * 1000 / number,
        statistics.median(heard.firsts) * 1000,
        ways[49] * 1000,
        ways[98] * 1000,
        max(heard.delays) * 1000,
        number / seconds,
        heard.endings.total() - heard.endings["answered"],
        beside * 1000 / number,
    )


def streaming(gateway: Gateway) -> bool:
    """Warm a gateway up, and see whether streams come through it; ours must."""
    heard = asyncio.run(streams(gateway.target, connections=32, seconds=0.5, pause=PAUSE))
    gateway.process.settle()
    if heard.delays:
        return True
    print(f"{gateway.name}: absent, for no stream comes through it; statuses {dict(heard.status)}")
    if gateway.name == OURS:
        raise SystemExit(1)
    return False


def rounds_of(found: Sequence[Gateway], other: Process, *, rounds: int, seconds: float) -> Samples:
    """Every load on every gateway, round by round, in another order each time."""
    samples: Samples = defaultdict(list)
    for number in range(rounds):
        turn = number % len(found)
        for gateway in [*found[turn:], *found[:turn]]:
            for load in LOADS:
                samples[gateway.name, load].append(measure(gateway, other, load, seconds))
        print(f"round {number + 1} of {rounds} is over", flush=True)
    return samples


def tell(samples: Samples) -> None:
    """Every gateway under every load."""
    print(f"\n{'gateway':12} {'load':>7}  CPU ms a stream; first text; chunk's way: median, 99 %, longest (all ms)")
    for (name, load), found in samples.items():
        row = [statistics.median(column) for column in zip(*found, strict=True)]
        times = " ".join(f"{value:9.3f}" for value in row[:5])
        print(f"{name:12} {load:>7}  {times}   {row[5]:7.1f} streams a second")
    others = statistics.median(sample.other_ms for sample in samples[DIRECT, "paced"])
    print(f"upstream and whoever asks, on the other core: {others:.2f} ms of CPU a stream")
    for load in ("paced", "burst"):
        print(f"{OURS}, {load}: CPU {spread([sample.cpu_ms for sample in samples[OURS, load]], ' ms')}")


def figures_of(samples: Samples) -> dict[str, float]:
    """Medians over the rounds. A stall is the longest way of any chunk of a round with one stream at a time."""
    names = list(dict.fromkeys(name for name, _ in samples))
    direct = samples[DIRECT, "alone"]
    figures: dict[str, float] = {}
    for name in [OURS, *(name for name in names if name != OURS)]:
        head = "" if name == OURS else f"{name}_"
        alone = samples[name, "alone"]
        if name != DIRECT:
            for load, figure in (("paced", "stream_cpu_ms"), ("burst", "burst_cpu_ms")):
                figures[f"{head}{figure}"] = statistics.median(sample.cpu_ms for sample in samples[name, load])
            added = [sample.first - plain.first for sample, plain in zip(alone, direct, strict=True)]
            figures[f"{head}ttft_added_ms"] = statistics.median(added)
        figures[f"{head}max_stall_ms"] = statistics.median(sample.longest for sample in alone)
        figures[f"{head}p99_chunk_ms"] = statistics.median(sample.late for sample in alone)
    figures["incomplete"] = sum(sample.incomplete for load in LOADS for sample in samples[OURS, load])
    return figures


def run(folder: Path, *, rounds: int, seconds: float, only: Sequence[str]) -> None:
    """Start everything, measure, end everything."""
    where = cores()
    end_in_order()
    process, port = upstream.started(folder, where.others)
    running = [process]
    try:
        found = gateways.start_all(Place(folder, port, where.gateway), only)
        running += [gateway.process for gateway in found]
        direct = Gateway(DIRECT, process, Target(f"http://127.0.0.1:{port}{gateways.CHAT}"), 0.0)
        with pinned(where.others):
            there = [gateway for gateway in [*found, direct] if streaming(gateway)]
            samples = rounds_of(there, process, rounds=rounds, seconds=seconds)
    finally:
        for one in reversed(running):
            one.stop()
    tell(samples)
    emit("gateway_stream", figures_of(samples), GOALS)


def main() -> None:
    """Five rounds of 3 seconds a load; `--only` leaves out all peers but these."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true", help="one round of a second and a half")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--only", nargs="*", default=[], help="peers to measure; all where none is named")
    given = options.parse_args()
    rounds, seconds = (1, 1.5) if given.quick else (given.rounds, given.seconds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        run(Path(name), rounds=rounds, seconds=seconds, only=given.only)


if __name__ == "__main__":
    main()
