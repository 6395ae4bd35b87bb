"""The sentences in which an answer is looked for: those nearest to the question, by meaning and by words.

It does not know how an answer is found in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.models.reader.asking import Question
from vouch.models.reader.features import Scene
from vouch.models.reader.scoring import rarities
from vouch.models.reader.words import words
from vouch.values.sentences import sentences

LOOKED_AT: Final = 6
"""Sentences in which answers are looked for."""

_TITLE: Final = 12
"""Words of a heading."""

_LONGEST: Final = 120
"""Words of a sentence that are looked at; what has more is a table or a list without full stops."""


class Sentence(NamedTuple):
    """A sentence, the number of its passage, and its span there; `title` where it is the heading of the passage."""

    passage: int
    start: int
    end: int
    text: str
    title: bool = False


class Looked(NamedTuple):
    """The sentences looked at, best first: where they stand, what is known of them, and the weight of each asked word.

    `known` are the stems of all words of all passages.
    """

    sentences: tuple[Sentence, ...]
    scenes: tuple[Scene, ...]
    rarity: dict[str, float]
    known: frozenset[str]


def cut(passages: Sequence[str]) -> list[Sentence]:
    """The sentences of all passages, in order."""
    return [
        Sentence(place, start, end, text[start:end], title=end <= titled)
        for place, text in enumerate(passages)
        for titled in [_title_end(text)]
        for start, end in sentences(text)
    ]


def _title_end(text: str) -> int:
    """Where the heading that a passage begins with ends: a line of few words without a full stop; 0 without any."""
    line, more, _ = text.partition("\n")
    bare = line.strip()
    heading = bare.startswith("#") or (0 < len(bare.split()) <= _TITLE and not bare.endswith(tuple(".!?:;,|")))
    return len(line) if more and heading else 0


def under_title(question: Question, found: Sequence[Sentence]) -> list[Sentence]:
    """Without passages under a heading that has fewer of the question's words than another's.

    Pages of one kind say the same about different things, and only their headings tell which is which. A passage that
    has no heading stays.
    """
    fits: dict[int, int] = {}
    for sentence in found:
        if sentence.title:
            stems = {word.stem for word in words(sentence.text)}
            fits[sentence.passage] = fits.get(sentence.passage, 0) + len(question.stems & stems)
    best = max(fits.values(), default=0)
    return [sentence for sentence in found if fits.get(sentence.passage, best) == best]


def look(question: Question, found: Sequence[Sentence], near: NDArray[np.float32]) -> Looked:
    """The best of the sentences; `near`, shape (sentences,), is each one's cosine to the question."""
    stems = [frozenset(word.stem for word in words(sentence.text)) for sentence in found]
    rarity = rarities(question.stems, stems)
    whole: dict[int, frozenset[str]] = {}
    for sentence, own in zip(found, stems, strict=True):
        whole[sentence.passage] = whole.get(sentence.passage, frozenset[str]()) | own
    shares = {passage: _share(rarity, own) for passage, own in whole.items()}
    shared = [_share(rarity, own) for own in stems]
    total = [
        float(cosine) + share + shares[sentence.passage]
        for sentence, cosine, share in zip(found, near, shared, strict=True)
    ]
    plain = [place for place, sentence in enumerate(found) if not sentence.title] or range(len(found))
    chosen = sorted(plain, key=lambda place: -total[place])[:LOOKED_AT]
    scenes = tuple(
        Scene(
            words=words(found[place].text)[:_LONGEST],
            near=float(near[place]),
            shared=shared[place],
            around=_around(found, stems, rarity, place),
            passage=shares[found[place].passage],
            lead=total[place] - max((total[other] for other in chosen[:2] if other != place), default=total[place]),
            ahead=_ahead(shares, found[place].passage),
            rank=found[place].passage + 1 if len(shares) > 1 else 0,
        )
        for place in chosen
    )
    known = frozenset[str]().union(*stems)
    return Looked(tuple(found[place] for place in chosen), scenes, rarity, known)


def _share(rarity: Mapping[str, float], own: frozenset[str]) -> float:
    """The share of the question's weight that these words carry."""
    return sum(weight for stem, weight in rarity.items() if stem in own)


def _ahead(shares: Mapping[int, float], passage: int) -> float:
    own = shares[passage]
    return own - max((share for other, share in shares.items() if other != passage), default=own)


def _around(
    found: Sequence[Sentence], stems: Sequence[frozenset[str]], rarity: Mapping[str, float], place: int
) -> float:
    """The share that the sentence has together with its neighbours in the passage."""
    beside = [at for at in (place - 1, place, place + 1) if 0 <= at < len(found)]
    own = frozenset[str]().union(*(stems[at] for at in beside if found[at].passage == found[place].passage))
    return _share(rarity, own)
