"""In which chunks each word stands, and how well chunks fit the words of a query: BM25.

It does not know where words come from, or which chunks a reader may see.

The score of a chunk is the sum over the query's words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean)),
with idf = ln(1 + (n - df + 0.5) / (df + 0.5)) (Robertson and Zaragoza 2009, with Lucene's idf, which is never below 0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_RARE: Final = 16
"""A word that stands in more than a so many-th part of the chunks is faster added to all of them."""

_ROOM: Final = 16_000_000
"""Bytes for such words, as long as the index is open."""

K1: Final = 1.2
B: Final = 0.75

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]


def count_words(texts: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    """The arrays of a `Postings` for the words of each chunk."""
    numbers: dict[str, int] = {}
    flat = [numbers.setdefault(word, len(numbers)) for words in texts for word in words]
    lengths = np.fromiter(map(len, texts), np.int32, len(texts))
    chunk = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    pairs, counts = np.unique(np.asarray(flat, np.int64) * max(1, len(texts)) + chunk, return_counts=True)
    word, chunks = np.divmod(pairs, max(1, len(texts)))
    return {
        "words": np.frombuffer("\n".join(numbers).encode(), np.uint8),
        "starts": np.searchsorted(word, np.arange(len(numbers) + 1)).astype(np.int64),
        "places": chunks.astype(np.int32),
        "counts": counts.astype(np.float32),
        "lengths": lengths,
    }


class Postings:
    """The words of a row of chunks; read-only."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        words = bytes(arrays["words"]).decode()
        self._numbers = {word: number for number, word in enumerate(words.split("\n"))} if words else {}
        self._starts: NDArray[np.int64] = arrays["starts"]
        self.places: Numbers = arrays["places"]
        self.counts: Floats = arrays["counts"]
        self.lengths: Numbers = arrays["lengths"]

    def words(self) -> Iterable[str]:
        """All words, by their numbers."""
        return self._numbers

    def sizes(self) -> NDArray[np.int64]:
        """In how many chunks each word stands."""
        return np.diff(self._starts)

    def number(self, word: str) -> int | None:
        """The number of a word; None for one that stands nowhere."""
        return self._numbers.get(word)

    def at(self, number: int) -> slice:
        """Where in `places` and `counts` the chunks of the word of this number are."""
        return slice(int(self._starts[number]), int(self._starts[number + 1]))

    def frequencies(self, searched: NDArray[np.bool_]) -> NDArray[np.int64]:
        """By the number of a word: in how many of the searched chunks it stands."""
        if searched.all():
            return self.sizes()
        before = np.concatenate(([0], np.cumsum(searched[self.places])))
        return np.diff(before[self._starts])


class Weighed:
    """The postings of some segments together, with the chunks that count: BM25 scores of all of them at once.

    Words are weighed by the searched chunks alone, so that the scores are those of an index built from just these.
    """

    def __init__(self, postings: Sequence[Postings], searched: Sequence[NDArray[np.bool_]]) -> None:
        postings, searched = _fewer(postings, searched)
        self._postings = postings
        self._frequencies = [each.frequencies(alive) for each, alive in zip(postings, searched, strict=True)]
        self._n = int(sum(each.sum() for each in searched))
        total = float(sum(p.lengths[alive].sum() for p, alive in zip(postings, searched, strict=True)))
        mean = max(1.0, total / max(1, self._n))
        self._shares = [_saturated(each, mean) for each in postings]
        self._whole: dict[tuple[int, int], Floats] = {}
        self._room = _ROOM

    def scores(self, words: Sequence[str]) -> Floats:
        """One score for every chunk of all segments, in their order; 0 where no word stands."""
        wanted = Counter(words)
        rows = [[each.number(word) for word in wanted] for each in self._postings]
        weights = self._weights(rows) * np.asarray(list(wanted.values()), np.float64)
        found: list[Floats] = []
        for segment, (postings, row) in enumerate(zip(self._postings, rows, strict=True)):
            scores = np.zeros(len(postings.lengths), np.float32)
            for weight, number in zip(weights.tolist(), row, strict=True):
                if number is not None:
                    self._add(scores, segment, number, np.float32(weight))
            found.append(scores)
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _add(self, scores: Floats, segment: int, number: int, weight: np.float32) -> None:
        """Add what a word is worth to the scores of the chunks that it stands in."""
        whole = self._whole.get((segment, number))
        if whole is None:
            places, shares = self._postings[segment].places, self._shares[segment]
            part = self._postings[segment].at(number)
            if len(scores) > _RARE * (part.stop - part.start) or scores.nbytes > self._room:
                # A chunk stands once in a word's list, so that nothing is lost here.
                scores[places[part]] += weight * shares[part]
                return
            self._room -= scores.nbytes
            whole = self._whole[segment, number] = np.zeros_like(scores)
            whole[places[part]] = shares[part]
        scores += weight * whole

    def _weights(self, rows: Sequence[Sequence[int | None]]) -> NDArray[np.float64]:
        """The idf of each word."""
        frequencies = np.zeros(len(rows[0]))
        for known, row in zip(self._frequencies, rows, strict=True):
            frequencies += [0 if number is None else known[number] for number in row]
        return np.log1p((self._n - frequencies + 0.5) / (frequencies + 0.5))


def _fewer(
    postings: Sequence[Postings], searched: Sequence[NDArray[np.bool_]]
) -> tuple[Sequence[Postings], Sequence[NDArray[np.bool_]]]:
    """The same rows in three parts at most: the largest, and what stands before and after it, as one each.

    Every part costs a look for every word of a query, and refreshes leave several small ones.
    """
    largest = max(range(len(postings)), key=lambda number: len(postings[number].lengths))
    parts = [
        part for part in (slice(0, largest), slice(largest, largest + 1), slice(largest + 1, None)) if postings[part]
    ]
    return [_merged(postings[part]) for part in parts], [np.concatenate(searched[part]) for part in parts]


def _merged(postings: Sequence[Postings]) -> Postings:
    if len(postings) == 1:
        return postings[0]
    numbers: dict[str, int] = {}
    owners: list[NDArray[np.int64]] = []
    for each in postings:
        own = np.fromiter((numbers.setdefault(word, len(numbers)) for word in each.words()), np.int64)
        owners.append(np.repeat(own, each.sizes()))
    word = np.concatenate(owners)
    # Stable, so that the chunks of a word stay in the order of the rows.
    order = np.argsort(word, kind="stable")
    first = np.cumsum([0, *(len(each.lengths) for each in postings[:-1])])
    places = np.concatenate([each.places + start for each, start in zip(postings, first.tolist(), strict=True)])
    return Postings(
        {
            "words": np.frombuffer("\n".join(numbers).encode(), np.uint8),
            "starts": np.searchsorted(word[order], np.arange(len(numbers) + 1)).astype(np.int64),
            "places": places[order].astype(np.int32),
            "counts": np.concatenate([each.counts for each in postings])[order],
            "lengths": np.concatenate([each.lengths for each in postings]),
        }
    )


def _saturated(postings: Postings, mean: float) -> Floats:
    norms = (K1 * (1 - B + B * postings.lengths / mean)).astype(np.float32)
    return np.divide(postings.counts * np.float32(K1 + 1), postings.counts + norms[postings.places], dtype=np.float32)
