"""`vouch bench` with the models of this machine: one score for each task and model.

It does not know language models: none is needed here. `python -m benchmarks.bench_tasks [--quick]`.

Rows are drawn by a fixed seed. Sets without a test split are asked on their dev split, or on a fifth of the only one
there is. Learned heads are kept in a folder for temporary files, so that a second run does not encode again; the
journal is new every time, so that latencies are measured.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple, cast

from benchmarks.report import data_folder, emit
from vouch.bench.bench import Options, Room, bench
from vouch.bench.catalogue import TASKS
from vouch.bench.line import Line
from vouch.bench.table import table
from vouch.contracts.embedder import Embedder
from vouch.models.minilm.minilm import MiniLM
from vouch.project.config import Config, Local
from vouch.project.wiring import wire


class Given(NamedTuple):
    """Where a set lies, how many rows may teach (0: all), and how many are asked at most."""

    file: str
    train: int
    n: int


SETS: Final = {
    "sst2": Given("classify/sst2.csv", 4000, 500),
    "banking77": Given("classify/banking77.csv", 5000, 500),
    "clinc150": Given("classify/clinc150.csv", 4500, 500),
    "wnut17": Given("ner/wnut17.jsonl", 0, 500),
    "squad2": Given("rag/squad2_dev_questions.jsonl", 200, 300),
}
QUICK: Final = (800, 150)
"""Rows that teach and rows that are asked, at most, with --quick."""

SEED: Final = 0

GOALS: Final = {
    "sst2_classifier": ">= 0.78",
    "banking77_classifier": ">= 0.90",
    "clinc150_classifier": ">= 0.85",
    "wnut17_tagger": ">= 0.35",
    "squad2_reader": ">= 0.50",
    "seconds": "<= 240",
}


async def measure(folder: Path, quick: bool) -> list[Line]:
    """The lines of every set that is there."""
    kept = Path(tempfile.gettempdir()) / "vouch-bench-tasks"
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as root:
        async with await wire(Config(local=Local(cache=str(kept))), Path(root)) as house:

            def embedder() -> Embedder:
                if "minilm" not in house.shared:
                    house.shared["minilm"] = MiniLM.open()
                return cast("Embedder", house.shared["minilm"])

            room = Room(house=house, embedder=embedder, cache=kept)
            for name, given in SETS.items():
                if not (folder / given.file).is_file():
                    print(f"{name}: absent ({given.file})")
                    continue
                options = Options(train=given.train, n=given.n, seed=SEED)
                if quick:
                    options = Options(train=QUICK[0], n=QUICK[1], seed=SEED)
                started = time.perf_counter()
                lines += await bench(TASKS[name], folder / given.file, [], room, options=options)
                print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    return lines


def figure_name(line: Line) -> str:
    return f"{line.task}_{line.model.rpartition('/')[2]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows to learn from and to ask")
    quick: bool = parser.parse_args().quick
    folder = data_folder()
    if folder is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    started = time.perf_counter()
    lines = asyncio.run(measure(folder, quick))
    print(f"\n{table(lines)}")
    figures = {figure_name(line): line.figure.interval.estimate for line in lines}
    figures["seconds"] = time.perf_counter() - started
    emit("bench_tasks", figures, GOALS)


if __name__ == "__main__":
    main()
