from __future__ import annotations

import numpy as np
import pytest

from vouch.models.planner.choices import by_meaning, by_words, flag, named
from vouch.models.planner.meanings import Meanings

REASONS = ("no longer needed", "ordered by mistake")


def test_by_words() -> None:
    assert by_words(REASONS, "sorry, I ordered this by mistake") == ["ordered by mistake"]
    assert by_words(("gift_card", "card"), "to my gift card") == ["gift_card"]
    assert by_words(("red", "blue"), "not red, blue") == ["blue"]
    assert by_words((1, 2), "number 2") == [2]
    assert by_words(REASONS, "it is no longer needed") == ["no longer needed"]


def test_named_is_what_the_newest_text_names() -> None:
    assert named(("red", "blue"), ("blue", "red")) == ("blue", 0.97)
    assert named(("red", "blue"), ("from red to blue",)) == ("blue", 0.97)
    assert named(("red", "blue"), ("red blue",)) is None
    assert named(("red", "blue"), ("none",)) is None


def known(**vectors: list[float]) -> Meanings:
    meanings = Meanings(2)
    meanings.learn([name.replace("_", " ") for name in vectors], np.array(list(vectors.values()), np.float32))
    return meanings


def test_by_meaning_needs_nearness_and_a_margin() -> None:
    meanings = known(warm=[1, 0], cold=[0, 1], hot=[0.9, 0.44], mild=[0.7, 0.72], odd=[0.3, 0.2])
    found = by_meaning(("warm", "cold"), ["hot"], meanings, asked=False)
    assert found is not None
    assert found.value == "warm"
    assert 0.6 < found.sure <= 0.95
    assert by_meaning(("warm", "cold"), ["mild"], meanings, asked=False) is None
    assert by_meaning(("warm", "cold"), ["odd"], meanings, asked=False) is None
    assert by_meaning(("warm", "cold"), ["odd"], meanings, asked=True) is not None
    assert by_meaning(("warm",), ["please"], meanings, asked=True) is None


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("with breakfast", False, True),
        ("without breakfast please", False, False),
        ("a room", False, None),
        ("yes", True, True),
        ("no, thanks", True, False),
        ("", True, None),
    ],
)
def test_flags(text: str, asked: bool, value: bool | None) -> None:
    found = flag("include_breakfast", text, asked=asked)
    assert (found.value if found else None) is value
