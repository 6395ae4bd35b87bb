"""RTE: does a hypothesis follow from a premise?

It does not know how answers are scored, but for its labels.

Dagan et al. (2006) and its successors, as collected in GLUE (Wang et al., 2018). Read are GLUE's tables (sentence1,
sentence2, label) and SuperGLUE's JSON lines (premise, hypothesis, label).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.bench.files import Record, records
from vouch.bench.labelled import labelled
from vouch.bench.row import Row
from vouch.bench.task import Task, label_task

NAMES: Final = {"0": "entailment", "1": "not_entailment"}


def read(data: Path) -> list[Row]:
    """The labelled pairs; raises `CaseError`."""
    return labelled(
        records(data), data, _pair, label=("label",), names=NAMES, wanted=("sentence1 and sentence2", "premise")
    )


def _pair(record: Record) -> str | None:
    premise = record.text("sentence1", "premise", "text1")
    hypothesis = record.text("sentence2", "hypothesis", "text2")
    if premise is None or hypothesis is None:
        return None
    return f"Premise: {premise}\nHypothesis: {hypothesis}"


TASK: Final[Task] = label_task(
    "rte",
    "RTE: textual entailment",
    read,
    "Say whether the hypothesis follows from the premise (entailment) or does not (not_entailment).",
)
