"""In which chunks each word stands, and how well chunks fit the words of a query: BM25.

It does not know where words come from, or which chunks a reader may see.

The score of a chunk is the sum over the query's words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean)),
with idf = ln(1 + (n - df + 0.5) / (df + 0.5)) (Robertson and Zaragoza 2009, with Lucene's idf, which is never below 0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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

    def number(self, word: str) -> int | None:
        """The number of a word; None for one that stands nowhere."""
        return self._numbers.get(word)

    def at(self, number: int) -> slice:
        """Where in `places` and `counts` the chunks of the word of this number are."""
        return slice(int(self._starts[number]), int(self._starts[number + 1]))

    def frequencies(self, searched: NDArray[np.bool_]) -> NDArray[np.int64]:
        """By the number of a word: in how many of the searched chunks it stands."""
        if searched.all():
            return np.diff(self._starts)
        before = np.concatenate(([0], np.cumsum(searched[self.places])))
        return np.diff(before[self._starts])


class Weighed:
    """The postings of some segments together, with the chunks that count: BM25 scores of all of them at once.

    Words are weighed by the searched chunks alone, so that the scores are those of an index built from just these.
    """

    def __init__(self, postings: Sequence[Postings], searched: Sequence[NDArray[np.bool_]]) -> None:
        self._postings = postings
        self._frequencies = [each.frequencies(alive) for each, alive in zip(postings, searched, strict=True)]
        self._n = int(sum(each.sum() for each in searched))
        total = float(sum(p.lengths[alive].sum() for p, alive in zip(postings, searched, strict=True)))
        mean = max(1.0, total / max(1, self._n))
        self._shares = [_saturated(each, mean) for each in postings]

    def scores(self, words: Sequence[str]) -> Floats:
        """One score for every chunk of all segments, in their order; 0 where no word stands."""
        wanted = Counter(words)
        rows = [[each.number(word) for word in wanted] for each in self._postings]
        weights = self._weights(rows) * np.asarray(list(wanted.values()), np.float64)
        found: list[Floats] = []
        for postings, shares, row in zip(self._postings, self._shares, rows, strict=True):
            scores = np.zeros(len(postings.lengths), np.float32)
            for weight, number in zip(weights.tolist(), row, strict=True):
                if number is not None:
                    part = postings.at(number)
                    # A chunk stands once in a word's list, so that nothing is lost here.
                    scores[postings.places[part]] += np.float32(weight) * shares[part]
            found.append(scores)
        return np.concatenate(found)

    def _weights(self, rows: Sequence[Sequence[int | None]]) -> NDArray[np.float64]:
        """The idf of each word."""
        frequencies = np.zeros(len(rows[0]))
        for known, row in zip(self._frequencies, rows, strict=True):
            frequencies += [0 if number is None else known[number] for number in row]
        return np.log1p((self._n - frequencies + 0.5) / (frequencies + 0.5))


def _saturated(postings: Postings, mean: float) -> Floats:
    norms = (K1 * (1 - B + B * postings.lengths / mean)).astype(np.float32)
    return np.divide(postings.counts * np.float32(K1 + 1), postings.counts + norms[postings.places], dtype=np.float32)
