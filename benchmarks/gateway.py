"""What the gateway adds to a request: CPU time, latency, how many a second; and the peers beside it in the same run.

Gateway and peers run on one core, one at a time; their upstream (nginx, which answers at once) and the load (wrk) on
the others. Ours has a key with limits and a budget, the cost of each request, and the journal on the disk with both
bodies; the peers keep nothing. No guards are on: there are none on the wire yet, and so no figure with them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.gated import gateways, nginx
from benchmarks.gated.gateways import OURS, Gateway, Place
from benchmarks.gated.journalled import written
from benchmarks.gated.process import Process, cores, end_in_order, pinned
from benchmarks.report import emit, spread

GOALS: Final = {
    "cpu_ms": "<= 0.12",
    "cpu_ms_32k": "<= 0.35",
    "p50_added_ms": "< 0.4",
    "p99_over_p50_32": "< 3",
    "ready_s": "< 1",
    "lost": "0",
}
DIRECT: Final = "direct"
CONNECTIONS: Final = (32, 1, 128)
WARM_UP: Final = "warm-up"
LARGE: Final = 32 * 1024


class Sample(NamedTuple):
    """One load on one gateway: CPU milliseconds a request, latencies in milliseconds, requests a second.

    `reached` is how many requests came to the upstream, those included that were under way when the load ended.
    """

    cpu_ms: float
    p50: float
    p99: float
    rps: float
    reached: int


Samples = dict[tuple[str, str], list[Sample]]
"""By gateway and load, one a round."""


class Bench(NamedTuple):
    """A folder for scripts, and the port of the upstream."""

    folder: Path
    upstream: int


def measure(gateway: Gateway, bench: Bench, *, connections: int, seconds: int, size: int = 0) -> Sample:
    """Load a gateway, and divide its CPU time by the requests that reached the upstream; ends where one of ours fails.

    Both are taken when it has nothing more to do: what was under way when the load ended is on both sides.
    """
    before, count = gateway.process.cpu_seconds(), nginx.answered(bench.upstream)
    load = nginx.load(gateway.target, bench.folder, connections=connections, seconds=seconds, size=size)
    gateway.process.settle(5.0)
    if load.failed:
        print(f"{gateway.name}: {load.failed} of {load.requests} requests failed")
        if gateway.name == OURS:
            raise SystemExit(1)
    reached = max(1, nginx.answered(bench.upstream) - count - 1)
    used = (gateway.process.cpu_seconds() - before) * 1000 / reached
    return Sample(used, load.p50, load.p99, load.requests / load.seconds, reached)


def rounds_of(found: Sequence[Gateway], bench: Bench, *, rounds: int, seconds: int) -> Samples:
    """Every load on every gateway, round by round, in another order each time; the first of all is a warm-up."""
    samples: Samples = defaultdict(list)
    for gateway in found:
        samples[gateway.name, WARM_UP].append(measure(gateway, bench, connections=32, seconds=1))
    for number in range(rounds):
        turn = number % len(found)
        for gateway in [*found[turn:], *found[:turn]]:
            for connections in CONNECTIONS if gateway.name != DIRECT else (1,):
                sample = measure(gateway, bench, connections=connections, seconds=seconds)
                samples[gateway.name, str(connections)].append(sample)
            if gateway.name == OURS:
                sample = measure(gateway, bench, connections=32, seconds=1, size=LARGE)
                samples[gateway.name, "32k"].append(sample)
        print(f"round {number + 1} of {rounds} is over", flush=True)
    return samples


def tell(samples: Samples) -> None:
    """Every gateway under every load."""
    print(f"\n{'gateway':12} {'at once':>7}  CPU ms a request; p50, p99 ms; requests a second (medians)")
    for (name, load), found in samples.items():
        if load == WARM_UP:
            continue
        cpu, p50, p99, rps, _ = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"{name:12} {load:>7}  {cpu:8.4f}  {p50:9.3f} {p99:9.3f} {rps:9.0f}")
    for load in ("32", "32k"):
        print(f"{OURS}, {load}: CPU {spread([sample.cpu_ms for sample in samples[OURS, load]], ' ms')}")


def figures_of(samples: Samples, ready: Sequence[float]) -> dict[str, float]:
    """Medians over the rounds; what is compared is compared within a round."""

    def median(name: str, load: str, field: int) -> float:
        return statistics.median(sample[field] for sample in samples[name, load])

    ours = samples[OURS, "32"]
    added = [one.p50 - direct.p50 for one, direct in zip(samples[OURS, "1"], samples[DIRECT, "1"], strict=True)]
    figures = {
        "cpu_ms": median(OURS, "32", 0),
        "cpu_ms_1": median(OURS, "1", 0),
        "cpu_ms_128": median(OURS, "128", 0),
        "cpu_ms_32k": median(OURS, "32k", 0),
        "p50_added_ms": statistics.median(added),
        "p99_over_p50_32": statistics.median(sample.p99 / sample.p50 for sample in ours),
        "rps_128": median(OURS, "128", 3),
        "ready_s": statistics.median(ready),
    }
    for name in sorted({name for name, _ in samples} - {OURS, DIRECT}):
        figures[f"{name}_cpu_ms"] = median(name, "32", 0)
        beside = zip(ours, samples[name, "32"], strict=True)
        figures[f"{name}_cpu_over_ours"] = statistics.median(peer.cpu_ms / one.cpu_ms for one, peer in beside)
    return figures


def starts(folder: Path, upstream: int, on: frozenset[int], times: int) -> list[float]:
    """Seconds from the start of a gateway to its first answer, alone on its core."""
    found: list[float] = []
    for number in range(times):
        place = Place(folder / f"start{number}", upstream, on)
        gateway = gateways.vouch(place)
        if gateway is None:
            raise SystemExit("ours does not come up")
        gateway.process.stop()
        found.append(gateway.ready_s)
    return found


def run(folder: Path, *, rounds: int, seconds: int, only: Sequence[str]) -> None:
    """Start everything, measure, end everything."""
    where = cores()
    end_in_order()
    upstream = nginx.mock(folder / "upstream", where.others)
    if upstream is None:
        raise SystemExit("the upstream does not come up")
    process, port = upstream
    running: list[Process] = [process]
    try:
        ready = starts(folder, port, where.gateway, min(rounds, 5))
        found = gateways.start_all(Place(folder, port, where.gateway), only)
        running += [gateway.process for gateway in found]
        direct = nginx.Target(f"http://127.0.0.1:{port}{gateways.CHAT}")
        with pinned(where.others):
            asked = [*found, Gateway(DIRECT, process, direct, 0.0)]
            samples = rounds_of(asked, Bench(folder, port), rounds=rounds, seconds=seconds)
    finally:
        for one in reversed(running):
            one.stop()
    tell(samples)
    figures = figures_of(samples, ready)
    reached = sum(sample.reached for (name, _), column in samples.items() if name == OURS for sample in column)
    kept = written(folder / OURS / "project")
    figures["lost"] = max(0, reached + gateways.ASKED_AT_START - kept)
    print(f"{reached} requests came through {OURS}, warm-up included; the journal has {kept}")
    emit("gateway", figures, GOALS)


def main() -> None:
    """Five rounds of 2 seconds a load; `--only` leaves out all peers but these."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true", help="one round of a second")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--only", nargs="*", default=[], help="peers to measure; all where none is named")
    given = options.parse_args()
    nginx.required()
    rounds, seconds = (1, 1) if given.quick else (given.rounds, given.seconds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        run(Path(name), rounds=rounds, seconds=seconds, only=given.only)


if __name__ == "__main__":
    main()
