"""Where each sentence of an answer stands in the passages that were recalled for it.

It does not know who answered, nor whether a document is right. It does not understand either: what is made up it finds,
a sentence that says the opposite of a passage in the passage's own words it does not.

A sentence's own marks come first: where one points at a passage that supports it, that passage is cited. Otherwise all
passages are looked at. Support is the share of the sentence's words that one to three neighbouring sentences of a
passage have, rare words weighing more (see `overlap`); with an embedder, closeness in meaning counts where words alone
do not suffice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from vouch.contracts.knowledge import Passage
from vouch.knowledge.marks import Mark, marks, without
from vouch.knowledge.overlap import Window, numbers, rarity, supports, windows
from vouch.knowledge.words import words_of
from vouch.values.citation import Citation
from vouch.values.sentences import sentences

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy

LEAST: Final = 0.6
"""The support from which a sentence counts as supported, unless another is asked for."""

NEAR: Final = 0.75
"""The cosine similarity from which a sentence of a passage supports one that shares too few words with it."""

_FEWEST: Final = 3
"""Words that a sentence among several must have to claim anything, where it has no number."""

_WIDER: Final = 0.05
"""By so much a wider window must support better than a narrower one to be cited in its place."""


_LITERAL: Final = 2.0
"""The rank of words that stand there as they are: above any that only have the same words."""


class Said(NamedTuple):
    """A sentence of an answer that claims something: its span there, and its citation."""

    start: int
    end: int
    citation: Citation


class _Claim(NamedTuple):
    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]
    words: frozenset[str]
    numbers: frozenset[str]
    literal: re.Pattern[str]
    """Finds it where it stands word for word."""


class _Fit(NamedTuple):
    """A place of a passage, how well it supports a claim, and how well it goes with the question."""

    passage: int
    start: int
    end: int
    support: float
    rank: tuple[float, int]


async def cite(
    answer: str,
    passages: Sequence[Passage],
    *,
    question: str = "",
    embedder: Embedder | None = None,
    least: float = LEAST,
) -> list[Said]:
    """The sentences of `answer` that claim something, in order, each with the place that supports it, or none.

    Questions and short courtesies claim nothing. `question` decides between places that support equally well. Spans
    are those in the document where the passage stands there as it is, else that of the whole passage.
    """
    claims = _claims(answer, passages)
    ground = _Ground(passages, question)
    fits = [ground.best(claim, least) for claim in claims]
    lacking = [place for place, fit in enumerate(fits) if fit is None or fit.support < least]
    if embedder is not None and lacking and ground.windows:
        for place, fit in zip(lacking, await ground.meant([claims[at] for at in lacking], embedder), strict=True):
            fits[place] = fit or fits[place]
    return [
        Said(claim.start, claim.end, _citation(answer, claim, fit, passages, least))
        for claim, fit in zip(claims, fits, strict=True)
    ]


def _claims(answer: str, passages: Sequence[Passage]) -> list[_Claim]:
    spans = sentences(answer)
    found: list[_Claim] = []
    for start, end in spans:
        text = answer[start:end]
        own = tuple(marks(text, passages))
        bare = without(text, own).strip()
        said, figures = frozenset(words_of(bare)), numbers(bare)
        if bare.endswith(("?", "？")) or not (said or figures):
            continue
        if len(said) >= _FEWEST or figures or own or len(spans) == 1:
            found.append(_Claim(start, end, bare, own, said, figures, _literal(bare)))
    return found


def _literal(text: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, text.rstrip(".!").split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


class _Ground:
    """The passages, cut into windows."""

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self.windows = windows([passage.text for passage in passages])
        self._texts = [passage.text for passage in passages]
        self._counts = rarity(self.windows)
        self._total = sum(window.sentences == 1 for window in self.windows)
        self._asked = frozenset(words_of(question))

    def best(self, claim: _Claim, least: float) -> _Fit | None:
        """The place that supports it best: of a passage that it names, where one of those does well enough."""
        named = {place for mark in claim.marks for place in mark.passages}
        own = self._of([window for window in self.windows if window.passage in named], claim)
        return own if own is not None and own.support >= least else self._of(self.windows, claim)

    def _of(self, among: Sequence[Window], claim: _Claim) -> _Fit | None:
        fits = (self._fit(window, claim) for window in among)
        return max(fits, key=lambda fit: fit.rank, default=None)

    def _fit(self, window: Window, claim: _Claim) -> _Fit:
        """A claim that stands there word for word is cited with these words alone."""
        goes = len(self._asked & window.words)
        if window.sentences == 1 and (
            at := claim.literal.search(self._texts[window.passage], window.start, window.end)
        ):
            return _Fit(window.passage, at.start(), at.end(), 1.0, (_LITERAL, goes))
        support = supports(claim.words, claim.numbers, window, self._counts, self._total)
        rank = round(support - _WIDER * (window.sentences - 1), 6)
        return _Fit(window.passage, window.start, window.end, support, (rank, goes))

    async def meant(self, claims: Sequence[_Claim], embedder: Embedder) -> list[_Fit | None]:
        """For each claim the sentence that is nearest to it in meaning and has all of its numbers, if it is near."""
        single = [window for window in self.windows if window.sentences == 1]
        pieces = [self._texts[window.passage][window.start : window.end] for window in single]
        vectors = await embedder.embed([*(claim.text for claim in claims), *pieces])
        near = vectors[: len(claims)] @ vectors[len(claims) :].T
        found: list[_Fit | None] = []
        for claim, row in zip(claims, near.tolist(), strict=True):
            fits = [
                _Fit(window.passage, window.start, window.end, min(value, 1.0), (value, 0))
                for window, value in zip(single, row, strict=True)
                if value >= NEAR and claim.numbers <= window.numbers
            ]
            found.append(max(fits, key=lambda fit: fit.rank, default=None))
        return found


def _citation(answer: str, claim: _Claim, fit: _Fit | None, passages: Sequence[Passage], least: float) -> Citation:
    sentence = answer[claim.start : claim.end]
    support = 0.0 if fit is None else round(fit.support, 4)
    if fit is None or fit.support < least:
        return Citation(sentence, support=support, wrong=tuple(mark.text for mark in claim.marks))
    wrong = tuple(mark.text for mark in claim.marks if not _leads_to(mark, fit, passages))
    passage = passages[fit.passage]
    start, end = passage.span
    if end - start == len(passage.text):
        start, end = start + fit.start, start + fit.end
    return Citation(sentence, passage.document, passage.version, start, end, support, wrong)


def _leads_to(mark: Mark, fit: _Fit, passages: Sequence[Passage]) -> bool:
    """Whether the mark points at the document that is cited; one that points at several is right where one is."""
    return any(passages[place].document == passages[fit.passage].document for place in mark.passages)
