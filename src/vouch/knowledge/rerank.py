"""A second look at chunks that were found: their words against the question's, together and in order.

It does not know how they were found, and needs no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vouch.knowledge.searched import searched_text
from vouch.knowledge.words import words_of
from vouch.values.document import Chunk


def features(question: str, chunks: Sequence[Chunk]) -> NDArray[np.float64]:
    """For each chunk, a number in [0, 1]: the mean of coverage, closeness and order.

    Coverage is the share of the question's words that stand in the chunk, where a word weighs the less the more of the
    chunks have it; closeness is how much of that is covered within the best window of twice the question's length;
    order is the share of neighbouring words of the question that are neighbours in the chunk, too.
    """
    asked = words_of(question)
    texts = [words_of(searched_text(chunk)) for chunk in chunks]
    spread = Counter(word for words in texts for word in set(words))
    weights = {word: float(np.log1p(len(chunks) / spread[word])) for word in set(asked) if spread[word]}
    pairs = set(pairwise(asked))
    return np.array([_fit(words, weights, pairs, 2 * len(asked)) for words in texts], np.float64)


def _fit(words: Sequence[str], weights: dict[str, float], pairs: set[tuple[str, str]], width: int) -> float:
    total = sum(weights.values())
    if not total:
        return 0.0
    coverage = sum(weights[word] for word in set(words) & weights.keys()) / total
    order = len(pairs & set(pairwise(words))) / len(pairs) if pairs else coverage
    return (coverage + _closest(words, weights, width) / total + order) / 3


def _closest(words: Sequence[str], weights: dict[str, float], width: int) -> float:
    """The largest weight of different words within `width` neighbouring places."""
    inside: Counter[str] = Counter()
    weight = most = 0.0
    for place, word in enumerate(words):
        if word in weights:
            weight += 0.0 if inside[word] else weights[word]
            inside[word] += 1
        if place >= width and (left := words[place - width]) in weights:
            inside[left] -= 1
            weight -= 0.0 if inside[left] else weights[left]
        most = max(most, weight)
    return most
