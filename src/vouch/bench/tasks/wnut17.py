"""WNUT17: new and rare names in noisy texts, such as posts.

It does not know how answers are scored.

Derczynski et al. (2017), Results of the WNUT2017 Shared Task on Novel and Emerging Entity Recognition. Read are the
shared task's files (wnut17train.conll, emerging.dev.conll, emerging.test.annotated) and records with tokens and tags.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.bench.row import Row
from vouch.bench.tagged import entity_task, tagged_rows
from vouch.bench.task import Task

KINDS: Final = ("corporation", "creative-work", "group", "location", "person", "product")
NAMES: Final = ("O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI"))


def read(data: Path) -> list[Row]:
    """The tagged sentences; raises `CaseError`."""
    return tagged_rows(data, names=NAMES)


TASK: Final[Task] = entity_task(
    "wnut17",
    "WNUT17: emerging entities in posts",
    read,
    "the post",
    ("baseline/frequent", "baseline/tagger"),
)
