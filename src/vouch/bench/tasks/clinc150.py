"""CLINC150: which of 150 things does somebody want, or is it none of them (out of scope)?

It does not know how answers are scored, but for its labels.

Larson et al. (2019), An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction. The figure is
accuracy over all texts, those out of scope among them (label `oos`); both parts are told beside it. Read are the
published JSON (such as data_full.json) and tables or JSON lines with text and label.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from msgspec import structs

from vouch.bench.files import ending, read_json
from vouch.bench.labelled import checked, labelled_rows
from vouch.bench.row import Row, split_named
from vouch.bench.task import Task, label_task
from vouch.errors import CaseError

OUT: Final = "oos"

_WHOLE: Final = "data_full.json"
"""Of the published variants, the one that is meant by the set's name."""


def read(data: Path) -> list[Row]:
    """The labelled texts, each with the tag `in scope` or `out of scope`; raises `CaseError`."""
    if (data / _WHOLE).is_file():
        data = data / _WHOLE
    published: Any = read_json(data) if data.is_file() and ending(data) == ".json" else None
    rows = _published(cast("dict[str, Any]", published), data) if isinstance(published, dict) else _table(data)
    return [structs.replace(row, tags=("out of scope" if row.answer == OUT else "in scope",)) for row in rows]


def _table(data: Path) -> list[Row]:
    return labelled_rows(data, text=("text", "utterance"), label=("label", "intent"))


def _published(splits: dict[str, Any], data: Path) -> list[Row]:
    """By split a list of pairs: text and label."""
    rows: list[Row] = []
    for name, pairs in splits.items():
        for pair in cast("list[Any]", pairs if isinstance(pairs, list) else [pairs]):
            several = cast("list[Any]", pair) if isinstance(pair, list) else []
            if len(several) != 2 or not all(isinstance(one, str) for one in several):
                raise CaseError(f"{data}: {name!r} holds {pair!r:.80}; pairs of text and label are wanted")
            rows.append(Row(split_named(name), several[0], several[1], several[1]))
    return checked(rows, data, 0, ("label",))


TASK: Final[Task] = label_task(
    "clinc150",
    "CLINC150: an assistant's intents, with out of scope",
    read,
    "Sort what somebody says to an assistant. Answer with the one label that fits best, and nothing else. "
    f"Answer {OUT} where no other label fits.",
)
