"""Does a write of another framework's agent happen exactly as often as it should when its process is killed?

An agent of five payments, in LangGraph, Pydantic AI and the OpenAI Agents SDK, is killed (SIGKILL) at each of them,
before, inside and after the effect, and run again as its framework goes on. Its tools are Vouch's, through the gateway,
against a receiver with idempotency keys, with only a look-up, and with neither; beside it they are the framework's own,
which know no keys. Both are counted at a real receiver. `scripts/peers adapters` makes the environment.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from benchmarks.effects import Count, Live, Plan, plans, serving, twice
from benchmarks.peers.environment import ROOT, python_of
from benchmarks.report import emit

FRAMEWORKS = ("langgraph", "pydantic_ai", "openai_agents")
MODULES = ("langgraph", "aiosqlite", "pydantic_ai", "agents")
"""What they are imported as, and what LangGraph's checkpoints need."""


def main() -> None:
    """Every framework with both kinds of tools."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--only", choices=FRAMEWORKS, help="One framework alone.")
    chosen = options.parse_args()
    figures: dict[str, float] = {}
    goals: dict[str, str] = {}
    if python := sys.executable if are_here() else python_of("adapters"):
        with serving() as address:
            for framework in (chosen.only,) if chosen.only else FRAMEWORKS:
                with nursery([python, "-m", f"benchmarks.adapted.{framework}_victim"]) as live:
                    figures |= measure(framework, live, address, quick=chosen.quick)
                goals |= {f"{what}_{framework}": "<= 0" for what in ("duplicated", "missing", "unfinished")}
    emit("adapters", figures, goals)


def are_here() -> bool:
    """Whether all frameworks are in this environment; else they are looked for in one of their own."""
    return all(find_spec(module) for module in MODULES)


@contextmanager
def nursery(command: Sequence[str]) -> Generator[Live]:
    """A process that has loaded the framework, and from which every life begins: loading takes longer than living."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def live(options: list[str]) -> int:
            print(json.dumps(options), file=process.stdin, flush=True)
            return int(process.stdout.readline())  # type: ignore[union-attr]

        yield live
        process.stdin.close()


def measure(framework: str, live: Live, address: str, *, quick: bool) -> dict[str, float]:
    """The figures of one framework."""
    every = list(plans())
    ours = every[::11] if quick else every
    # A receiver with keys is of no use to whoever sends none.
    theirs = [plan for plan in every if plan.kind == "blind"][:: 5 if quick else 1]
    counts = [execute(live, plan, address) for plan in ours]
    plain = [execute(live, plan, address, "--plain") for plan in theirs]
    show(framework, ours, counts, Count(0, 0, finished=True, killed=True))
    show(f"{framework}, its own tools", theirs, plain)
    return {
        f"kills_{framework}": float(sum(count.killed for count in counts)),
        f"duplicated_{framework}": float(sum(count.duplicated for count in counts)),
        f"missing_{framework}": float(sum(count.missing for count in counts)),
        f"unfinished_{framework}": float(sum(not count.finished for count in counts)),
        f"plain_kills_{framework}": float(sum(count.killed for count in plain)),
        f"plain_duplicated_{framework}": float(sum(count.duplicated for count in plain)),
        f"plain_missing_{framework}": float(sum(count.missing for count in plain)),
        f"plain_unfinished_{framework}": float(sum(not count.finished for count in plain)),
    }


def execute(live: Live, plan: Plan, address: str, *options: str) -> Count:
    """Live, die, live again, and count the effects."""
    kind = ["--kind", plan.kind, *options]
    return twice(lambda given: live([*given, *kind]), ["--where", plan.where], plan, address)


def show(what: str, chosen: Sequence[Plan], counts: Sequence[Count], right: Count | None = None) -> None:
    """Each kill and what came of it; those that came out `right` only as a number."""
    for plan, count in zip(chosen, counts, strict=True):
        if count != right:
            way = "five calls at once" if plan.parallel else "one by one"
            print(f"{what}, {plan.kind}, {way}, killed {plan.where} payment {plan.at}: {count}")
    if right is not None:
        print(f"{what}, through the gateway: {counts.count(right)} of {len(counts)} kills came out right")


if __name__ == "__main__":
    main()
