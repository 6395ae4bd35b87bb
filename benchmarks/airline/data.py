"""tau-bench's airline data: users, reservations, flights, and recorded runs with what must come of them.

It does not know what may be done to a reservation.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import msgspec
from msgspec import Struct

from benchmarks.retail.data import Action, Record, Table


class Tables(NamedTuple):
    """All records by id."""

    users: Table
    reservations: Table
    flights: Table


class Wanted(Struct, frozen=True):
    """What is right in a task: the calls, and the strings that the customer must be told."""

    actions: tuple[Action, ...]
    outputs: tuple[str, ...] = ()


class Function(Struct, frozen=True):
    """Which tool a recorded call names, and its arguments as JSON text."""

    name: str
    arguments: str


class Called(Struct, frozen=True):
    """A recorded call."""

    function: Function


class Said(Struct, frozen=True):
    """A recorded message: words, or calls, or what a tool gave back."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: tuple[Called, ...] | None = None


class Recorded(Struct, frozen=True):
    """A recorded run: the task and which try at it, the reward that was given, and all that was said and called.

    `reward_info` holds, where the run came to its end, the hash of the data as they should be (`gt_data_hash`).
    """

    model: str
    task_id: int
    trial: int
    reward: float
    task: Wanted
    messages: tuple[Said, ...]
    reward_info: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"task {self.task_id} trial {self.trial}"

    @property
    def succeeded(self) -> bool:
        """Whether it was given the full reward."""
        return self.reward == 1

    @property
    def calls(self) -> tuple[tuple[Function, str], ...]:
        """Every call with the result that was recorded, in order."""
        calls = [call.function for said in self.messages for call in said.tool_calls or ()]
        results = [said.content or "" for said in self.messages if said.role == "tool"]
        return tuple(zip(calls, results, strict=True))

    @property
    def told(self) -> tuple[str, ...]:
        """All that the customer was told."""
        return tuple(said.content or "" for said in self.messages if said.role == "assistant" and not said.tool_calls)


def read_tables(folder: Path) -> Tables:
    """The tables in `folder`, which holds `tau_airline_users.jsonl` and so on."""
    return Tables(*(_read_table(folder / f"tau_airline_{name}.jsonl") for name in Tables._fields))


def _read_table(path: Path) -> Table:
    rows = [msgspec.json.decode(line, type=Record) for line in path.read_bytes().split(b"\n") if line]
    return {cast("str", row.pop("_key")): row for row in rows}


def read_runs(path: Path) -> list[Recorded]:
    """The recorded runs of one file, packed or not, by task and trial."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    runs = [msgspec.json.decode(line, type=Recorded) for line in content.split(b"\n") if line]
    return sorted(runs, key=lambda run: (run.task_id, run.trial))
