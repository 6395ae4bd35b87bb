"""SST-2: is a sentence of a film review positive or negative?

It does not know how answers are scored, but for its labels.

Socher et al. (2013), Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank. Read are GLUE's
tables (sentence, label), tables and JSON lines with text and label, and lines that begin with 0 or 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.bench.files import TABLES, ending, files_of, read_text
from vouch.bench.labelled import checked, labelled_rows
from vouch.bench.row import Row, split_named
from vouch.bench.task import Task, label_task

NAMES: Final = {"0": "negative", "1": "positive"}

_LINES: Final = (".train", ".dev", ".test", ".txt")
"""Endings of files with a label and a text on a line."""


def read(data: Path) -> list[Row]:
    """The labelled sentences; raises `CaseError`."""
    files = files_of(data, *TABLES, *_LINES)
    if all(ending(file) in TABLES for file in files):
        return labelled_rows(data, text=("sentence", "text"), label=("label",), names=NAMES)
    rows: list[Row] = []
    for file in files:
        for line in read_text(file).split("\n"):
            number, _, text = line.partition(" ")
            if number in NAMES and text.strip():
                rows.append(Row(split_named(file.name), text.strip(), NAMES[number], NAMES[number]))
    return checked(rows, data, 0, ("label at the beginning of a line",))


TASK: Final[Task] = label_task(
    "sst2", "SST-2: sentiment of sentences", read, "Say whether the text, from a film review, is positive or negative."
)
