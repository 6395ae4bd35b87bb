from __future__ import annotations

from pathlib import Path

import pytest

from vouch.bench.catalogue import TASKS, place_of, task_named
from vouch.errors import UsageError


def test_a_task_is_found_by_name_or_the_nearest_is_told() -> None:
    assert task_named("sst2").name == "sst2"
    with pytest.raises(UsageError, match="did you mean 'banking77'"):
        task_named("banking")
    with pytest.raises(UsageError, match="there are: sst2, conll2003, rte, xsum, banking77, clinc150, wnut17, squad2"):
        task_named("qqqq")


def test_every_task_says_what_it_is() -> None:
    for name, task in TASKS.items():
        assert task.name == name
        assert task.about
        assert task.local


def test_a_set_lies_under_its_name_or_is_the_data_itself(tmp_path: Path) -> None:
    (tmp_path / "sst2.csv").write_text("text,label\n", "utf-8")
    (tmp_path / "rte").mkdir()
    (tmp_path / "xsum-notes").mkdir()
    assert place_of(TASKS["sst2"], tmp_path, alone=False) == tmp_path / "sst2.csv"
    assert place_of(TASKS["rte"], tmp_path, alone=True) == tmp_path / "rte"
    assert place_of(TASKS["xsum"], tmp_path, alone=True) == tmp_path
    assert place_of(TASKS["xsum"], tmp_path / "sst2.csv", alone=True) == tmp_path / "sst2.csv"
    with pytest.raises(UsageError, match="no file or folder that is called xsum"):
        place_of(TASKS["xsum"], tmp_path, alone=False)
