"""How fast and how light the local sentence encoder is, and beside it sentence-transformers where that is installed.

It does not measure how good the vectors are: the tests compare them with sentence-transformers' own.

`python -m benchmarks.embedder [--quick]`. Every measurement runs in a process of its own with one computing thread, so
on one core. Rates are per second of processor time: other work on the machine lowers them little. The latency is as a
caller sees it, and other work does raise it; the processor time of one query stands beside it. The peer is measured
with the Python that VOUCH_PEER_PYTHON names, or else with this one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.report import emit, spread
from vouch.models.minilm.minilm import MiniLM
from vouch.models.minilm.places import find

GOALS = {"texts_per_cpu_s": ">= 60", "query_ms": "<= 15", "load_s": "<= 0.5", "rss_mb": "<= 300"}

SENTENCE = "the customer wants to know why his card payment was declined at the shop in town this morning"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

PEER = """
import sys, time
started = time.perf_counter()
import torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(1)
model = SentenceTransformer(sys.argv[1], device="cpu")
loaded = time.perf_counter() - started
from benchmarks.embedder import measure
measure(lambda texts: model.encode(texts, batch_size=32), loaded, sys.argv[2])
"""


def texts_of(number: int) -> list[str]:
    """Texts of exactly 20 tokens, the two marks included, all different."""
    random = np.random.default_rng(0)
    return [" ".join(random.permutation(SENTENCE.split())) for _ in range(number)]


def measure(encode: Callable[[list[str]], Any], loaded: float, size: str) -> None:
    """Print what one process measured, as JSON: rates in texts per CPU second and wall second, latencies in ms."""
    number = 200 if size == "quick" else 1_000
    texts = texts_of(number + 40)
    encode(texts[:40])
    rates: list[float] = []
    walls: list[float] = []
    for _ in range(3 if size == "quick" else 5):
        cpu, wall = time.process_time(), time.perf_counter()
        encode(texts[40:])
        rates.append(number / (time.process_time() - cpu))
        walls.append(number / (time.perf_counter() - wall))
    latencies: list[float] = []
    efforts: list[float] = []
    for text in texts[:40] * (1 if size == "quick" else 3):
        cpu, wall = time.process_time(), time.perf_counter()
        encode([text])
        efforts.append((time.process_time() - cpu) * 1_000)
        latencies.append((time.perf_counter() - wall) * 1_000)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"rates": rates, "walls": walls, "latencies": latencies, "efforts": efforts}
    print(json.dumps({**figures, "load": loaded, "rss": memory}))


def measure_ours(size: str) -> None:
    started = time.perf_counter()
    encoder = MiniLM.open(remember=0)
    loaded = time.perf_counter() - started
    measure(encoder.encode, loaded, size)


def alone(command: Sequence[str]) -> dict[str, Any] | None:
    """What a process of its own, with one computing thread, measured; None when it failed."""
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}, **ONE_THREAD}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  absent: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def tell(name: str, found: dict[str, Any]) -> None:
    print(f"{name}: 20-token texts, one thread")
    print(f"  per CPU second   {spread(found['rates'])}")
    print(f"  per wall second  {spread(found['walls'])}")
    print(f"  one query        {spread(found['latencies'], ' ms')}")
    print(f"  of it computing  {spread(found['efforts'], ' ms')}")
    print(f"  load {found['load']:.3f} s, peak memory {found['rss']:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 texts instead of 1,000")
    parser.add_argument("--inside", choices=["quick", "full"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return measure_ours(options.inside)
    size = "quick" if options.quick else "full"
    ours = alone([sys.executable, "-m", "benchmarks.embedder", "--inside", size])
    if ours is None:
        sys.exit("the encoder could not be measured")
    tell("local/minilm", ours)
    print("sentence-transformers with torch:")
    python = os.environ.get("VOUCH_PEER_PYTHON", sys.executable)
    peer = alone([python, "-c", PEER, str(find()), size])
    figures = {
        "texts_per_cpu_s": statistics.median(ours["rates"]),
        "query_ms": statistics.median(ours["latencies"]),
        "query_cpu_ms": statistics.median(ours["efforts"]),
        "load_s": float(ours["load"]),
        "rss_mb": float(ours["rss"]),
    }
    if peer is not None:
        tell("sentence-transformers", peer)
        figures["torch_texts_per_cpu_s"] = statistics.median(peer["rates"])
        figures["torch_query_ms"] = statistics.median(peer["latencies"])
        figures["torch_load_s"] = float(peer["load"])
        figures["torch_rss_mb"] = float(peer["rss"])
    return emit("embedder", figures, GOALS)


if __name__ == "__main__":
    main()
