"""Exact match and F1 of short answers, as SQuAD defines them.

It does not know any language but English: only English articles are left out.

Rajpurkar et al. (2016), SQuAD: 100,000+ Questions for Machine Comprehension of Text; (2018) for questions without an
answer. Before they are compared, texts lose upper case, ASCII punctuation, the words a, an, the, and repeated spaces.
F1 is of the words that output and answer share; of several answers the best counts.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import Final, Literal, get_args

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, shown, texts, unanswered, unjudged
from vouch.scorers.counting import harmonic
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Measure = Literal["f1", "exact"]
"""`f1`: of shared words; `exact`: the same words in the same order."""

_SIGNS: Final = str.maketrans("", "", string.punctuation)
_ARTICLES: Final = re.compile(r"\b(a|an|the)\b")


class Squad(Struct, frozen=True):
    """How near the output is to the nearest expected answer."""

    measure: Measure = "f1"

    @property
    def name(self) -> str:
        """`squad` with its measure."""
        return f"squad({self.measure})"

    async def score(self, case: Case, result: Result) -> Score:
        """The nearness; a case that expects neither a text nor a list of texts cannot be judged.

        An empty list is a question without an answer, to which only an output without words is right.
        """
        if missing := unanswered(self.name, result):
            return missing
        answers = texts(case.expected)
        if not answers and case.expected not in ([], ()):
            return unjudged(self.name, case, "a text or a list of texts")
        nearness = word_f1 if self.measure == "f1" else exact_match
        value = max(nearness(answer, result.output) for answer in answers or [""])
        return measured(self.name, value, f"{shown(result.output)} is not {shown(case.expected)}")


def squad(measure: Measure = "f1") -> Squad:
    """F1 or exact match against the expected answer, or the nearest of several. Raises an `AppError` for another."""
    if measure not in get_args(Measure):
        raise AppError(f"squad({measure!r}): 'f1' or 'exact' is wanted")
    return Squad(measure)


def normalised(text: str) -> list[str]:
    """The words that are compared."""
    return _ARTICLES.sub(" ", text.lower().translate(_SIGNS)).split()


def exact_match(answer: str, output: str) -> float:
    """1 for the same words in the same order, else 0."""
    return float(normalised(answer) == normalised(output))


def word_f1(answer: str, output: str) -> float:
    """F1 of shared words; where one has none, 1 if the other has none either."""
    wanted, given = Counter(normalised(answer)), Counter(normalised(output))
    if not wanted or not given:
        return float(wanted == given)
    hits = (wanted & given).total()
    return harmonic(hits, given.total() - hits, wanted.total() - hits)
