"""Banking77: which of 77 things does a bank's customer want?

It does not know how answers are scored, but for its labels.

Casanueva et al. (2020), Efficient Intent Detection with Dual Sentence Encoders. Read are the published tables (text,
category) and tables or JSON lines with text and label; numbers are named by a categories.json beside them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from vouch.bench.files import TABLES, Record, files_of, read_json, records
from vouch.bench.labelled import labelled
from vouch.bench.row import Row
from vouch.bench.task import Task, label_task
from vouch.errors import CaseError

_CATEGORIES: Final = "categories.json"


def read(data: Path) -> list[Row]:
    """The labelled messages; raises `CaseError`."""
    folder = data if data.is_dir() else data.parent
    names: dict[str, str] = {}
    if (folder / _CATEGORIES).is_file():
        several: Any = read_json(folder / _CATEGORIES)
        if not isinstance(several, list):
            raise CaseError(f"{folder / _CATEGORIES} is not a list of names of labels, as it is published")
        names = {str(number): str(name) for number, name in enumerate(cast("list[object]", several))}
    found = (record for file in _files(data) for record in records(file, within=data))
    label = ("label_text", "category", "label", "intent")
    return labelled(found, data, _text, label=label, names=names, wanted=("text",))


def _files(data: Path) -> list[Path]:
    if not data.is_dir():
        return [data]
    return [file for file in files_of(data, *TABLES) if file.name != _CATEGORIES]


def _text(record: Record) -> str | None:
    return record.text("text", "query")


TASK: Final[Task] = label_task(
    "banking77",
    "Banking77: a bank customer's intent",
    read,
    "Sort the message of a bank's customer. Answer with the one label that fits best, and nothing else.",
    f1=True,
)
