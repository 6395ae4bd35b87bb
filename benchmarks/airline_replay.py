"""Recorded runs of a real agent on tau-bench's airline, played again: what Vouch's policies would have stopped.

It does not know any model: a script says and calls again what the recorded model said and called.

`python -m benchmarks.airline_replay [--quick] [--runs FILE ...]`. Every run is played twice, each time on its own copy
of the data. First by its calls alone: each result must be the recorded one, word for word, the data that are left and
what was said must give the recorded reward, and the data as they should be must have the recorded hash. Then as a chat
in Vouch with the policies on, in which the model and the customer say and do what they did, whatever becomes of it.

A write is a call that changed a record when the run was recorded. All writes of a run with full reward are right. In
any other run a write is wrong unless it is one of the task's right calls, by tool and arguments (fields that the tool
does not name left out), each counted once; where a task wants no write every one is wrong. A wrong write need not be
against the policy: the agent may have misunderstood what was wanted, and no policy can stop that. A write is stopped
when it was not made in the second play, by a policy or because of what was stopped before.

Every right write that is stopped is printed, with why. Of the known ones each cancels a reservation in economy, without
insurance, two weeks after it was booked. The written policy forbids that in so many words; the task wants it, and the
benchmark's next version, by the same authors, no longer does. Held against all right calls of the 50 tasks the policies
refuse five, in four tasks, and none of the right calls of that next version (tests/examples/test_airline.py).

pass^k is the chance that k tries at a task all succeed, `comb(c, k) / comb(n, k)` for c successes of n, averaged over
the tasks that have k. Its interval is over tasks, not runs: exact where each task gives 0 or 1, else a bootstrap.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from math import comb
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from benchmarks.airline.data import Recorded, Tables, read_runs, read_tables
from benchmarks.airline.replaying import Bare, Guarded, Written, as_they_should_be, replay, replay_guarded
from benchmarks.report import data_folder, emit
from vouch.app.house import House
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.stats.binomial import interval
from vouch.values.score import Interval

KINDS: Final = ("wrong", "agreed", "right")
CONFIDENCE: Final = 0.95
RESAMPLES: Final = 10_000


class Played(NamedTuple):
    """A run and what came of it both times."""

    recorded: Recorded
    bare: Bare
    guarded: Guarded


async def play_all(runs: Sequence[Recorded], tables: Tables, prompt: Prompt) -> list[Played]:
    """Play the runs one after the other, with one durable journal."""
    with tempfile.TemporaryDirectory() as place:
        journal = await Journal.open(Path(place) / "journal.db")
        async with House(journal=journal, open_model=lambda name: Scripted([], name=name)) as house:
            return [
                Played(run, await replay(run, tables), await replay_guarded(run, tables, prompt, house)) for run in runs
            ]


async def wrong_hashes(runs: Sequence[Recorded], tables: Tables) -> list[int]:
    """The tasks whose right calls leave data of another hash than was recorded."""
    recorded = {run.task_id: run for run in runs if run.reward_info and "gt_data_hash" in run.reward_info}
    return [
        task
        for task, run in recorded.items()
        if (await as_they_should_be(run.task, tables)).data_hash() != (run.reward_info or {})["gt_data_hash"]
    ]


def pass_k(runs: Sequence[Recorded], k: int) -> Interval:
    """pass^k with its interval over tasks; not a number where no task was tried so often."""
    tries: dict[tuple[str, int], list[bool]] = {}
    for run in runs:
        tries.setdefault((run.model, run.task_id), []).append(run.succeeded)
    values = [comb(sum(won), k) / comb(len(won), k) for won in tries.values() if len(won) >= k]
    return share_of(values)


def share_of(values: Sequence[float]) -> Interval:
    """The mean of one value for each task, with its interval."""
    n = len(values)
    if not n:
        return Interval(float("nan"), 0.0, 1.0, CONFIDENCE, 0, "no task")
    if set(values) <= {0.0, 1.0}:
        return interval(round(sum(values)), n, CONFIDENCE)
    drawn = np.random.default_rng(7).choice(np.array(values), (RESAMPLES, n)).mean(axis=1)
    low, high = np.quantile(drawn, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Interval(sum(values) / n, float(low), float(high), CONFIDENCE, n, "bootstrap")


def shown(share: Interval) -> str:
    """A share with its interval, in words."""
    return f"{share.estimate:.3f} [{share.low:.3f}, {share.high:.3f}] ({share.method}, {share.n} tasks)"


def tell_of_replay(played: Sequence[Played], strange: Sequence[int]) -> None:
    """Print what is not as it was recorded."""
    mismatches = [f"{one.recorded.name}: {found}" for one in played for found in one.bare.mismatches]
    others = [one for one in played if one.bare.reward != one.recorded.reward]
    calls = sum(len(one.recorded.calls) for one in played)
    print(f"{len(played)} runs, {calls} calls: {len(mismatches)} results not as recorded", end="; ")
    print(f"{len(others)} rewards not as recorded; {len(strange)} tasks whose right data have another hash {strange}")
    for found in mismatches:
        print(f"  {found}")
    for one in others:
        print(f"  {one.recorded.name}: reward {one.bare.reward:g}, recorded {one.recorded.reward:g}")


def tell_of_policies(played: Sequence[Played]) -> None:
    """Print how many writes each policy stopped, and every one that was not wrong."""
    writes = [write for one in played for write in one.guarded.writes]
    spared = Counter(rule for one in played for rule in one.guarded.spared)
    made, stopped = Counter(write.kind for write in writes), Counter(write.kind for write in writes if write.stopped)
    no_write = sum(write.kind == "wrong" for one in played if not one.bare.wanted for write in one.guarded.writes)
    print(
        f"\n{len(writes)} writes: {made['wrong']} wrong ({no_write} of them where the task wants no change)", end=", "
    )
    print(f"{made['right']} right in runs that succeeded, {made['agreed']} right in runs that failed")
    print(f"{'stopped by':26} {'wrong':>8} {'right':>8} {'right, failed run':>18} {'refused by the airline, too':>28}")
    for rule in sorted({write.by for write in writes if write.stopped} | set(spared)):
        by = Counter(write.kind for write in writes if write.by == rule)
        print(f"{rule:26} {by['wrong']:8} {by['right']:8} {by['agreed']:18} {spared[rule]:28}")
    print(f"{'all':26} {stopped['wrong']:8} {stopped['right']:8} {stopped['agreed']:18} {spared.total():28}")
    for kind, what in (("right", "a right write"), ("agreed", "a write that was right, in a run that failed")):
        for write in writes:
            if write.kind == kind and write.stopped:
                tell_of(what, write)
    bare, guarded = sum(one.bare.right for one in played), sum(one.guarded.right for one in played)
    print(f"\nruns that leave the data as they should be: {bare} as recorded, {guarded} with the policies on")


def tell_of(what: str, write: Written) -> None:
    """Print a stopped write that was not wrong with what the journal says, to be held against the written policy."""
    print(f"  {what}, stopped: {write.run}, {write.name} {write.arguments}\n    {write.by}: {write.why}")


def figures_of(played: Sequence[Played]) -> dict[str, float]:
    """What is counted over all runs."""
    writes = [write for one in played for write in one.guarded.writes]
    counts: Mapping[tuple[str, bool], int] = Counter((write.kind, write.stopped) for write in writes)
    totals = {kind: counts[kind, True] + counts[kind, False] for kind in KINDS}
    recorded = [one.recorded for one in played]
    return {
        "runs": len(played),
        "reward": sum(one.bare.reward for one in played) / len(played),
        "reward_mismatches": sum(one.bare.reward != one.recorded.reward for one in played),
        "tool_mismatches": sum(len(one.bare.mismatches) for one in played),
        "wrong_writes": totals["wrong"],
        "wrong_writes_stopped": counts["wrong", True],
        "right_writes": totals["right"],
        "right_writes_stopped": counts["right", True],
        "right_writes_of_failed_runs": totals["agreed"],
        "right_writes_of_failed_runs_stopped": counts["agreed", True],
        "pass1": pass_k(recorded, 1).estimate,
        "pass2": pass_k(recorded, 2).estimate,
    }


def files_of(named: Sequence[Path], folder: Path) -> list[Path]:
    """The files of runs: those named, or all that are there; ends with a word to the user where one is absent."""
    if absent := [str(path) for path in named if not path.is_file()]:
        sys.exit(f"there is no file {', '.join(absent)}; give files like tau_airline_trajectories_gpt-4o.jsonl.gz")
    return list(named) or sorted(folder.glob("tau_airline_trajectories_*.jsonl*"))


def main() -> None:
    """Play every file, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every fifth task")
    parser.add_argument("--runs", nargs="+", type=Path, default=[], metavar="FILE", help="play these files instead")
    given = parser.parse_args()
    data = data_folder()
    if data is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    folder = data / "support"
    started = time.perf_counter()
    tables = read_tables(folder)
    prompt = Prompt.text((folder / "tau_airline_policy.md").read_text("utf-8"), name="airline")
    runs = [run for file in files_of(given.runs, folder) for run in read_runs(file)]
    runs = [run for run in runs if not given.quick or run.task_id % 5 == 0]
    played = asyncio.run(play_all(runs, tables, prompt))
    tell_of_replay(played, asyncio.run(wrong_hashes(runs, tables)))
    tell_of_policies(played)
    for model in sorted({run.model for run in runs}):
        own = [run for run in runs if run.model == model]
        print(f"{model}: pass^1 {shown(pass_k(own, 1))}; pass^2 {shown(pass_k(own, 2))}")
    seconds = time.perf_counter() - started
    goals = {
        "reward_mismatches": "<= 0",
        "tool_mismatches": "<= 0",
        "right_writes_stopped": "<= 0",
        "seconds": "<= 60",
    }
    emit("airline_replay", {**figures_of(played), "seconds": seconds}, goals)


if __name__ == "__main__":
    main()
