from __future__ import annotations

import pytest

from vouch.bench.row import split_named


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("eng.train", "train"),
        ("eng.testa", "dev"),
        ("eng.testb", "test"),
        ("wnut17train.conll", "train"),
        ("emerging.dev.conll", "dev"),
        ("emerging.test.annotated", "test"),
        ("train-00000-of-00001", "train"),
        ("dev-v2.0", "dev"),
        ("oos_val", "dev"),
        ("validation", "dev"),
        ("training_set", "train"),
        ("device", ""),
        ("", ""),
    ],
)
def test_a_split_is_told_by_a_word_of_a_name(name: str, split: str) -> None:
    assert split_named(name) == split
