from __future__ import annotations

import numpy as np
import pytest

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing import features


def test_vectors_are_the_same_alone_and_together() -> None:
    queries = [Query("What is 2 + 2?", signals={"recall": 0.4}), Query("Write a poem", tags={"task": "poem"})]
    scale, matrix, _ = features.fit(queries)
    assert matrix.shape == (2, scale.width)
    assert np.allclose(scale.matrix(queries), matrix)
    assert scale.signals == ("recall",)
    assert not np.isnan(matrix).any()


def test_a_tag_and_a_signal_change_the_vector_and_a_missing_signal_is_the_usual_one() -> None:
    scale, *_ = features.fit([Query("a", signals={"recall": value}) for value in (0.0, 1.0)])
    usual = scale.vector(Query("a"))
    assert np.allclose(usual, scale.vector(Query("a", signals={"recall": 0.5})))
    assert not np.allclose(usual, scale.vector(Query("a", signals={"recall": 1.0})))
    assert not np.allclose(usual, scale.vector(Query("a", tags={"task": "x"})))


def test_embeddings_join_only_if_every_question_has_one() -> None:
    one, two = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    assert features.fit([Query("a", embedding=one), Query("b")])[0].dimensions == 0
    scale, matrix, _ = features.fit([Query("a", embedding=one), Query("b", embedding=two)])
    assert matrix[0, -2:].tolist() == [1, 0]
    assert scale.vector(Query("a"))[-2:].tolist() == [0.5, 0.5]
    with pytest.raises(UsageError, match=r"shape \(3,\): 2 dimensions"):
        scale.vector(Query("a", embedding=np.ones(3, np.float32)))


def test_what_cannot_be_scaled_is_told() -> None:
    with pytest.raises(UsageError, match="no questions"):
        features.fit([])
    with pytest.raises(UsageError, match="several shapes"):
        features.fit([Query("a", embedding=np.ones(2, np.float32)), Query("b", embedding=np.ones(3, np.float32))])
