"""The right actions of tau-bench's retail tasks, played through Vouch: whether the shop ends as it should.

It does not know any model: a script makes the calls that the tasks name as right, one a message.

`python -m benchmarks.retail_truth [--quick] [--tasks FILE ...]`. Each task is a chat with an app of its own, on its own
copy of the data: the user says what they want, the script finds them by name and zip code and makes the calls, and to
the question whether they want exactly this the user says yes. A task is equal when every record is as it was recorded,
to the type of each number, or, where a hash of all data was recorded, that is the same; and when every call went well,
or gave an error, exactly where and as it was recorded. Where a policy refuses a call that is to give an error, in words
of its own, the tool without its policies must give the recorded one. A false refusal is a right call that a policy, or
anything else in Vouch, did not let through. Task files are `tau_retail_tasks_*.jsonl`; all that are there are played.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.report import data_folder, emit, spread
from benchmarks.retail.data import Task, read_tables, read_tasks
from benchmarks.retail.playing import Played, play
from vouch.app.house import House
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt

SPLITS: Final = ("train", "dev", "test")
SHOWN: Final = 20
"""Tasks whose complaints are printed at most."""


async def play_all(tasks: Sequence[Task], folder: Path) -> list[Played]:
    """Play the tasks one after the other, with one durable journal, on the data in `folder`."""
    tables = read_tables(folder)
    prompt = Prompt.text((folder / "tau_retail_policy.md").read_text("utf-8"), name="retail")
    with tempfile.TemporaryDirectory() as place:
        journal = await Journal.open(Path(place) / "journal.db")
        async with House(journal=journal, open_model=lambda name: Scripted([], name=name)) as house:
            return [await play(task, tables, prompt, house) for task in tasks]


def figures_of(played: Sequence[Played]) -> dict[str, float]:
    """What is counted over all tasks."""
    kinds = Counter(verdict.kind for one in played for verdict in one.verdicts)
    return {
        "equal": sum(one.equal for one in played),
        "tasks": len(played),
        "false_refusals": kinds["false refusal"],
        "calls": kinds.total(),
        "error_calls": sum(error is not None for one in played for error in one.task.errors),
        "same_errors": kinds["same error"],
    }


def tell(name: str, played: Sequence[Played]) -> None:
    """Print what became of the tasks of one file."""
    found = figures_of(played)
    print(f"{name}: {found['equal']} of {found['tasks']} tasks equal; {found['calls']} calls", end=", ")
    print(
        f"{found['false_refusals']} refused falsely; {found['same_errors']} of {found['error_calls']} errors the same"
    )
    by = Counter(verdict.by for one in played for verdict in one.verdicts if verdict.by)
    for rule, times in by.most_common():
        print(f"  refused {times} times by {rule}")
    for one in [one for one in played if not one.equal][:SHOWN]:
        print(f"  {one.task.name}: {'; '.join(one.complaints)}")


def files_of(named: Sequence[Path], folder: Path) -> list[Path]:
    """The task files: those named, or all that are there; ends with a word to the user where one is absent."""
    if absent := [str(path) for path in named if not path.is_file()]:
        sys.exit(f"there is no file {', '.join(absent)}; give files like tau_retail_tasks_train.jsonl")
    return list(named) or [path for split in SPLITS if (path := folder / f"tau_retail_tasks_{split}.jsonl").exists()]


def main() -> None:
    """Play every file, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every tenth task, and all with errors")
    parser.add_argument("--tasks", nargs="+", type=Path, default=[], metavar="FILE", help="play these files instead")
    given = parser.parse_args()
    data = data_folder()
    if data is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    folder = data / "support"
    played: list[Played] = []
    wall, cpu = time.perf_counter(), time.process_time()
    for file in files_of(given.tasks, folder):
        tasks = read_tasks(file)
        if given.quick:
            tasks = [task for place, task in enumerate(tasks) if place % 10 == 0 or any(task.errors)]
        found = asyncio.run(play_all(tasks, folder))
        tell(file.name, found)
        played += found
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    steps, seconds = sum(one.steps for one in played), sum(one.seconds for one in played)
    processor = sum(one.processor for one in played)
    print(f"a task: {spread([one.seconds * 1000 for one in played], ' ms')}, without making its app")
    print(f"{steps} steps in {seconds:.1f} s, {processor:.1f} s of processor time, one task after the other", end="; ")
    print(f"with making the apps and comparing {wall:.1f} s, {cpu:.1f} s of processor time")
    figures = {
        **figures_of(played),
        "steps_per_s": steps / seconds,
        "steps_per_cpu_s": steps / processor,
        "seconds": wall,
    }
    emit("retail_truth", figures, {"equal": f">= {len(played)}", "false_refusals": "<= 0"})


if __name__ == "__main__":
    main()
