"""When an answer from the handbook is right: the words that are wanted, from the page on which they stand; and silence
where no page says it.

It does not know how an answer is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from vouch.knowledge.marks import marks, without
from vouch.scorers.squad import normalised
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

NOT_FOUND: Final = "I did not find that in the handbook. Please ask people@larkhill.example."

MOST_MORE: Final = 8
"""Words that an answer may have besides those that are wanted."""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """The words wanted, the pages on which they stand, and what must never be said; no words where no page says it."""

    answer: str
    documents: tuple[str, ...]
    never: str = ""


class Judge(Struct, frozen=True):
    """Judges the words, the places cited for them, or both."""

    name: str
    words: bool = True
    places: bool = True

    async def score(self, case: Case, result: Result) -> Score:
        """Right when nothing is wrong; `why` says what is."""
        expected = msgspec.convert(case.expected, Expected)
        wrong = [problem for problem in self._problems(expected, result, case.input) if problem]
        return Score(self.name, 0.0 if wrong else 1.0, "; ".join(wrong))

    def _problems(self, expected: Expected, result: Result, question: str) -> list[str]:
        if result.status != "answered":
            return [f"no answer: {result.status}"]
        return [
            wrong_words(expected, result.output, question) if self.words else "",
            wrong_places(expected, result) if self.places else "",
        ]


def wrong_words(expected: Expected, output: str, question: str = "") -> str:
    """What is wrong with what was said; empty when nothing is.

    Words of the question, such as the *days* of *how many days*, need not be said again.
    """
    if expected.never and expected.never in output:
        return f"it said {expected.never}"
    if not expected.answer:
        return "" if output == NOT_FOUND else f"{output!r}, which no page says"
    said, wanted = normalised(without(output, marks(output, ()))), normalised(expected.answer)
    asked = set(normalised(question))
    if not any(_within(said, some) for some in (wanted, [word for word in wanted if word not in asked])):
        return f"{output!r} is not {expected.answer!r}"
    return "" if len(said) <= len(wanted) + MOST_MORE else f"{output!r} says too much besides {expected.answer!r}"


def _within(said: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether these words are said, one after the other."""
    return bool(wanted) and any(list(said[at : at + len(wanted)]) == list(wanted) for at in range(len(said)))


def wrong_places(expected: Expected, result: Result) -> str:
    """What is wrong with the places cited; empty when nothing is."""
    if result.output == NOT_FOUND:
        return "" if not expected.documents else "nothing is cited"
    lost = [each.sentence for each in result.citations if not each.supported]
    if lost or not result.citations:
        return f"nothing supports {lost or result.output!r}"
    places = sorted({each.document for each in result.citations})
    wrong = [place for place in places if place not in expected.documents]
    return f"it cites {', '.join(wrong)}" if wrong else ""


def cited() -> Judge:
    """Right words from the right page, or right silence."""
    return Judge("cited")


def words() -> Judge:
    """The words alone."""
    return Judge("words", places=False)


def places() -> Judge:
    """The places cited alone."""
    return Judge("places", words=False)
