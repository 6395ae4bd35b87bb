"""How fast the journal writes, what a durable event costs, how large it is on the disk, and that a kill loses nothing.

It does not know how the journal does it. Everything runs on one core (the process is pinned to it), producer and
writer together. The ceiling is what the standard library's SQLite alone does with the same rows in the same groups:
no queue, no encoding, no runs, no content stored once.

    python -m benchmarks.journal [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.report import emit, spread
from vouch.journal.codec import encode_body
from vouch.journal.journal import Journal
from vouch.journal.queue import GROUP
from vouch.journal.transfer import export_runs
from vouch.values.digest import digest
from vouch.values.event import (
    AnswerChecked,
    AnyBody,
    GuardJudged,
    KnowledgeFound,
    ModelAnswered,
    ModelAsked,
    PromptRendered,
    RouteChosen,
    RunFinished,
    RunStarted,
    ToolRead,
    kind_of,
)
from vouch.values.identifier import new_id
from vouch.values.message import ToolCall
from vouch.values.money import Money, Usage

GOALS: Final = {
    "events_per_s": ">= 40000",
    "durable_cpu_ms": "<= 1",
    "bytes_over_json": "<= 1.2",
    "lost_after_kill": "<= 0",
}
INTERLEAVED: Final = 200
"""Runs that go on at the same time."""

_PROCESSES: Final = Path(__file__).parents[1] / "tests" / "journal" / "processes.py"
_WORDS: Final = re.findall(
    r"\w+",
    "the order refund policy customer was shipped within days of and not yet paid back to your account because it "
    "needs a signed form from agent who checked invoice number total tax net amount line item date please confirm",
)


class Planned(NamedTuple):
    """An event to append."""

    run: str
    seq: int
    body: AnyBody


# --- a realistic mix ------------------------------------------------------------------------------------------------


def words(chance: random.Random, low: int, high: int) -> str:
    """Prose of some words."""
    return " ".join(chance.choices(_WORDS, k=chance.randint(low, high)))


def support_run(chance: random.Random, policy: list[str]) -> Iterator[AnyBody]:
    """A question to a support agent that looks things up, calls a tool or two, and answers."""
    question = words(chance, 12, 40)
    yield RunStarted(app="support", version=digest("v1"), key=digest(question), input=question)
    yield GuardJudged(guard="injection", side="input", passed=True)
    yield KnowledgeFound(query=question, hits=json.dumps(chance.sample(policy, 3)))
    messages = [{"role": "system", "text": policy[0]}, {"role": "user", "text": question}]
    yield PromptRendered(prompt="support/answer", version=digest("p1"), messages=json.dumps(messages))
    yield RouteChosen(policy="cascade", plan=("local/planner", "openai/gpt-4o-mini"))
    for step in range(chance.randint(0, 3)):
        request = digest((question, step))
        call = ToolCall(f"call_{request[:16]}", "order", json.dumps({"order": f"W{chance.randint(10**6, 10**7)}"}))
        yield ModelAsked(model="openai/gpt-4o-mini", request=request)
        yield model_answer(chance, request, calls=(call,))
        yield ToolRead(call_id=call.id, name="order", content=words(chance, 20, 220), seconds=chance.random())
    request = digest(question)
    yield ModelAsked(model="openai/gpt-4o-mini", request=request)
    answer = words(chance, 20, 90)
    yield model_answer(chance, request, text=answer)
    yield AnswerChecked(passed=True)
    yield GuardJudged(guard="personal", side="output", passed=True)
    yield run_end(chance, answer, "openai/gpt-4o-mini")


def label_run(chance: random.Random) -> Iterator[AnyBody]:
    """A sentence to classify, answered by a small local model."""
    sentence = words(chance, 6, 20)
    label = chance.choice(("refund", "delivery", "invoice", "other"))
    yield RunStarted(
        app="label", version=digest("v2"), key=digest(sentence), input=sentence, proof="p", case=f"c{label}"
    )
    message = [{"role": "user", "text": sentence}]
    yield PromptRendered(prompt="label", version=digest("p2"), messages=json.dumps(message))
    yield RouteChosen(policy="fixed", plan=("local/classifier",))
    yield ModelAsked(model="local/classifier", request=digest(sentence))
    yield ModelAnswered(model="local/classifier", request=digest(sentence), text=label, confidence=chance.random())
    yield RunFinished(status="answered", output=label, confidence=chance.random(), model="local/classifier", steps=1)


def model_answer(
    chance: random.Random, request: str, *, text: str = "", calls: tuple[ToolCall, ...] = ()
) -> ModelAnswered:
    """What a provider answers, with what it used and cost."""
    return ModelAnswered(
        model="openai/gpt-4o-mini",
        request=request,
        text=text,
        calls=calls,
        finish="tools" if calls else "stop",
        usage=Usage(chance.randint(300, 3000), chance.randint(20, 300)),
        cost=Money(Decimal(chance.randint(50, 5000)) / 1_000_000),
        seconds=round(chance.random(), 4),
        served="gpt-4o-mini-2024-07-18",
    )


def run_end(chance: random.Random, answer: str, model: str) -> RunFinished:
    """The end of a run, with its sums."""
    return RunFinished(
        status="answered",
        output=answer,
        model=model,
        usage=Usage(chance.randint(300, 9000), chance.randint(20, 900)),
        cost=Money(Decimal(chance.randint(50, 9000)) / 1_000_000),
        seconds=round(chance.random() * 5, 4),
        steps=chance.randint(1, 4),
    )


def mix(count: int, seed: int) -> list[Planned]:
    """`count` events of `INTERLEAVED` runs side by side: two support runs for each run that classifies."""
    chance = random.Random(seed)
    policy = [words(chance, 120, 260) for _ in range(60)]

    def begin() -> tuple[str, Iterator[tuple[int, AnyBody]]]:
        bodies = label_run(chance) if chance.random() < 1 / 3 else support_run(chance, policy)
        return new_id(), enumerate(bodies)

    open_runs = [begin() for _ in range(INTERLEAVED)]
    found: list[Planned] = []
    while len(found) < count:
        place = chance.randrange(INTERLEAVED)
        run, bodies = open_runs[place]
        following = next(bodies, None)
        if following is None:
            open_runs[place] = begin()
        else:
            found.append(Planned(run, *following))
    return found


# --- what is measured -----------------------------------------------------------------------------------------------


async def write(path: Path, planned: list[Planned]) -> tuple[float, float]:
    """Seconds, and seconds of processor time, to append all of it event by event until all of it is on the disk."""
    async with await Journal.open(path, secrets=["sk-0123456789abcdef0123456789abcdef"]) as journal:
        begin, used = time.perf_counter(), time.process_time()
        for run, seq, body in planned:
            await journal.append(run, seq, body)
        await journal.flush()
        return time.perf_counter() - begin, time.process_time() - used


def ceiling(path: Path, planned: list[Planned]) -> float:
    """Seconds that SQLite alone takes for the same rows, in groups as large as the journal's."""
    numbers = {run: number for number, run in enumerate(dict.fromkeys(event.run for event in planned))}
    rows = iter([(numbers[run], seq, 1.5e9, kind_of(body), encode_body(body)) for run, seq, body in planned])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE event (run INTEGER, seq INTEGER, at REAL, kind TEXT, body BLOB, PRIMARY KEY(run, seq))"
    )
    begin = time.perf_counter()
    while group := list(islice(rows, GROUP)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", group)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


async def durable(path: Path, planned: list[Planned]) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time, and of waiting, for one append and its flush, event by event."""
    cpu: list[float] = []
    wall: list[float] = []
    async with await Journal.open(path) as journal:
        for run, seq, body in planned:
            begin, used = time.perf_counter(), time.process_time()
            await journal.append(run, seq, body)
            await journal.flush_run(run)
            cpu.append((time.process_time() - used) * 1000)
            wall.append((time.perf_counter() - begin) * 1000)
    return cpu, wall


async def export(path: Path, file: Path, planned: list[Planned]) -> None:
    """The same events as lines of JSON."""
    async with await Journal.open(path) as journal:
        await export_runs(journal, list(dict.fromkeys(event.run for event in planned)), file)


def kill(folder: Path, kills: int) -> dict[str, int]:
    """Kill a process that writes, again and again (see `tests/journal/processes.py`)."""
    command = [sys.executable, str(_PROCESSES), "kill", str(folder), str(kills), "11"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(folder: Path, *, count: int, rounds: int, kills: int) -> dict[str, float]:
    """All figures; says on the way what was measured and how it spread."""
    planned = mix(count, seed=1)
    gc.freeze()  # what is planned is not the journal's to look through
    rates: list[float] = []
    cpu_rates: list[float] = []
    ceilings: list[float] = []
    for number in range(rounds):
        seconds, cpu_seconds = asyncio.run(write(folder / f"{number}.db", planned))
        rates.append(count / seconds)
        cpu_rates.append(count / cpu_seconds)
        ceilings.append(count / ceiling(folder / f"{number}-raw.db", planned))
    print(f"Group appends, {count} events of {INTERLEAVED} runs side by side, one core: {spread(rates, ' events/s')}")
    print(f"  the same by processor time, which other programs do not disturb: {spread(cpu_rates, ' events/s')}")
    ratios = [rate / raw for rate, raw in zip(rates, ceilings, strict=True)]
    print(f"  SQLite alone with the same rows (the ceiling): {spread(ceilings, ' events/s')}")
    print(f"  the journal reaches {statistics.median(ratios):.0%} of it")
    cpu, wall = asyncio.run(durable(folder / "durable.db", mix(min(count, 1000), seed=2)))
    print(f"One append and its flush: processor {spread(cpu, ' ms')}")
    print(f"  waiting (most of it for the disk): {spread(wall, ' ms')}")
    size = (folder / "0.db").stat().st_size
    asyncio.run(export(folder / "0.db", folder / "runs.jsonl", planned))
    lines = (folder / "runs.jsonl").stat().st_size
    print(f"On the disk: {size / count:.0f} bytes an event, as JSON lines {lines / count:.0f}")
    killed = kill(folder, kills)
    print(
        f"Killed {killed['kills']} times: {killed['acknowledged']} events acknowledged, {killed['recorded']} recorded, "
        f"{killed['lost']} lost, {killed['not_whole']} runs or databases not whole"
    )
    return {
        "events_per_s": statistics.median(rates),
        "durable_cpu_ms": statistics.median(cpu),
        "bytes_over_json": size / lines,
        "lost_after_kill": killed["lost"] + killed["not_whole"],
        "events_per_cpu_s": statistics.median(cpu_rates),
        "of_sqlite_alone": statistics.median(ratios),
        "durable_wall_ms": statistics.median(wall),
        "kills": killed["kills"],
    }


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer events, rounds and kills")
    quick = parser.parse_args().quick
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        size = {"count": 10_000, "rounds": 3, "kills": 20} if quick else {"count": 50_000, "rounds": 5, "kills": 200}
        figures = measure(Path(folder), **size)
    emit("journal", figures, GOALS)


if __name__ == "__main__":
    main()
