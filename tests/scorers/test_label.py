"""Labels, whatever their case and spaces."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.values.case import Case
from vouch.values.result import Result


@pytest.mark.parametrize(
    ("expected", "output", "right"),
    [
        ("Card arrival", "  card\n  ARRIVAL ", True),
        ("STRASSE", "straße", True),
        ("café", "cafe\u0301", True),
        ("card arrival", "card\u00a0arrival", True),
        ("card_arrival", "card arrival", False),
        ("yes", "yes.", False),
        ("yes", "", False),
    ],
)
async def test_case_and_spaces_do_not_count(expected: str, output: str, right: bool) -> None:
    score = await scorers.label().score(Case("c", "?", expected), Result("r", "answered", output=output))
    assert score.right is right
    assert score.why == ("" if right else f"{output!r} is not {expected!r}")


async def test_an_empty_label_cannot_be_judged() -> None:
    score = await scorers.label().score(Case("c", "?", " \n"), Result("r", "answered", output=""))
    assert score.unscored
    assert "the text of a label is wanted" in score.why
