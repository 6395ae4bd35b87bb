"""What judging 500 given answers costs beyond the judge: one call of a judge each, weighted by log-probabilities.

It does not measure any judge: the provider is another process that speaks the real wire format, and answers every
question alike, with 0 or 50 ms latency. Peers judge the same answers by the same provider where they are installed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

import msgspec

from benchmarks.peers.environment import command_of
from benchmarks.report import emit, spread
from vouch import judges, scorers
from vouch.app.house import House
from vouch.journal.journal import Journal
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.proof.judging import Options, prove_judge
from vouch.proof.labelled import Answers, Labelled
from vouch.values.case import Case
from vouch.values.result import Result

CONCURRENCY = 50
LATENCY = 0.05
PEERS = ("deepeval", "inspect", "ragas", "promptfoo")
STEPS = ("Read the question.", "Compare the answer with what is expected.", "Say how much of it is right.")
GOALS = {
    "eval_cpu_s": "<= 0.35",
    "peak_mb": "<= 40",
    "wall_over_limit": "<= 1.2",
    "rerun_s": "<= 0.5",
    "cpu_8000_over_500": "<= 17",
}


class Measured(NamedTuple):
    """CPU and wall seconds of one proof, and how many MB the process grew over what it had before."""

    cpu: float
    wall: float
    grown: float


def answers(n: int) -> Answers:
    """Answers to questions of some length, every second labelled."""
    found = (
        Labelled(
            Case(
                f"a-{number}",
                f"Question {number}: which of the many rules of this shop holds here, and why so?",
                "The first.",
            ),
            Result(
                "", "answered", f"The rule that holds is number {number}, because it is the first that applies here."
            ),
            float(number % 2) if number % 4 < 2 else None,
        )
        for number in range(n)
    )
    return Answers(f"given-{n}", tuple(found))


@contextmanager
def provider(latency: float) -> Generator[str]:
    """The stand-in provider in a process of its own; gives its address."""
    command = [sys.executable, "-m", "benchmarks.judging.provider", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


async def once(address: str, place: Path, n: int) -> Measured:
    """One proof of the judge on `n` answers, with the journal at `place` and a connection pool of its own."""
    pool = HttpPool()
    model = OpenAI("standin/judge", http=pool, address=address)
    given = answers(n)
    judge = scorers.at_least(
        0.7, judges.geval("The answer is right.", judge="standin/judge", steps=STEPS, shows=["expected"])
    )
    journal = await Journal.open(place)
    async with House(journal=journal, open_model=lambda _name: model) as house:
        # As the command does: what is loaded is kept, and not looked through for garbage again and again.
        gc.freeze()
        grown, cpu, wall = _peak_mb(), time.process_time(), time.perf_counter()
        report = await prove_judge(judge, given, house, options=Options(concurrency=CONCURRENCY))
        await journal.flush()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert (report.n, report.unscored, report.calls + report.found) == (n, 0, n), report
    await pool.aclose()
    return Measured(cpu, wall, _peak_mb() - grown)


def _peak_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def alone(address: str, place: Path, n: int) -> Measured:
    """`once`, in a process of its own, so that what was loaded and grown before does not count."""
    command = [sys.executable, "-m", "benchmarks.prove_judged_500", "--one", address, str(place), str(n)]
    return Measured(
        *msgspec.json.decode(subprocess.run(command, check=True, capture_output=True).stdout, type=list[float])
    )


PROJECT = """
from pathlib import Path
from vouch import App, Gate, Proof, Scripted, judges, scorers

judge = judges.geval("The answer is right.", judge="standin/judge", steps={steps!r}, shows=["expected"])
answers = Scripted(lambda request: "The rule that holds is the first that applies here.")
proof = Proof("cases.jsonl", scorers.at_least(0.7, judge), Gate(claim=0.5))
app = App(name="rules", models=[answers], proofs=[proof])
"""


def project(folder: Path, address: str, n: int) -> Path:
    """A project whose app is proven on `n` cases by a judge, as people have one."""
    folder.mkdir()
    (folder / "vouch.toml").write_text(f'[apps]\nrules = "app:app"\n[providers.standin]\naddress = "{address}"\n')
    (folder / "app.py").write_text(PROJECT.format(steps=list(STEPS)))
    lines = [msgspec.json.encode(answer.case).decode() for answer in answers(n).answers]
    (folder / "cases.jsonl").write_text("\n".join(lines))
    return folder


def command(folder: Path) -> float:
    """Wall seconds of `vouch prove` in a project, from the start of its process to the end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "vouch", "prove", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - started


def measure(*, quick: bool) -> dict[str, float]:
    """All figures of Vouch."""
    rounds, large = (3, 2_000) if quick else (7, 8_000)
    with tempfile.TemporaryDirectory() as folder, provider(0.0) as fast, provider(LATENCY) as slow:
        place = Path(folder)
        runs = [alone(fast, place / f"{number}.db", 500) for number in range(rounds)]
        proven = project(place / "project", fast, 500)
        first = command(proven)
        again = [command(proven) for _ in range(rounds)]
        slowly = [alone(slow, place / f"slow-{number}.db", 500) for number in range(rounds)]
        many = alone(fast, place / "many.db", large)
    limit = 500 * LATENCY / CONCURRENCY
    cpus, walls, grown = ([run[place] for run in runs] for place in range(3))
    print(f"0 ms: CPU {spread(cpus, ' s')}; wall {spread(walls, ' s')}; grown {spread(grown, ' MB')}")
    print(f"50 ms: wall {spread([run.wall for run in slowly], ' s')}; limit {limit} s")
    print(f"vouch prove, 500 cases with a judge: {first:.2f} s; with nothing changed: {spread(again, ' s')}")
    print(f"{large} answers: CPU {many.cpu:.3f} s, grown {many.grown:.1f} MB")
    return {
        "eval_cpu_s": statistics.median(cpus),
        "peak_mb": statistics.median([run.grown for run in runs]),
        "wall_over_limit": statistics.median([run.wall for run in slowly]) / limit,
        "rerun_s": statistics.median(again),
        f"cpu_{large}_over_500": many.cpu / statistics.median(cpus),
    }


def peers(n: int) -> dict[str, float]:
    """CPU seconds of every peer that is installed, for the evaluation of the same `n` answers; one run each."""
    figures: dict[str, float] = {}
    with provider(0.0) as address:
        for name in PEERS:
            if (command := command_of(name, "judge")) is None:
                continue
            with tempfile.TemporaryDirectory() as folder:
                given = [*command, address, str(n)]
                done = subprocess.run(given, check=False, capture_output=True, text=True, cwd=folder)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip()[-500:]}")
                continue
            found = Measured(*msgspec.json.decode(done.stdout.splitlines()[-1], type=list[float]))
            print(f"{name}: CPU {found.cpu:.2f} s, wall {found.wall:.2f} s, grown {found.grown:.0f} MB")
            figures[f"{name}_eval_cpu_s"] = found.cpu
    return figures


def main() -> None:
    """Several proofs of 500 answers, each in a new process; then one of 8,000."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--one", nargs=3, metavar=("ADDRESS", "JOURNAL", "N"))
    given = options.parse_args()
    if given.one:
        address, place, n = given.one
        print(msgspec.json.encode(list(asyncio.run(once(address, Path(place), int(n))))).decode())
        return
    figures = measure(quick=given.quick)
    emit("prove_judged_500", figures | peers(100 if given.quick else 500), GOALS)


if __name__ == "__main__":
    main()
