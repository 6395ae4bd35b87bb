"""Short answers, as SQuAD judges them."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.errors import AppError

from .given import scored


@pytest.mark.parametrize(
    ("expected", "output", "exact", "f1"),
    [
        ("The Eiffel Tower", "eiffel tower.", 1.0, 1.0),
        (["Paris", "the city of Paris"], "Paris, France", 0.0, 2 / 3),
        ("in 1889", "1889 in", 0.0, 1.0),
        ("four hundred", "five", 0.0, 0.0),
        ("a", "the", 1.0, 1.0),
        ("an", "Paris", 0.0, 0.0),
        ([], "", 1.0, 1.0),
        ([], "Paris", 0.0, 0.0),
    ],
)
async def test_values_are_those_of_the_official_script(expected: object, output: str, exact: float, f1: float) -> None:
    assert (await scored(scorers.squad("exact"), expected, output)).value == exact
    assert (await scored(scorers.squad(), expected, output)).value == pytest.approx(f1)


async def test_what_is_not_right_is_told() -> None:
    assert (await scored(scorers.squad(), "Paris", "Rome")).why == "'Rome' is not 'Paris'"
    assert (await scored(scorers.squad(), ["Paris", 7], "Paris")).unscored


def test_another_measure_is_refused() -> None:
    with pytest.raises(AppError, match=r"squad\('em'\): 'f1' or 'exact' is wanted"):
        scorers.squad("em")  # type: ignore[arg-type]
