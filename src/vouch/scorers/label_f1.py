"""F1 of labels over all cases: macro, micro or weighted.

It does not know which labels there are; a class is whatever a case expects.

F1 per class as in `counting`; macro, micro and weighted as scikit-learn's `f1_score` with `labels` set to the classes
that the cases expect: an output that is no such label is a miss of the expected class, and no class of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

import msgspec
from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, shown, texts, unanswered, unjudged
from vouch.scorers.counting import Average, counted, f1
from vouch.scorers.label import plain
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class LabelF1(Struct, frozen=True):
    """A case's score is the F1 of its own labels; the figure of all cases is `average` F1."""

    average: Average = "macro"

    @property
    def name(self) -> str:
        """`f1` with its average."""
        return f"f1({self.average})"

    async def score(self, case: Case, result: Result) -> Score:
        """The case's own F1; a case that expects neither a label nor a list of labels cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        tally = self.tally(case, result)
        if tally is None:
            return unjudged(self.name, case, "a label or a list of labels, none of them empty,")
        return measured(self.name, f1(tally, "micro"), f"{shown(result.output)} is not {shown(case.expected)}")

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """Hits, extra and missed labels of this case."""
        wanted = {plain(text) for text in texts(case.expected)}
        if not wanted or "" in wanted:
            return None
        given = _labels(result.output) if result.status == "answered" else set[str]()
        return counted(((label, "") for label in wanted), ((label, "") for label in given))

    def figure(self, total: Mapping[str, float]) -> float:
        """F1 over all classes that are expected."""
        if self.average == "micro":
            return f1(_known(total), "micro")
        return f1(total, self.average, expected_only=True)


def label_f1(average: Average = "macro") -> LabelF1:
    """F1 of labels over all cases; raises an `AppError` for another average.

    A case expects a label or, where several are right together, a list of labels; then the output is a JSON list. Case
    and spaces do not count.
    """
    if average not in get_args(Average):
        raise AppError(f"label_f1({average!r}): 'macro', 'micro' or 'weighted' is wanted")
    return LabelF1(average)


def _known(total: Mapping[str, float]) -> dict[str, float]:
    """The counts of those classes that some case expects."""
    classes = {key.split(" ", 1)[1] for key, count in total.items() if count and not key.startswith("extra ")}
    return {key: count for key, count in total.items() if key.split(" ", 1)[1] in classes}


def _labels(output: str) -> set[str]:
    """The labels of an output: a JSON list of texts, or else the whole of it as one label."""
    if output.lstrip().startswith("["):
        try:
            several = texts(cast("object", msgspec.json.decode(output)))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            several = []
        if several:
            return {plain(text) for text in several} - {""}
    return {plain(output)} - {""}
