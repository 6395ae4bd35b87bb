"""tau-bench's retail data: users, orders, products, the policy in words, and tasks with what must come of them.

It does not know what may be done to an order.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

Record = dict[str, Any]
"""A user, an order or a product, as it stands in the data: money is a float there, and so it is in what is expected."""

Table = dict[str, Record]


class Tables(NamedTuple):
    """All records by id."""

    users: Table
    orders: Table
    products: Table


class Action(Struct, frozen=True):
    """One call of the ground truth."""

    name: str
    kwargs: dict[str, Any] = {}


class Task(Struct, frozen=True):
    """What a user wants, the calls that are right, and what must come of them.

    `gt_action_errors` has an error message, or None, for each action. `gt_changed_records` holds every record that
    differs at the end, by table and id; `gt_data_hash` is the hash of all tables at the end (see `hash_of`). Either
    may be absent.
    """

    task_id: int | str
    actions: tuple[Action, ...]
    user_id: str = ""
    split: str = ""
    instruction: str = ""
    gt_action_errors: tuple[str | None, ...] | None = None
    gt_changed_records: dict[str, Table] | None = None
    gt_data_hash: str | None = None

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"{self.split or 'task'} {self.task_id}"

    @property
    def errors(self) -> tuple[str | None, ...]:
        """For each action the error that it must give, or None; where errors were not recorded there are none."""
        return self.gt_action_errors or (None,) * len(self.actions)


def read_tables(folder: Path) -> Tables:
    """The tables in `folder`, which holds `tau_retail_users.jsonl` and so on."""
    return Tables(*(_read_table(folder / f"tau_retail_{name}.jsonl") for name in Tables._fields))


def _read_table(path: Path) -> Table:
    rows = [msgspec.json.decode(line, type=Record) for line in _lines(path)]
    return {cast("str", row.pop("_key")): row for row in rows}


def read_tasks(path: Path) -> list[Task]:
    """The tasks of one file, in order."""
    return [msgspec.json.decode(line, type=Task) for line in _lines(path)]


def _lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n") if line]


def hash_of(tables: dict[str, Any]) -> str:
    """tau-bench's hash of all its data: SHA-256 of the data as Python writes them down, objects as sorted pairs."""
    return sha256(written(tables).encode()).hexdigest()


def written(value: Any) -> str:
    """`value` in one form for equal values; 1 and 1.0 differ."""
    return str(_as_tuples(value))


def _as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return tuple((key, _as_tuples(pairs[key])) for key in sorted(pairs))
    if isinstance(value, list):
        return tuple(_as_tuples(element) for element in cast("list[Any]", value))
    return value
