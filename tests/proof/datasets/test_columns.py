from __future__ import annotations

from pathlib import Path

import pytest

from proof.datasets.files import lines, text
from vouch.errors import CaseError
from vouch.proof.datasets.columns import Columns
from vouch.proof.datasets.reading import read_dataset
from vouch.values.case import Case


def test_fields_may_stand_in_columns_of_other_names(tmp_path: Path) -> None:
    file = text(tmp_path / "faq.csv", "question,answer,input,topic\nwhen?,now,5,time\n")
    columns = Columns({"input": "question", "expected": "answer", "tags": "topic", "setting.size": "input"})
    assert read_dataset(file, columns).cases == (Case("line-2", "when?", "now", ("time",), setting={"size": "5"}),)


@pytest.mark.parametrize(("rest", "setting"), [("drop", None), ("setting", {"price": "3", "input.x": "y"})])
def test_columns_left_over_are_dropped_or_kept_in_the_setting(tmp_path: Path, rest: str, setting: object) -> None:
    file = text(tmp_path / "faq.csv", "input,price,input.x\nwhen?,3,y\n")
    assert read_dataset(file, Columns(rest=rest)).cases == (Case("line-2", "when?", setting=setting),)  # type: ignore[arg-type]


def test_json_lines_have_columns_too_and_keep_their_types(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", {"q": "x", "gold": [1, 2], "setting": {"a": 1}, "more": True})
    read = read_dataset(file, Columns({"input": "q", "expected": "gold"}, "setting")).cases
    assert read == (Case("line-1", "x", [1, 2], setting={"a": 1, "more": True}),)


def test_a_setting_that_is_no_object_cannot_take_more(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", {"input": "x", "setting": 3, "more": True})
    with pytest.raises(CaseError, match="the column 'setting' stands beside one of the same field that is no object"):
        read_dataset(file, Columns(rest="setting"))
