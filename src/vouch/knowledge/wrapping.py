"""Retrievers that improve on another: surroundings, parents, variety, recency, and a second look.

They do not know how the other finds, or who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from vouch.errors import UsageError
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.rerank import features, second_look
from vouch.values.document import Chunk, Hit

_DEEPER: Final = 4
"""What chooses among hits asks for so many times as many as are wanted."""

_DAY: Final = 86_400.0


class Windowed(Struct, frozen=True):
    """See `windowed`."""

    inner: Retriever
    before: int
    after: int

    @property
    def name(self) -> str:
        """Its name."""
        return f"windowed({self.inner.name}, {self.before}, {self.after})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """Hits with what stands around them."""
        found: list[Hit] = []
        for hit in await self.inner.find(question, library):
            around = await library.index.around(hit.chunk.id, self.before, self.after)
            wide = stitched(around, hit.chunk)
            if not any(_within(wide, other.chunk) for other in found):
                found.append(replace(hit, chunk=wide))
        return found


class Merged(Struct, frozen=True):
    """See `merged`."""

    inner: Retriever
    share: float

    @property
    def name(self) -> str:
        """Its name."""
        return f"merged({self.inner.name}, {self.share})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """Hits, with a parent in the place of its parts where enough of them were found."""
        found = await self.inner.find(_deeper(question), library)
        wanted = list(dict.fromkeys(hit.chunk.parent for hit in found if hit.chunk.parent))
        parents = {chunk.id: chunk for chunk in await library.index.chunks(wanted)}
        covered: dict[str, int] = dict.fromkeys(parents, 0)
        for hit in found:
            if hit.chunk.parent in covered:
                covered[hit.chunk.parent] += hit.chunk.span[1] - hit.chunk.span[0]
        whole = {each for each, size in covered.items() if size >= self.share * len(parents[each].text)}
        chosen: dict[str, Hit] = {}
        for hit in found:
            chunk = parents[hit.chunk.parent] if hit.chunk.parent in whole else hit.chunk
            chosen.setdefault(chunk.id, replace(hit, chunk=chunk))
        return list(chosen.values())[: question.limit]


class Diverse(Struct, frozen=True):
    """See `diverse`."""

    inner: Retriever
    variety: float

    @property
    def name(self) -> str:
        """Its name."""
        return f"diverse({self.inner.name}, {self.variety})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """Hits that each say something new."""
        found = await self.inner.find(_deeper(question), library)
        if len(found) <= 1:
            return found
        vectors = await library.index.vectors([hit.chunk.id for hit in found])
        likeness = vectors @ vectors.T
        fit = _unit(np.array([hit.score for hit in found]))
        chosen: list[int] = []
        left = list(range(len(found)))
        while left and len(chosen) < question.limit:
            repeated = likeness[np.ix_(left, chosen)].max(axis=1) if chosen else np.zeros(len(left))
            best = left[int(np.argmax((1 - self.variety) * fit[left] - self.variety * repeated))]
            chosen.append(best)
            left.remove(best)
        return [found[each] for each in chosen]


class Recent(Struct, frozen=True):
    """See `recent`."""

    inner: Retriever
    field: str
    half_life: float
    now: Callable[[], datetime]

    @property
    def name(self) -> str:
        """Its name."""
        return f"recent({self.inner.name}, {self.field!r}, {self.half_life})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """Hits, the older the later."""
        found = await self.inner.find(_deeper(question), library)
        now = self.now()
        fit = _unit(np.array([hit.score for hit in found]))
        scores = [
            float(score * self._weight(hit.chunk.metadata.get(self.field), now))
            for score, hit in zip(fit, found, strict=True)
        ]
        return _sorted([replace(hit, score=score) for hit, score in zip(found, scores, strict=True)])[: question.limit]

    def _weight(self, given: object, now: datetime) -> float:
        """Half after each half-life; what has no date that can be read counts as one half-life old."""
        try:
            made = datetime.fromisoformat(given) if isinstance(given, str) else None
        except ValueError:
            made = None
        if made is None:
            return 0.5
        days = (now - (made if made.tzinfo else made.replace(tzinfo=UTC))).total_seconds() / _DAY
        return 0.5 ** (max(0.0, days) / self.half_life)


class Reranked(Struct, frozen=True):
    """See `reranked`."""

    inner: Retriever
    weight: float
    candidates: int

    @property
    def name(self) -> str:
        """Its name."""
        return f"reranked({self.inner.name}, {self.weight}, {self.candidates})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """Hits, the best of them in the order of a second look."""
        found = await self.inner.find(replace(question, limit=max(self.candidates, question.limit)), library)
        best, rest = found[: self.candidates], found[self.candidates :]
        if len(best) > 1:
            vectors = await library.index.vectors([hit.chunk.id for hit in best]) if library.embedder else None
            looked = features(question.text, [hit.chunk for hit in best], vectors)
            scores = second_look(np.array([hit.score for hit in best]), looked, self.weight)
            best = _sorted([replace(hit, score=float(score)) for hit, score in zip(best, scores, strict=True)])
            # What was not looked at stays below what was.
            lowest = best[-1].score - (rest[0].score if rest else 0.0)
            rest = [replace(hit, score=hit.score + lowest) for hit in rest]
        return [*best, *rest][: question.limit]


def windowed(inner: Retriever, before: int = 1, after: int = 1) -> Retriever:
    """Each hit with so many chunks before and after it: small chunks are found, and read in their surroundings."""
    if before < 0 or after < 0:
        raise UsageError(f"windowed(before={before!r}, after={after!r}): give how many chunks, 0 or more")
    return Windowed(inner, before, after)


def merged(inner: Retriever, *, share: float = 0.5) -> Retriever:
    """A chunk's parent in its place where at least `share` of the parent's text was found in parts."""
    if not 0 < share <= 1:
        raise UsageError(f"merged(share={share!r}): give a share above 0, up to 1")
    return Merged(inner, share)


def diverse(inner: Retriever, *, variety: float = 0.3) -> Retriever:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): each hit fits well and is unlike those before it.

    `variety` in [0, 1] is what unlikeness weighs. Needs an index with vectors.
    """
    return Diverse(inner, _share("diverse", "variety", variety))


