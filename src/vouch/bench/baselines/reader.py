"""An extractive reader without a language model: the sentence nearest to a question, and words in it of a fitting kind.

It does not understand a question beyond its first words. It is a line to beat, no more.

A sentence's score is its cosine to the question. Of the two best ones, words are taken that fit what is asked for
(a time, a number, a name) and do not stand in the question, those nearest to words of the question first. Below a least
score, learned from the examples, it says that there is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from vouch.bench.baselines.sentences import sentences
from vouch.bench.baselines.taught import Pupil, Teacher
from vouch.bench.tasks.squad2 import NONE, answer_of
from vouch.contracts.embedder import Embedder
from vouch.errors import BadRequest
from vouch.scorers.squad import normalised, word_f1
from vouch.values.request import Example

LEARNED: Final = 400
"""Examples that the least score is learned from, evenly spread over all."""

_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_TIME: Final = re.compile(
    rf"(?:(?:{_MONTHS})\s+)?(?:\d{{1,2}}\s*,\s*)?\b1?\d{{3}}s?\b|(?:{_MONTHS})\s+\d{{1,2}}|\b\d+(?:st|nd|rd|th)\s+century"
)
_NUMBER: Final = re.compile(
    r"[$£€]?\b\d[\d,.]*\d?(?:\s?%|\s(?:percent|million|billion|thousand|km|miles|years))?|\b(?:one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|dozens|hundreds)\b"
)
_NAME: Final = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:(?:of|the|de|van|von|and)\s+)?[A-Z][\w'’.-]*)*")
_CHUNK: Final = re.compile(r"[\w'’-]+(?:\s+[\w'’-]+)*")
_WORD: Final = re.compile(r"[\w'’-]+")
_WHEN: Final = re.compile(r"\b(when|what year|which year|what date|what century|what decade|what month)\b")
_MANY: Final = re.compile(r"\b(how (?:many|much|long|far|old|often|large|big|tall)|what percentage|what number)\b")
_FUNCTION_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a an the of in on at to for from by with as and or but is are was were be been being has have had do does did
        that which who whom whose what when where why how it its this these those their his her their they he she there
        not can could will would may might than then also into over under between about after before during more most
        some such
        """,
    )
)


class Found(NamedTuple):
    """Words of a paragraph that may answer, and how sure that is."""

    text: str
    score: float


def teacher(embedder: Embedder) -> Teacher:
    """Teaches pupils when to say that there is no answer; the rest needs no teaching."""

    async def teach(examples: Sequence[Example]) -> Pupil:
        if not examples:
            raise BadRequest("baseline/reader learns from examples and was given none; give it rows to learn from")
        some = examples[:: -(-len(examples) // LEARNED)]
        least = least_score([(await best(example.input, embedder), answer_of(example.output)) for example in some])

        async def answer(text: str) -> str:
            found = await best(text, embedder)
            return found.text if found.text and found.score >= least else NONE

        return answer

    return teach


def least_score(known: Sequence[tuple[Found, str]]) -> float:
    """The score below which silence gains more F1 than it loses on known answers, empty ones being none."""
    rows = sorted(
        ((found.score, word_f1(right, found.text) - word_f1(right, "")) for found, right in known), reverse=True
    )
    total, highest, least = 0.0, 0.0, float("inf")
    for score, gained in rows:
        total += gained
        if total > highest:
            highest, least = total, score
    return least


async def best(text: str, embedder: Embedder) -> Found:
    """The words that answer best in a text of a paragraph and a question, as `squad2` writes it."""
    paragraph, _, question = text.rpartition("\nQuestion: ")
    pieces = sentences(paragraph.removeprefix("Paragraph: "))
    if not pieces:
        return Found("", -1.0)
    vectors = await embedder.embed([question, *pieces])
    near = vectors[1:] @ vectors[0]
    order = sorted(range(len(pieces)), key=lambda place: -float(near[place]))[:2]
    found = [each for place in order for each in candidates(question, pieces[place], float(near[place]))]
    return max(found, key=lambda each: each.score, default=Found("", -1.0))


def candidates(question: str, sentence: str, score: float) -> Iterator[Found]:
    """Words of the sentence that may answer, the less sure the further they are from words of the question."""
    asked = {word for word in normalised(question) if word not in _FUNCTION_WORDS}
    places = [found.start() for found in _WORD.finditer(sentence) if found[0].lower() in asked]
    for rank, pattern in enumerate(_patterns(question.lower())):
        for match in pattern.finditer(sentence):
            words = _without_edges(match[0], asked)
            if words:
                away = min((abs(match.start() - place) for place in places), default=len(sentence))
                yield Found(words, score - 0.15 * rank - 0.1 * min(1.0, away / 100))


def _patterns(question: str) -> tuple[re.Pattern[str], ...]:
    if _WHEN.search(question):
        return _TIME, _NUMBER
    if _MANY.search(question):
        return _NUMBER, _NAME
    return _NAME, _CHUNK


def _without_edges(words: str, asked: set[str]) -> str:
    """Without words at either end that say nothing or stand in the question; nothing where more than eight are left."""
    kept = words.strip(" .,;:").split()
    while kept and (kept[0].lower() in _FUNCTION_WORDS or kept[0].lower() in asked):
        kept = kept[1:]
    while kept and (kept[-1].lower() in _FUNCTION_WORDS or kept[-1].lower() in asked):
        kept = kept[:-1]
    return " ".join(kept) if len(kept) <= 8 else ""
