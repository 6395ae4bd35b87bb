"""A process of its own that plays a share of the pairs, and prints every outcome as a line of JSON.

It does not know the other shares, nor what is made of the outcomes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.dojo.attacks import goals_of
from benchmarks.dojo.declaration import declared_of
from benchmarks.dojo.library import load_suites
from benchmarks.dojo.pair import Outcome, Stage, Way, play
from benchmarks.dojo.tools import kinds_of
from vouch.app.house import House
from vouch.contracts.model import Model
from vouch.errors import UsageError
from vouch.journal.journal import Journal

OBSERVE: Final = Way("observe", "observe")
ASK: Final = Way("ask", "ask")
ASK_PLANNED: Final = Way("ask_planned", "ask", planned=True)
BLOCK: Final = Way("block", "block")
BLOCK_PLANNED: Final = Way("block_planned", "block", planned=True)
UNDEFENDED: Final = Way("observe", "observe", judged=False)
MISLABELLED: Final = Way("mislabelled", "block", judged=False)
"""As `block`, but the tool that brings the attack is labelled trusted."""

CLEAN: Final = (OBSERVE, ASK, ASK_PLANNED, BLOCK, BLOCK_PLANNED)
DEFENDED: Final = (ASK, ASK_PLANNED, BLOCK_PLANNED)


async def outcomes(stage: Stage, share: slice) -> AsyncIterator[Outcome]:
    """All ways of this share of a suite's pairs; the tasks without an attack are shared out, too."""
    goals = goals_of(stage.suite)
    for task in list(stage.suite.user_tasks)[slice(share.start % (share.step or 1), None, share.step)]:
        for way in CLEAN:
            yield await play(stage, task, way)
    for task, goal in [(task, goal) for task in stage.suite.user_tasks for goal in goals][share]:
        undefended = await play(stage, task, UNDEFENDED, goal)
        yield undefended
        for way in DEFENDED:
            yield await play(stage, task, way, goal)
        if undefended.acts and undefended.seen_in:
            yield await play(stage.without_label(undefended.seen_in), task, MISLABELLED, goal)


def no_model(name: str) -> Model:
    """No model is named: every app has its own."""
    raise UsageError(f"there is no model {name!r}")


async def work(package: Path, share: slice) -> None:
    """Play a share of the pairs of all suites."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(journal=await Journal.open(Path(folder) / "journal.db"), open_model=no_model)
        async with house:
            for name, suite in load_suites(package).items():
                stage = Stage(suite, kinds_of(suite, declared_of(name)), house)
                async for outcome in outcomes(stage, share):
                    print(msgspec.json.encode(outcome).decode(), flush=True)


def main() -> None:
    """The share is the pairs `--first`, `--first` + `--every`, and so on."""
    options = argparse.ArgumentParser()
    options.add_argument("--package", type=Path, required=True)
    options.add_argument("--first", type=int, required=True)
    options.add_argument("--every", type=int, required=True)
    chosen = options.parse_args()
    asyncio.run(work(chosen.package, slice(chosen.first, None, chosen.every)))


if __name__ == "__main__":
    main()