def recent(
    inner: Retriever, *, field: str = "date", half_life: float = 365.0, now: Callable[[], datetime] | None = None
) -> Retriever:
    """Scores halved for every `half_life` in days since the date in `field` of the metadata (ISO 8601)."""
    if not half_life > 0:
        raise UsageError(f"recent(half_life={half_life!r}): give days, more than 0")
    return Recent(inner, field, half_life, now or (lambda: datetime.now(UTC)))


def reranked(inner: Retriever, *, weight: float = 0.33, candidates: int = 50) -> Retriever:
    """A second look at the `candidates` best hits: which of the question's words stand side by side, how well the title
    fits, and whether other good hits are alike; see `rerank`.

    `weight` in [0, 1] is that of the second look.
    """
    if candidates < 1:
        raise UsageError(f"reranked(candidates={candidates!r}): give how many hits to look at, 1 or more")
    return Reranked(inner, _share("reranked", "weight", weight), candidates)


def stitched(chunks: Sequence[Chunk], middle: Chunk) -> Chunk:
    """Neighbouring chunks as one, with the text between their first and last sign; overlaps stand there once."""
    if len(chunks) <= 1:
        return middle
    ordered = sorted(chunks, key=lambda chunk: chunk.span)
    text, end = ordered[0].text, ordered[0].span[1]
    for chunk in ordered[1:]:
        start, stop = chunk.span
        if stop > end:
            text += chunk.text[end - start :] if start <= end else _gap(start - end) + chunk.text
            end = stop
    return replace(middle, text=text, span=(ordered[0].span[0], end))


def _deeper(question: Question) -> Question:
    return replace(question, limit=_DEEPER * question.limit)


def _gap(length: int) -> str:
    """The blanks that were cut off between two chunks: of one length with them, so that the span is right."""
    return " " if length == 1 else "\n" * length


def _within(one: Chunk, other: Chunk) -> bool:
    return one.document == other.document and other.span[0] <= one.span[0] and one.span[1] <= other.span[1]


def _unit(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Scores from 0 for the least to 1 for the best."""
    if not len(scores):
        return scores
    spread = float(scores.max() - scores.min())
    return (scores - scores.min()) / spread if spread else np.ones(len(scores))


def _sorted(found: Sequence[Hit]) -> list[Hit]:
    return sorted(found, key=lambda hit: -hit.score)


def _share(who: str, what: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise UsageError(f"{who}({what}={value!r}): give a share from 0 to 1")
    return value
