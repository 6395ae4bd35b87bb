"""BM25 as its formula says."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.knowledge.exact.postings import K1, B, Postings, Weighed, count_words

TEXTS = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=8), min_size=1, max_size=8)


def by_formula(texts: list[list[str]], query: list[str]) -> list[float]:
    mean = max(1.0, sum(map(len, texts)) / len(texts))
    scores = []
    for words in texts:
        score = 0.0
        for word in query:
            df, tf = sum(word in each for each in texts), Counter(words)[word]
            idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
            score += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(words) / mean))
        scores.append(score)
    return scores


def weighed(*segments: list[list[str]]) -> Weighed:
    return Weighed([Postings(count_words(each)) for each in segments], [np.ones(len(each), bool) for each in segments])


@given(TEXTS, TEXTS, st.lists(st.sampled_from("abcdefgx"), max_size=6))
def test_scores_are_those_of_the_formula_over_all_segments(
    one: list[list[str]], two: list[list[str]], query: list[str]
) -> None:
    assert weighed(one, two).scores(query) == pytest.approx(by_formula(one + two, query), abs=1e-5)


@given(TEXTS, st.data())
def test_what_counts_no_more_does_not_weigh(texts: list[list[str]], data: st.DataObject) -> None:
    alive = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)).filter(any))
    scores = Weighed([Postings(count_words(texts))], [np.array(alive)]).scores(["a", "b"])
    left = [words for words, counts in zip(texts, alive, strict=True) if counts]
    assert scores[np.array(alive)] == pytest.approx(by_formula(left, ["a", "b"]), abs=1e-5)


def test_without_any_word() -> None:
    assert weighed([[], []]).scores(["a"]).tolist() == [0.0, 0.0]
    assert count_words([])["lengths"].tolist() == []
