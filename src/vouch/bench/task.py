"""A task: a labelled set, what a model is told to do with it, and how its answers are scored.

It does not know which model is asked, nor which examples are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vouch.bench.answers import Read, label_reader, meant
from vouch.bench.row import Row
from vouch.contracts.scorer import Scorer
from vouch.scorers.label import label
from vouch.scorers.label_f1 import label_f1


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. The first of `scorers` is its figure in the literature, the others are shown beside it.

    `instruction` and `scorers` are made from the rows, which say what labels there are. `asks` is the word before an
    answer, `local` the models on this machine that can do it, and `measure` the name of its figure. `readable` says
    whether an answer is of the kind that was asked for, where that can be told.
    """

    name: str
    about: str
    measure: str
    read: Callable[[Path], list[Row]]
    instruction: Callable[[Sequence[Row]], str]
    scorers: Callable[[Sequence[Row]], tuple[Scorer, ...]]
    asks: str
    local: tuple[str, ...]
    readable: Callable[[Sequence[Row], str], bool] = field(default=lambda _rows, _output: True)


def label_task(name: str, about: str, read: Callable[[Path], list[Row]], instruction: str, *, f1: bool = False) -> Task:
    """A task whose answer is one of the labels of its rows; its figure is accuracy, with `f1` also macro F1."""

    def reader(rows: Sequence[Row]) -> Read:
        return label_reader("Label", labels_of(rows))

    def scorers(rows: Sequence[Row]) -> tuple[Scorer, ...]:
        several = (label(), label_f1("macro")) if f1 else (label(),)
        return tuple(meant(scorer, reader(rows)) for scorer in several)

    return Task(
        name=name,
        about=about,
        measure="accuracy",
        read=read,
        instruction=lambda rows: instruction + "\nThe labels are:\n" + "\n".join(labels_of(rows)),
        scorers=scorers,
        asks="Label",
        local=("baseline/frequent", "local/classifier"),
        readable=lambda rows, output: reader(rows)(output) in labels_of(rows),
    )


def labels_of(rows: Sequence[Row]) -> list[str]:
    """All labels that are expected, in the order of the alphabet."""
    return sorted({row.answer for row in rows})
