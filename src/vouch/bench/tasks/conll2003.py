"""CoNLL-2003: persons, organisations, places and other names in news.

It does not know how answers are scored.

Tjong Kim Sang and De Meulder (2003), Introduction to the CoNLL-2003 Shared Task. Read are the shared task's files
(eng.train, eng.testa, eng.testb: four columns), other files of token and tag, and records with tokens and ner_tags.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.bench.row import Row
from vouch.bench.tagged import entity_task, tagged_rows
from vouch.bench.task import Task

NAMES: Final = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")


def read(data: Path) -> list[Row]:
    """The tagged sentences; raises `CaseError`."""
    return tagged_rows(data, names=NAMES)


TASK: Final[Task] = entity_task(
    "conll2003",
    "CoNLL-2003: named entities in news",
    read,
    "the sentence from a news report",
    ("baseline/frequent", "baseline/tagger"),
)
