from __future__ import annotations

import pytest

from vouch.models.reader.words import words


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("In May 1995 Rollo paid 32.50 euros", "small time year Name word number word"),
        ("the 10th-century wall's end", "small number sign word word word"),
        ("form HR-417 (new)", "word Name sign word sign"),
        ("three of 1,200 km", "number small number word"),
        ("it may open at 07:30, in the 1990s", "small small word small time sign small small year"),
        ("_", "sign"),
    ],
)
def test_the_look_of_words(text: str, looks: str) -> None:
    found = words(text)
    assert all(text[word.start : word.end] == word.text for word in found)
    assert [word.look for word in found] == looks.split()


def test_forms_of_a_word_have_one_stem() -> None:
    assert {word.stem for word in words("order Orders ordered order's order’s")} == {"order"}
