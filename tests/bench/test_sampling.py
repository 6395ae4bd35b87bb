from __future__ import annotations

import pytest

from vouch.bench.row import Row, Split
from vouch.bench.sampling import draw
from vouch.errors import CaseError


def rows(split: Split, n: int, source: str = "") -> list[Row]:
    return [Row(split, f"{split} {place}", "a", "a", source and f"{source} {place // 5}") for place in range(n)]


def test_test_is_asked_before_dev_and_train_teaches() -> None:
    drawn = draw([*rows("train", 4), *rows("dev", 3), *rows("test", 2)])
    assert [row.split for row in (*drawn.train, *drawn.asked)] == ["train"] * 4 + ["test"] * 2
    assert drawn.where == "from test"
    assert draw([*rows("train", 4), *rows("dev", 3)]).where == "from dev"
    assert draw([*rows("train", 4), *rows("dev", 3), *rows("test", 2)], split="dev").where == "from dev"


def test_a_draw_is_the_same_for_a_seed_and_keeps_the_order_of_the_set() -> None:
    several = [*rows("train", 50), *rows("test", 50)]
    drawn = draw(several, n=10, train=7, seed=3)
    assert drawn == draw(several, n=10, train=7, seed=3)
    assert drawn.asked != draw(several, n=10, train=7, seed=4).asked
    assert (len(drawn.asked), len(drawn.train)) == (10, 7)
    assert list(drawn.asked) == [row for row in several if row in drawn.asked]
    assert len(draw(several, n=99).asked) == 50


@pytest.mark.parametrize("split", ["train", "dev", ""])
def test_of_one_split_a_fifth_is_held_out_and_sources_stay_together(split: Split) -> None:
    several = rows(split, 50, source="document")
    drawn = draw(several)
    assert drawn.where == (f"held out of {split}" if split else "held out")
    assert (len(drawn.asked), len(drawn.train)) == (10, 40)
    assert {row.source for row in drawn.asked}.isdisjoint(row.source for row in drawn.train)


def test_train_can_be_asked_although_there_is_a_test() -> None:
    drawn = draw([*rows("train", 10), *rows("test", 10)], split="train")
    assert (len(drawn.asked), len(drawn.train), drawn.where) == (2, 8, "held out of train")
    assert {row.split for row in drawn.asked} == {"train"}


def test_a_split_that_is_not_there_and_too_few_rows_are_told() -> None:
    with pytest.raises(CaseError, match="no labelled split 'dev'; there are: one without a name, train"):
        draw([*rows("train", 3), *rows("", 3)], split="dev")
    with pytest.raises(CaseError, match="at least five"):
        draw(rows("train", 4))
    with pytest.raises(CaseError, match="at least five"):
        draw([])
