"""ROUGE-1, ROUGE-2 and ROUGE-L: how much of a reference text is found in an output.

It does not know meaning, nor any script but Latin letters without accents and digits: all else separates words.

Lin (2004), ROUGE: A Package for Automatic Evaluation of Summaries. With P the share of the output's units that match
the reference, and R the share of the reference's that match the output, F = 2 P R / (P + R). Units are words (1), pairs
of neighbouring words (2), or the words of the longest common subsequence (L). Equal to rouge-score 0.1.2, also with
its stemmer; of several references the one with the best F counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, named, texts, unanswered, unjudged
from vouch.scorers.porter import stem
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Unit = Literal["1", "2", "L"]
"""`1`: words; `2`: pairs of neighbouring words; `L`: words of the longest common subsequence."""

Measure = Literal["f", "precision", "recall"]
"""`f`: F1; `precision`: the share of the output; `recall`: the share of the reference."""

_OTHER: Final = re.compile(r"[^a-z0-9]+")


class Overlap(NamedTuple):
    """How much two texts share: precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float
    f: float


class Rouge(Struct, frozen=True):
    """The overlap of output and the best reference."""

    unit: Unit = "L"
    measure: Measure = "f"
    stemmed: bool = False

    @property
    def name(self) -> str:
        """`rouge` with its settings."""
        return named(
            "rouge", unit=self.unit, measure=None if self.measure == "f" else self.measure, stemmed=self.stemmed
        )

    async def score(self, case: Case, result: Result) -> Score:
        """The overlap; a case that expects neither a text nor a list of texts cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        references = texts(case.expected)
        if not references:
            return unjudged(self.name, case, "a text or a list of texts")
        best = best_overlap(references, result.output, self.unit, stemmed=self.stemmed)
        value = {"f": best.f, "precision": best.precision, "recall": best.recall}[self.measure]
        return measured(self.name, value, f"precision {best.precision:.3f}, recall {best.recall:.3f}, F {best.f:.3f}")


def rouge(unit: Unit = "L", *, measure: Measure = "f", stemmed: bool = False) -> Rouge:
    """ROUGE-1, ROUGE-2 or ROUGE-L against the expected text, or the best of several.

    `stemmed` compares the stems of English words. Raises an `AppError` for another unit or measure.
    """
    if unit not in get_args(Unit) or measure not in get_args(Measure):
        raise AppError(
            f"rouge({unit!r}, measure={measure!r}): '1', '2' or 'L', and 'f', 'precision' or 'recall', are wanted"
        )
    return Rouge(unit, measure, stemmed)


def best_overlap(references: Sequence[str], output: str, unit: Unit, *, stemmed: bool = False) -> Overlap:
    """The overlap with the reference that has the best F."""
    given = words(output, stemmed=stemmed)
    return max((overlap(words(text, stemmed=stemmed), given, unit) for text in references), key=lambda each: each.f)


def words(text: str, *, stemmed: bool = False) -> list[str]:
    """The words of a text in lower case; stems only of words of more than three letters."""
    found = _OTHER.sub(" ", text.lower()).split()
    return [stem(word) if len(word) > 3 else word for word in found] if stemmed else found


def overlap(reference: Sequence[str], output: Sequence[str], unit: Unit) -> Overlap:
    """The overlap of two texts in words."""
    if unit == "L":
        return _shares(longest_common(reference, output), len(output), len(reference))
    wanted, given = _grams(reference, int(unit)), _grams(output, int(unit))
    return _shares((wanted & given).total(), given.total(), wanted.total())


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, a row of the table at a time as the bits of one number.

    Hyyrö (2004), Bit-parallel LCS-length computation revisited.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    row = whole = (1 << len(first)) - 1
    for word in second:
        matches = row & places.get(word, 0)
        row = ((row + matches) | (row - matches)) & whole
    return len(first) - row.bit_count()


def _grams(found: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(found[place : place + n]) for place in range(len(found) - n + 1))


def _shares(common: int, output: int, reference: int) -> Overlap:
    if not common:
        return Overlap(0.0, 0.0, 0.0)
    precision, recall = common / output, common / reference
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall))
