"""Does a write happen exactly as often as it should when its process is killed? Counted at a real receiver.

An agent of five payments is killed (SIGKILL) at each of them, before, inside and after the effect; in one answer or in
five; against a receiver with idempotency keys, with only a look-up, and with neither. Then it is resumed. The same five
payments by other projects, killed after the effect, are counted beside it where `scripts/peers` has installed them.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from benchmarks.killed_agent import CALLS, DONE, ask
from benchmarks.peers.environment import ROOT, program_of, python_of
from benchmarks.report import emit

PEERS: dict[str, tuple[str, Sequence[str]]] = {
    "langgraph": ("langgraph", ("--durability", "sync")),
    "langgraph_async": ("langgraph", ("--durability", "async")),
    "langgraph_exit": ("langgraph", ("--durability", "exit")),
    "dbos": ("dbos", ()),
}
"""By the name in the figures: the environment, and what its victim is told."""

Live = Callable[[list[str]], int]
"""One life of a victim with these options: how its process ended."""

GOALS = {"duplicated": "<= 0", "missing": "<= 0", "unfinished": "<= 0", "not_killed": "<= 0"}


class Plan(NamedTuple):
    """One run of the agent: the kind of receiver, how it calls, and where it dies."""

    kind: str
    parallel: bool
    where: str
    at: int


class Count(NamedTuple):
    """What became of one run."""

    duplicated: int
    missing: int
    finished: bool
    killed: bool


def plans() -> Iterator[Plan]:
    """Every kind of receiver, way of calling, place of death and call."""
    for kind, parallel, where, at in itertools.product(
        ("keys", "lookup", "blind"), (False, True), ("before", "inside", "after"), range(CALLS)
    ):
        yield Plan(kind, parallel, where, at)


def execute(plan: Plan, address: str) -> Count:
    """Live, die, live again, and count the effects."""
    command = [sys.executable, "-m", "benchmarks.killed_agent", "--kind", plan.kind]
    return twice(_lives(command), ["--where", plan.where], plan, address)


def execute_peer(command: Sequence[str], plan: Plan, address: str) -> Count:
    """The same of another project's agent, which dies after the effect and knows no keys."""
    return twice(_lives(command), [], plan, address)


def _lives(command: Sequence[str]) -> Live:
    return lambda options: subprocess.run([*command, *options], check=False, timeout=60, cwd=ROOT).returncode


def twice(live: Live, dying: Sequence[str], plan: Plan, address: str) -> Count:
    """Run a victim that is told how to die, then again so that it goes on; count what the receiver made."""
    ask(address, "/reset", {"kind": plan.kind})
    with tempfile.TemporaryDirectory() as folder:
        living = ["--address", address, "--journal", str(Path(folder) / "journal.db")]
        living += ["--parallel"] if plan.parallel else []
        first = live([*living, *dying, "--at", str(plan.at)])
        second = live(living)
    made = Counter(effect["order"] for effect in cast("list[dict[str, Any]]", ask(address, "/effects")))
    return Count(sum(count - 1 for count in made.values()), CALLS - len(made), second == DONE, first == -9)


def measure_peers(address: str, *, quick: bool) -> dict[str, float]:
    """How many effects each peer that is there duplicated, and in how many kills."""
    figures: dict[str, float] = {}
    kills = [plan for plan in plans() if (plan.kind, plan.where) == ("blind", "after")][:: 3 if quick else 1]
    for name, (environment, options) in PEERS.items():
        if not (python := python_of(environment)):
            continue
        command = [python, program_of(environment, "victim"), *options]
        counts = [execute_peer(command, plan, address) for plan in kills]
        for plan, count in zip(kills, counts, strict=True):
            print(f"{name}, {'five calls at once' if plan.parallel else 'one by one'}, killed at {plan.at}: {count}")
        figures[f"peer_duplicated_{name}"] = float(sum(count.duplicated for count in counts))
        figures[f"peer_kills_{name}"] = float(sum(count.killed and count.finished for count in counts))
    return figures


@contextmanager
def serving() -> Generator[str]:
    """A receiver in a process of its own; gives its address."""
    command = [sys.executable, "-m", "benchmarks.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as receiver:
        assert receiver.stdout is not None
        try:
            yield receiver.stdout.readline().strip()
        finally:
            receiver.terminate()


def main() -> None:
    """All plans, and those of the first receiver once more, so that more than 100 runs are counted; then the peers."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    every = list(plans())
    chosen = every[::7] if quick else [*every, *every[:30]]
    with serving() as address:
        counts = [execute(plan, address) for plan in chosen]
        theirs = measure_peers(address, quick=quick)
    for plan, count in zip(chosen, counts, strict=True):
        if count != Count(0, 0, finished=True, killed=True):
            print(f"{plan}: {count}")
    figures = {
        "runs": float(len(counts)),
        "duplicated": float(sum(count.duplicated for count in counts)),
        "missing": float(sum(count.missing for count in counts)),
        "unfinished": float(sum(not count.finished for count in counts)),
        "not_killed": float(sum(not count.killed for count in counts)),
    }
    emit("effects", figures | theirs, GOALS)


if __name__ == "__main__":
    main()
