from __future__ import annotations

import numpy as np
import pytest

from vouch.models.reader import asking
from vouch.models.reader.scenes import LOOKED_AT, cut, look, under_title

GYM = "# Policy: gym membership\nThe form is HR-1. It is kept."
DOGS = "# Policy: dogs at work\nThe form is HR-2 for the gym of dogs."
BARE = "A form for the gym is HR-3, and it stands under no heading."


def test_passages_under_another_heading_are_left_out() -> None:
    asked = asking.read("Which form is for gym membership?")
    assert {each.passage for each in under_title(asked, cut([GYM, DOGS, BARE]))} == {0, 2}
    foreign = asking.read("Which form is for parking?")
    assert {each.passage for each in under_title(foreign, cut([GYM, DOGS, BARE]))} == {0, 1, 2}
    assert under_title(asked, []) == []


@pytest.mark.parametrize(
    ("passage", "title"),
    [
        (GYM, "Policy: gym membership"),
        ("Dogs at work\n============\nThey may stay.", "Dogs at work"),
        ("They may stay.\nAll day.", None),
        ("One line alone", None),
        ("| a | b |\n| 1 | 2 |", None),
        ("this line of a text that somebody broke after so many words that it is none\nof a heading.", None),
    ],
)
def test_the_heading_of_a_passage(passage: str, title: str | None) -> None:
    assert next((each.text for each in cut([passage]) if each.title), None) == title


def test_the_best_sentences_and_what_is_known_of_them() -> None:
    asked = asking.read("Which form is for gym membership?")
    found = cut([GYM, BARE])
    looked = look(asked, found, np.array([0.9, 0.3, 0.1, 0.5], np.float32))
    assert not any(each.title for each in looked.sentences)
    best, *others = looked.scenes
    assert len(looked.sentences) == len(looked.scenes) <= LOOKED_AT
    assert looked.sentences[0].text == BARE
    assert (best.rank, others[0].rank) == (2, 1)
    assert best.lead > 0 > others[-1].lead
    assert sum(looked.rarity.values()) == pytest.approx(1.0)
    assert "membership" in looked.known


def test_a_heading_alone_is_looked_at() -> None:
    asked = asking.read("Which form?")
    looked = look(asked, cut(["# The form HR-1\n"]), np.array([0.5], np.float32))
    assert [each.text for each in looked.sentences] == ["The form HR-1"]
    assert look(asked, [], np.zeros(0, np.float32)).scenes == ()
