"""200 agents of 10 steps at once, with the durable journal on: how many steps a second of CPU pays for.

A scripted model calls one read tool, so what is left is the loop, the tool and the journal. The same agent in other
projects' ways runs beside it, each in a process and an environment of its own (`scripts/peers`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.agent_step import agent
from benchmarks.peers.environment import NAMES, program_of, python_of
from benchmarks.report import emit, spread
from vouch.app.house import House
from vouch.app.run import run
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted

STEPS = 10
GOALS = {"steps_per_cpu_s": ">= 2500"}


async def measure(folder: Path, agents: int, rounds: int) -> list[float]:
    """Steps per CPU second for each round; everything is on the disk when a round ends."""
    journal = await Journal.open(folder / "journal.db")
    house = House(journal=journal, open_model=lambda name: Scripted([], name=name))
    found: list[float] = []
    for number in (10, *[agents] * rounds):
        started = time.process_time()
        results = await asyncio.gather(*(run(agent(STEPS), "All of them, please.", house) for _ in range(number)))
        await journal.flush()
        found.append(number * STEPS / (time.process_time() - started))
        assert {(result.status, result.steps) for result in results} == {("answered", STEPS + 1)}
    await house.aclose()
    return found[1:]


def measure_peer(name: str, agents: int, rounds: int) -> list[float]:
    """The same of a peer; empty where it is absent or fails."""
    python = python_of(name)
    found: list[float] = []
    for _ in range(rounds if python else 0):
        with tempfile.TemporaryDirectory() as folder:
            command = [str(python), program_of(name), "--folder", folder]
            command += ["--agents", str(agents), "--steps", str(STEPS)]
            ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        if ended.returncode:
            print(f"{name} failed: {ended.stderr.strip().splitlines()[-1:]}")
            return []
        line = json.loads(ended.stdout.strip().splitlines()[-1])
        found.append(line["steps"] / line["cpu_s"])
    return found


def main() -> None:
    """Ours, then every peer that is there, one after the other."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    agents, rounds = (50, 2) if quick else (200, 5)
    with tempfile.TemporaryDirectory() as folder:
        ours = asyncio.run(measure(Path(folder), agents, rounds))
    print(f"{agents} agents of {STEPS} steps: steps per CPU second {spread(ours)}")
    figures = {"steps_per_cpu_s": statistics.median(ours)}
    for name in NAMES:
        if theirs := measure_peer(name, agents, 1 if quick else 3):
            print(f"{name}: steps per CPU second {spread(theirs)}")
            figures[f"{name}_steps_per_cpu_s"] = statistics.median(theirs)
    emit("agents_200", figures, GOALS)


if __name__ == "__main__":
    main()
