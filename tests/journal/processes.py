"""Real processes around one journal: killed at any instant, and writing side by side. A program, also for benchmarks.

It does not know how a journal keeps its promise.

    python tests/journal/processes.py kill FOLDER KILLS SEED
    python tests/journal/processes.py share FOLDER PROCESSES

Prints one JSON object. Children are forked before this process starts any thread, so that a life is cheap.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vouch.errors import RunConflict
from vouch.journal.journal import Journal
from vouch.journal.reader import latest, read_run
from vouch.store.database import Database
from vouch.values.event import AnyBody, ModelAnswered, RunStarted, ToolRead

RUNS = 4
"""Runs that one life of a child goes on with at the same time."""


def body(run: str, seq: int) -> AnyBody:
    """The one thing that may stand in this place: some small, some large, some shared between runs."""
    if seq == 0:
        return RunStarted(app="crash", version="1", key=run, input=f"{run} begins")
    if seq % 7 == 3:
        return ToolRead(call_id=f"c{seq}", name="look", content=f"{run}:{seq} " + "large content " * 200)
    if seq % 7 == 5:
        return ToolRead(call_id=f"c{seq}", name="look", content="the same for all " * 200)
    return ModelAnswered(model="local/m", request=f"{run}:{seq}", text=f"answer {seq} of {run}")


def fork(work: Callable[[int], Any]) -> tuple[int, int]:
    """A child that does `work` with the end of a pipe to write to; gives its id and the end to read from."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    os.close(reading)
    code = 1
    try:
        work(writing)
        code = 0
    finally:
        os._exit(code)


def read_all(pipe: int) -> bytes:
    """What is written to the pipe until its other end is closed."""
    with os.fdopen(pipe, "rb") as file:
        return file.read()


# --- killed ---------------------------------------------------------------------------------------------------------


async def live(database: Path, life: int, out: int) -> None:
    """Append to some runs until killed, and say after each flush how many events of which run are acknowledged."""
    journal = await Journal.open(database)

    async def go_on(run: str) -> None:
        chance, seq = random.Random(run), 0
        while True:
            for _ in range(chance.randint(1, 5)):
                await journal.append(run, seq, body(run, seq))
                seq += 1
            await journal.flush_run(run)
            os.write(out, f"{run} {seq}\n".encode())

    await asyncio.gather(*(go_on(f"{life:04}-{number}") for number in range(RUNS)))


def kill_often(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill one life after another; count what was acknowledged, what was lost, and what is not whole."""
    chance = random.Random(seed)
    database = folder / "killed-0.db"
    total: dict[str, int] = dict.fromkeys(("kills", "acknowledged", "recorded", "lost", "not_whole"), 0)
    for life in range(kills):
        # Some die while they make the database or open it; the others when they have written for a while.
        early = life % 5 == 0
        if early:
            database = folder / f"killed-{life}.db"
        acknowledged = one_life(
            database, life, chance.uniform(0, 0.05) if early else chance.uniform(0.005, 0.06), early
        )
        total["kills"] += 1
        total["acknowledged"] += sum(acknowledged.values())
        check(database, acknowledged, total)
    for database in folder.glob("killed-*.db"):
        opened = Database.open(database)
        with opened.reading() as connection:
            total["not_whole"] += connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok"
        opened.close()
    return total


def one_life(database: Path, life: int, seconds: float, early: bool) -> dict[str, int]:
    """Start a child and kill it after a time, counted from its first acknowledgement or from its birth."""
    pid, pipe = fork(lambda out: asyncio.run(live(database, life, out)))
    first = b"" if early else os.read(pipe, 1)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    said = first + read_all(pipe)
    os.waitpid(pid, 0)
    acknowledged: dict[str, int] = {}
    for line in said.decode().splitlines(keepends=True):
        if line.endswith("\n"):
            run, count = line.split()
            acknowledged[run] = int(count)
    return acknowledged


def check(database: Path, acknowledged: dict[str, int], total: dict[str, int]) -> None:
    """Read every run back: nothing acknowledged is missing, and what is there is what was written, without a gap."""
    opened = Database.open(database)
    for run, count in acknowledged.items():
        events = read_run(opened, run)
        total["recorded"] += len(events)
        total["lost"] += max(0, count - len(events))
        total["not_whole"] += [(event.seq, event.body) for event in events] != [
            (seq, body(run, seq)) for seq in range(len(events))
        ]
    opened.close()


# --- side by side ---------------------------------------------------------------------------------------------------


async def rival(database: Path, name: str, out: int) -> None:
    """Write own runs, and a run that every rival writes too, in one group; say how it went."""
    journal = await Journal.open(database)
    own = [f"{name}-{number}" for number in range(20)]
    for run in (*own[:10], "contested", *own[10:]):
        await journal.append(run, 0, *(body(run, seq) for seq in range(5)))
    for run in own:
        await journal.flush_run(run)
    kept = True
    try:
        await journal.flush_run("contested")
        await journal.append("contested", 5, ModelAnswered(model="local/m", request="the winner", text=name))
    except RunConflict:
        kept = False
    await journal.aclose()
    os.write(out, json.dumps({"name": name, "kept": kept}).encode())


def share(folder: Path, processes: int) -> dict[str, Any]:
    """Rivals that make and write one journal at the same time; who kept the contested run, and what is recorded."""
    database = folder / "shared.db"
    children = [
        fork(lambda out, name=f"r{number}": asyncio.run(rival(database, name, out))) for number in range(processes)
    ]
    said = [json.loads(read_all(pipe)) for _, pipe in children]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, _ in children]
    opened = Database.open(database)
    runs = [row.run for row in latest(opened, app=None, status=None, limit=10_000)]
    whole = sum(
        [event.body for event in read_run(opened, run)] == [body(run, seq) for seq in range(5)]
        for run in runs
        if run != "contested"
    )
    *common, last = (event.body for event in read_run(opened, "contested"))
    opened.close()
    return {
        "kept": [one["name"] for one in said if one["kept"]],
        "codes": codes,
        "runs": len(runs),
        "whole": whole,
        "contested_whole": common == [body("contested", seq) for seq in range(5)],
        "contested_last": last.text if isinstance(last, ModelAnswered) else None,
    }


def main(command: str, folder: str, *numbers: str) -> None:
    """Do what the command line says."""
    does = {"kill": kill_often, "share": share}[command]
    print(json.dumps(does(Path(folder), *(int(number) for number in numbers))))


if __name__ == "__main__":
    main(*sys.argv[1:])
