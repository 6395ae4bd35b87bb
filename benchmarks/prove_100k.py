"""How much memory a proof takes as it grows: 10,000 and 100,000 cases of a file, and as many answers of a judge.

It does not measure any model: a scripted one repeats what it is asked, and a scripted judge says what it always says.
Every proof is made in a process of its own, through the files and the journal that `vouch prove` uses.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

import msgspec

from benchmarks.report import emit
from vouch import judges, scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.judging import prove_judge
from vouch.proof.labelled import opened
from vouch.proof.prove import prove
from vouch.values.message import Message
from vouch.values.request import Answer, Request

SMALL, LARGE = 10_000, 100_000
GOALS = {"bytes_a_case": "<= 100", "again_bytes_a_case": "<= 100", "judged_bytes_a_case": "<= 100"}
TEXT = "please say this back to me, word for word, and do not leave out anything of it, however long it is. " * 3


class Measured(NamedTuple):
    """The peak of the process in MB, how much of it came while the proof was made, wall and CPU seconds."""

    peak: float
    grown: float
    wall: float
    cpu: float


class Forgetful(Scripted):
    """A scripted model that does not keep what it was asked."""

    async def answer(self, request: Request) -> Answer:
        """The same answer."""
        said = await super().answer(request)
        self.requests.clear()
        return said


def cases(file: Path, n: int) -> None:
    """Cases of about 600 bytes each; every hundredth expects what it does not get."""
    with file.open("w") as opened_file:
        for number in range(n):
            text = f"Case {number}: {TEXT}"
            case = {"id": f"case-{number}", "input": text, "expected": text if number % 100 else "no"}
            opened_file.write(json.dumps(case | {"tags": ["even" if number % 2 else "odd"]}) + "\n")


def answers(file: Path, n: int) -> None:
    """Answers of about 600 bytes each; the first 500 are labelled."""
    with file.open("w") as opened_file:
        for number in range(n):
            answer = {"id": f"a-{number}", "input": f"Question {number}: {TEXT}", "output": f"Answer {number}. {TEXT}"}
            opened_file.write(json.dumps(answer | ({"human": number % 3 > 0} if number < 500 else {})) + "\n")


def last(request: Request) -> str:
    """What was asked."""
    message: Message = request.messages[-1]
    return message.text


def says(request: Request) -> str:
    """What a judge says: every third answer is wrong."""
    number = int(last(request).split("Answer ")[1].split(".")[0])
    return json.dumps({"reason": "It is said.", "answer": number % 3 > 0})


async def prove_cases(folder: Path) -> None:
    """One proof of the cases in the folder, with all its rows in a file."""
    model = Forgetful(last)
    proof = Proof("cases.jsonl", scorers.exact(), Gate(claim=0.9))
    app = App(name="echo", models=[model], prompt="Say it back.", proofs=[proof])
    journal = await Journal.open(folder / "journal.db")
    async with House(journal=journal, open_model=lambda _name: model) as house:
        report = await prove(app, proof, house, root=folder, rows_to=folder / "report.jsonl")
    assert (report.n - report.right, report.verdict) == (report.n // 100, "ship"), report


async def prove_answers(folder: Path) -> None:
    """One proof of a judge on the answers in the folder."""
    model = Forgetful(says)
    judge = judges.rubric(judges.yes_no("Is it right?"), judge="scripted/judge")
    journal = await Journal.open(folder / "journal.db")
    async with House(journal=journal, open_model=lambda _name: model) as house:
        with opened(folder / "answers.jsonl", folder) as given:
            report = await prove_judge(judge, given, house, rows_to=folder / "judge.jsonl")
    assert (report.labels, report.unscored, report.verdict) == (500, 0, "ship"), report


WORK = {"cases": prove_cases, "answers": prove_answers}
WRITTEN: dict[str, Callable[[Path, int], None]] = {"cases": cases, "answers": answers}


def once(kind: str, folder: Path) -> Measured:
    """One proof in this process."""
    before, cpu, wall = _peak_mb(), time.process_time(), time.perf_counter()
    asyncio.run(WORK[kind](folder))
    return Measured(_peak_mb(), _peak_mb() - before, time.perf_counter() - wall, time.process_time() - cpu)


def alone(kind: str, folder: Path) -> Measured:
    """`once`, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.prove_100k", "--one", kind, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True)
    return Measured(*msgspec.json.decode(done.stdout, type=list[float]))


def _peak_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def measure(kind: str, small: int, large: int, *, again: bool) -> dict[str, float]:
    """Peaks of a small and a large proof, and what each further case takes; `again` with all answers in the journal."""
    steps = ("first", "again") if again else ("first",)
    found: dict[tuple[int, str], Measured] = {}
    for n in (small, large):
        with tempfile.TemporaryDirectory(dir=".") as name:
            folder = Path(name)
            WRITTEN[kind](folder / f"{kind}.jsonl", n)
            for step in steps:
                found[n, step] = one = alone(kind, folder)
                print(
                    f"{n:,} {kind}, {step}: peak {one.peak:.1f} MB, of it {one.grown:.1f} MB for the proof; "
                    f"{one.wall:.1f} s, CPU {one.cpu:.1f} s",
                    flush=True,
                )
    figures: dict[str, float] = {}
    for step in steps:
        name = {"cases": "" if step == "first" else "again_", "answers": "judged_"}[kind]
        few, many = found[small, step], found[large, step]
        figures[f"{name}peak_mb_{small}"], figures[f"{name}peak_mb_{large}"] = few.peak, many.peak
        figures[f"{name}bytes_a_case"] = (many.peak - few.peak) * 2**20 / (large - small)
        figures[f"{name}cpu_ms_a_case"] = many.cpu / large * 1000
    return figures


def main() -> None:
    """Both kinds, small and large, each in a process of its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--one", nargs=2, metavar=("KIND", "FOLDER"))
    given = options.parse_args()
    if given.one:
        kind, folder = given.one
        print(msgspec.json.encode(list(once(kind, Path(folder)))).decode())
        return
    small, large = (2_000, 10_000) if given.quick else (SMALL, LARGE)
    figures = measure("cases", small, large, again=True) | measure("answers", small, large, again=False)
    emit("prove_100k", figures, GOALS)


if __name__ == "__main__":
    main()
