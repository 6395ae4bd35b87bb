"""What one step of an agent costs: a scripted model calls one read tool, with the durable journal on.

It does not measure any model: the script answers at once, so what is left is the loop, the tool and the journal.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.report import emit, spread
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.run import run
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.store.database import Database
from vouch.tools.function import tool
from vouch.values.message import ToolCall
from vouch.values.request import Request

GOALS = {
    "cpu_ms_step_20": "<= 0.5",
    "cpu_ms_step_100": "<= 0.5",
    "cpu_ms_step_500": "<= 0.5",
    "cpu_ratio_500_20": "<= 1.3",
    "bytes_ratio_500_20": "<= 1.1",
}


@tool(trust="trusted")
async def look_up(order: str) -> str:
    """Look up an order."""
    return f'{{"order": "{order}", "status": "delivered", "items": 3, "total": "129.90"}}'


def agent(steps: int) -> App:
    """An app whose model calls the tool `steps` times and then answers."""

    def line(request: Request) -> ToolCall | str:
        done = len(request.messages) // 2 - 1
        return ToolCall(f"call-{done}", "look_up", f'{{"order": "#W{done:06d}"}}') if done < steps else "All found."

    return App(
        name="agent",
        models=[Scripted(line)],
        prompt="Look up every order you are asked about.",
        tools=[look_up],
        budget=Budget(steps=steps + 1, seconds=None),
    )


async def measure(folder: Path, steps: int, runs: int) -> tuple[list[float], float]:
    """CPU milliseconds a step for each run, and the stored bytes a step over all of them."""
    place = folder / f"{steps}.db"
    journal = await Journal.open(place)
    house = House(journal=journal, open_model=lambda name: Scripted([], name=name))
    costs: list[float] = []
    for _ in range(runs + 1):
        started = time.process_time()
        result = await run(agent(steps), "All of them, please.", house)
        costs.append((time.process_time() - started) * 1000 / steps)
        assert result.status == "answered"
        assert result.steps == steps + 1
    await journal.aclose()
    return costs[1:], stored_bytes(place) / (steps * (runs + 1))


def stored_bytes(place: Path) -> int:
    """The size of the database once its log is written back."""
    database = Database.open(place)
    with database.reading() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    return place.stat().st_size


def main() -> None:
    """Runs of 20, 100 and 500 steps; the first of each is a warm-up."""
    quick = argparse.ArgumentParser()
    quick.add_argument("--quick", action="store_true")
    scale = 1 if quick.parse_args().quick else 4
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        for steps, runs in ((20, 25 * scale), (100, 6 * scale), (500, 2 * scale)):
            costs, size = asyncio.run(measure(Path(name), steps, runs))
            print(f"{steps} steps: CPU a step {spread(costs, ' ms')}; stored {size:.0f} bytes a step")
            figures[f"cpu_ms_step_{steps}"] = statistics.median(costs)
            figures[f"bytes_step_{steps}"] = size
    figures["cpu_ratio_500_20"] = figures["cpu_ms_step_500"] / figures["cpu_ms_step_20"]
    figures["bytes_ratio_500_20"] = figures["bytes_step_500"] / figures["bytes_step_20"]
    emit("agent_step", figures, GOALS)


if __name__ == "__main__":
    main()
