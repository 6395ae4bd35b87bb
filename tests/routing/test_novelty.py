from __future__ import annotations

import pytest
from tests.routing.traffic import question

from vouch.routing import novelty
from vouch.routing.hashing import words

TEXTS = [question(n % 2 == 0, n) for n in range(200)]
WORDS = [words(text) for text in TEXTS]


def test_the_questions_learned_from_are_familiar() -> None:
    familiar = novelty.learn(WORDS)
    assert sum(familiar.knows(text) for text in TEXTS) >= 198
    assert familiar.share("Where is my parcel?") == 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "Wo bleibt denn mein Paket, das ich vorgestern bestellt habe", "我的退款在哪里", "x" * 100_000],
)
def test_another_language_and_no_words_are_not(text: str) -> None:
    assert not novelty.learn(WORDS).knows(text)


def test_nothing_learned_knows_nothing() -> None:
    assert not novelty.learn([]).knows("Where is my parcel?")
