"""Whether what an answer claims stands in the passages it was given: sentence by sentence, without a model that judges.

It does not know truth or logic: a claim with the passages' own words and a missing "not" is taken for grounded, a
faithful paraphrase without shared words is not, unless an `Embedder` helps. It finds what was made up, not lies.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from vouch.contracts.guard import Judgement, Side
from vouch.errors import AppError
from vouch.guards.finding import setting
from vouch.values.digest import digest

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy

_WORD: Final = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")
_SENTENCE: Final = re.compile(r"[^.!?\n。！？]+(?:\.(?=\S)[^.!?\n。！？]+)*[.!?。！？]*")
_CITATION: Final = re.compile(r"\[[^\]\n]{1,60}\](?:\([^)\n]*\))?")
_IDLE: Final = frozenset(
    "a about after all also am an and any are as at be because been before being both but by can could did do does for "  # noqa: SIM905
    "from had has have he her here his how i if in into is it its just may me more most my no not of on only or other "
    "our out over please she should so some such than that the their them then there these they this those through to "
    "too under up us very was we were what when where which while who why will with would yes you your".split()
)
_ENDINGS: Final = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s", "e")
_LEAST: Final = 3
"""Words with a meaning that a sentence must have to claim anything."""


class Claim(NamedTuple):
    """A sentence of an answer, the share of its weight that stands in one passage, and numbers that stand in none."""

    text: str
    covered: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grounded:
    """Refuses answers with a claim that the passages do not carry."""

    name: str
    least: float
    share: float
    passages: tuple[str, ...] = ()
    embedder: Embedder | None = field(default=None, compare=False)
    near: float = 0.7
    sides: tuple[Side, ...] = ("output",)

    async def judge(self, text: str) -> Judgement:
        """Whether the passages that the guard was made with carry the text; without any, it is not judged."""
        if not self.passages:
            return Judgement(passed=True, why="not judged: no passages were given")
        return await self.judge_with(text, self.passages)

    async def judge_with(self, text: str, passages: Sequence[str]) -> Judgement:
        """Whether enough of the text's claims stand in `passages`; `why` counts those that do not."""
        found = await self.claims(text, passages)
        lacking = [claim for claim in found if claim.covered < self.least or claim.missing]
        if not found or 1 - len(lacking) / len(found) >= self.share:
            return Judgement(
                passed=True, why=f"{len(found) - len(lacking)} of {len(found)} claims stand in the passages"
            )
        numbers = sum(bool(claim.missing) for claim in lacking)
        told = f", {numbers} with a number that is in none" if numbers else ""
        return Judgement(passed=False, why=f"{len(lacking)} of {len(found)} claims do not stand in the passages{told}")

    async def claims(self, text: str, passages: Sequence[str]) -> list[Claim]:
        """Every sentence that claims something, and how much of it one of the passages covers, from 0 to 1."""
        places = [frozenset(_stems(piece)) for passage in passages for piece in _windows(passage)]
        weight = partial(_weight, Counter(stem for place in places for stem in place), len(places))
        numbers = frozenset(number for passage in passages for number in _numbers(passage))
        found = [_claim(sentence, places, weight, numbers) for sentence in _sentences(text)]
        claims = [claim for claim in found if claim]
        if self.embedder is None or not places or all(claim.covered >= self.least for claim in claims):
            return claims
        return await self._with_meaning(self.embedder, claims, passages)

    async def _with_meaning(self, embedder: Embedder, claims: list[Claim], passages: Sequence[str]) -> list[Claim]:
        pieces = [sentence for passage in passages for sentence in _sentences(passage)] or list(passages)
        vectors = await embedder.embed([*(claim.text for claim in claims), *pieces])
        near = (vectors[: len(claims)] @ vectors[len(claims) :].T).max(axis=1).tolist()
        return [
            claim._replace(covered=1.0) if value >= self.near else claim
            for claim, value in zip(claims, near, strict=True)
        ]


def grounded(
    passages: Iterable[str] = (),
    embedder: Embedder | None = None,
    *,
    least: float = 0.5,
    share: float = 1.0,
    near: float = 0.7,
) -> Grounded:
    """Refuse answers of which less than `share` of the claims stand in the passages.

    A claim stands there when words of `least` of its weight (rare words weigh more) are within three neighbouring
    sentences of a passage and each of its numbers is in some passage; with an `embedder`, also when a sentence of a
    passage has a cosine similarity of `near` with it. The app gives the passages of each run to `judge_with`;
    `passages` stand in for them where it gives none. Raises an `AppError` for shares outside 0 to 1.
    """
    for name, value in (("least", least), ("share", share), ("near", near)):
        if not 0 <= value <= 1:
            raise AppError(f"grounded({name}={value!r}): a share from 0 to 1 is wanted")
    if isinstance(passages, str):
        raise AppError("grounded(...) was given one text: a list of passages is wanted, such as grounded([text])")
    fixed = tuple(passages)
    name = setting(
        "grounded",
        least=None if least == 0.5 else least,
        share=None if share == 1 else share,
        passages=digest(fixed)[:12] if fixed else None,
        embedder=f"{embedder.name} {embedder.fingerprint[:12]}, near {near}" if embedder else None,
    )
    return Grounded(name, least, share, fixed, embedder, near)


def _claim(
    sentence: str, places: Sequence[frozenset[str]], weight: Callable[[str], float], numbers: frozenset[str]
) -> Claim | None:
    """The sentence judged word by word, or None where it claims nothing."""
    stems = _stems(sentence)
    given = _numbers(sentence)
    if len(stems) < _LEAST and not given:
        return None
    total = sum(map(weight, stems))
    best = max((sum(weight(stem) for stem in stems if stem in place) for place in places), default=0.0)
    missing = tuple(number for number in given if number not in numbers)
    return Claim(sentence, best / total if total else 1.0, missing)


def _weight(counts: Counter[str], places: int, stem: str) -> float:
    """Inverse document frequency (Robertson and Spärck Jones, smoothed): rare words and unknown ones weigh most."""
    return math.log(1 + (places + 1) / (1 + counts[stem]))


def _sentences(text: str) -> list[str]:
    """Sentences, lines of lists and cells, without questions and citations."""
    plain = _CITATION.sub(" ", text)
    pieces = (match.group().strip(" \t-*#>|•") for match in _SENTENCE.finditer(plain))
    return [piece for piece in pieces if piece and not piece.endswith("?")]


def _windows(passage: str) -> list[str]:
    """Three neighbouring sentences each, so that a claim may join what stands close together."""
    pieces = [match.group() for match in _SENTENCE.finditer(passage)]
    return [" ".join(pieces[start : start + 3]) for start in range(max(1, len(pieces) - 2))]


def _stems(text: str) -> list[str]:
    """Each word with a meaning once, without its ending."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return sorted({_stem(word) for word in words if word not in _IDLE and not word[0].isdigit()})


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word[: -len(ending)]
    return word


def _numbers(text: str) -> list[str]:
    """Numbers as they compare: without thousands separators and idle zeros."""
    found = (re.sub(r",(?=\d{3})", "", number) for number in _NUMBER.findall(text))
    return [(number.rstrip("0").rstrip(".") if "." in number else number) for number in found]
