"""Exact equality."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.values.case import Case
from vouch.values.result import Result


@pytest.mark.parametrize(
    ("expected", "output", "right"),
    [("yes", "yes", True), ("yes", "Yes", False), ("yes", "yes ", False), ("", "", True), ("\u00e9", "e\u0301", False)],
)
async def test_every_character_counts(expected: str, output: str, right: bool) -> None:
    score = await scorers.exact().score(Case("c", "?", expected), Result("r", "answered", output=output))
    assert score.right is right
    assert score.why == ("" if right else f"{output!r} is not {expected!r}")
