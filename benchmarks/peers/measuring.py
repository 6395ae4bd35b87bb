"""What every peer program does alike: read its arguments, run its agents at once, and print the CPU time they took.

It does not know Vouch, nor any peer: each program runs in an environment of its own. CPU time is that of the whole
process, all threads, without the start: the first agents warm it up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

QUESTION = "All of them, please."
PROMPT = "Look up every order you are asked about."
END = "All found."


class Size(NamedTuple):
    """How many agents of how many steps, and a folder for whatever the peer keeps on disk."""

    agents: int
    steps: int
    folder: Path


def found(order: str) -> str:
    """What the one read tool of all agents gives."""
    return f'{{"order": "{order}", "status": "delivered", "items": 3, "total": "129.90"}}'


def order(step: int) -> str:
    """The order that a model asks about in a step."""
    return f"#W{step:06d}"


def size() -> Size:
    """As the command line says."""
    options = argparse.ArgumentParser()
    options.add_argument("--agents", type=int, default=200)
    options.add_argument("--steps", type=int, default=10)
    options.add_argument("--folder", type=Path, required=True)
    chosen = options.parse_args()
    return Size(chosen.agents, chosen.steps, chosen.folder)


async def measure(one: Callable[[int], Awaitable[str]], agents: int, steps: int) -> None:
    """Run `one` agent by number, all of them at once, and print the CPU seconds as JSON."""
    await asyncio.gather(*(one(-1 - number) for number in range(10)))
    started, begun = time.process_time(), time.perf_counter()
    ends = await asyncio.gather(*(one(number) for number in range(agents)))
    spent, took = time.process_time() - started, time.perf_counter() - begun
    if set(ends) != {END}:
        raise SystemExit(f"some agents did not end well: {set(ends) - {END}}")
    print(json.dumps({"steps": agents * steps, "cpu_s": spent, "seconds": took}), flush=True)
