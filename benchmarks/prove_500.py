"""What proving 500 cases costs beyond the model: a stand-in provider with 50 ms latency, 50 cases at a time.

It does not measure any model: the provider is another process that speaks the real wire format and answers alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import emit, spread
from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.journal.journal import Journal
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.proof.prove import Options, prove
from vouch.values.case import Case, Dataset

LATENCY = 0.05
CONCURRENCY = 50
GOALS = {"eval_cpu_s": "<= 1.0", "wall_over_limit": "<= 1.5", "cpu_8000_over_500": "<= 17"}


def cases(n: int) -> Dataset:
    """Cases whose right answer is the question itself: the provider echoes."""
    questions = (f"Case {number}: please say this back to me, word for word." for number in range(n))
    return Dataset(f"echo-{n}", tuple(Case(f"e-{i}", text, text) for i, text in enumerate(questions)))


async def measure(address: str, n: int) -> tuple[float, float]:
    """CPU and wall seconds of proving `n` cases in a new journal, through a new connection pool."""
    proof = Proof(cases(n), scorers.exact(), Gate(claim=0.9))
    pool = HttpPool()
    model = OpenAI("standin/echo", http=pool, address=address)
    with tempfile.TemporaryDirectory() as folder:
        journal = await Journal.open(Path(folder) / "journal.db")
        house = House(journal=journal, open_model=lambda _name: model)
        app = App(name="echo", models=["standin/echo"], prompt="Say it back.", proofs=[proof])
        cpu, wall = time.process_time(), time.perf_counter()
        report = await prove(app, proof, house, options=Options(concurrency=CONCURRENCY))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert (report.right, report.verdict) == (n, "ship")
        await journal.aclose()
    await pool.aclose()
    return cpu, wall


def main() -> None:
    """Several proofs of 500 cases, then one of 8,000 to see that cost grows in step."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    command = [sys.executable, "-m", "vouch.testing.provider", "--port", "0", "--latency", str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        address = provider.stdout.readline().split()[-1]
        try:
            asyncio.run(measure(address, 50))
            runs = [asyncio.run(measure(address, 500)) for _ in range(3 if quick else 9)]
            large = asyncio.run(measure(address, 2000 if quick else 8000))
        finally:
            provider.terminate()
    limit = 500 * LATENCY / CONCURRENCY
    cpus, walls = [cpu for cpu, _ in runs], [wall for _, wall in runs]
    print(f"500 cases: CPU {spread(cpus, ' s')}; wall {spread(walls, ' s')}; limit {limit} s")
    figures = {
        "eval_cpu_s": statistics.median(cpus),
        "wall_over_limit": statistics.median(walls) / limit,
        f"cpu_{2000 if quick else 8000}_over_500": large[0] / statistics.median(cpus),
    }
    emit("prove_500", figures, GOALS)


if __name__ == "__main__":
    main()
