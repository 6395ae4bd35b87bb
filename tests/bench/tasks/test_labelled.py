from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vouch.bench.row import Row
from vouch.bench.tasks import banking77, clinc150, rte, sst2
from vouch.errors import CaseError


def told(rows: list[Row]) -> list[tuple[str, str, str]]:
    return [(row.split, row.input, row.answer) for row in rows]


def test_sst2_as_glue_publishes_it(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text('sentence\tlabel\na "bold film\t1\n \t1\n', "utf-8")
    (tmp_path / "dev.tsv").write_text("sentence\tlabel\ndull\t0\n", "utf-8")
    (tmp_path / "test.tsv").write_text("index\tsentence\n0\tnobody says\n", "utf-8")
    assert told(sst2.read(tmp_path)) == [("dev", "dull", "negative"), ("train", 'a "bold film', "positive")]
    with pytest.raises(CaseError, match=r"no labelled rows \(1 have no label\)"):
        sst2.read(tmp_path / "test.tsv")


def test_sst2_in_lines_that_begin_with_the_label(tmp_path: Path) -> None:
    (tmp_path / "stsa.binary.train").write_text("1 a fine thing\n0 a bore \n7 no label\n\n", "utf-8")
    (tmp_path / "stsa.binary.test").write_text("0 bad\n", "utf-8")
    assert told(sst2.read(tmp_path)) == [
        ("test", "bad", "negative"),
        ("train", "a fine thing", "positive"),
        ("train", "a bore", "negative"),
    ]
    (tmp_path / "other.txt").write_text("nothing\n", "utf-8")
    with pytest.raises(CaseError, match="holds no labelled rows"):
        sst2.read(tmp_path / "other.txt")


def test_rte_of_glue_and_of_superglue(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text(
        "index\tsentence1\tsentence2\tlabel\n0\tIt rains.\tIt is wet.\tentailment\n", "utf-8"
    )
    (tmp_path / "val.jsonl").write_text('{"premise": "A", "hypothesis": "B", "label": 1, "idx": 0}\n', "utf-8")
    (tmp_path / "test.jsonl").write_text('{"sentence1": "A", "sentence2": "B", "label": -1}\n', "utf-8")
    assert told(rte.read(tmp_path)) == [
        ("train", "Premise: It rains.\nHypothesis: It is wet.", "entailment"),
        ("dev", "Premise: A\nHypothesis: B", "not_entailment"),
    ]
    (tmp_path / "bad.jsonl").write_text('{"premise": "A", "label": 1}', "utf-8")
    with pytest.raises(CaseError, match="record 1 has the fields label, premise; wanted is sentence1 and sentence2 or"):
        rte.read(tmp_path / "bad.jsonl")


def test_banking77_names_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,category\nwhere is it?,card_arrival\n", "utf-8")
    (tmp_path / "test.csv").write_text("text,label\nlost it,1\n", "utf-8")
    assert told(banking77.read(tmp_path))[0] == ("test", "lost it", "1")
    (tmp_path / "categories.json").write_text('["card_arrival", "lost_card"]', "utf-8")
    wanted = [("test", "lost it", "lost_card"), ("train", "where is it?", "card_arrival")]
    assert told(banking77.read(tmp_path)) == wanted
    assert told(banking77.read(tmp_path / "test.csv")) == wanted[:1]
    (tmp_path / "categories.json").write_text("{}", "utf-8")
    with pytest.raises(CaseError, match="is not a list of names of labels"):
        banking77.read(tmp_path)


def test_clinc150_as_published_knows_what_is_out_of_scope(tmp_path: Path) -> None:
    whole = {
        "train": [["hi there", "greeting"]],
        "val": [],
        "oos_test": [["why?", "oos"]],
        "test": [["bye", "goodbye"]],
    }
    (tmp_path / "data_full.json").write_text(json.dumps(whole), "utf-8")
    (tmp_path / "data_small.json").write_text("{}", "utf-8")
    rows = clinc150.read(tmp_path)
    assert told(rows) == [("train", "hi there", "greeting"), ("test", "why?", "oos"), ("test", "bye", "goodbye")]
    assert [row.tags for row in rows] == [("in scope",), ("out of scope",), ("in scope",)]
    assert told(clinc150.read(tmp_path / "data_full.json")) == told(rows)


def test_clinc150_in_a_table(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("split,text,label,domain\noos_val,x,oos,oos\ntrain,y,bye,talk\n", "utf-8")
    assert told(clinc150.read(tmp_path / "c.csv")) == [("dev", "x", "oos"), ("train", "y", "bye")]
    (tmp_path / "c.json").write_text('[{"split": "val", "text": "z", "label": "bye"}]', "utf-8")
    assert told(clinc150.read(tmp_path / "c.json")) == [("dev", "z", "bye")]


@pytest.mark.parametrize("broken", ['{"train": [["only text"]]}', '{"train": 3}', '{"train": [["a", 1]]}', "{}"])
def test_clinc150_tells_what_is_no_pair(tmp_path: Path, broken: str) -> None:
    (tmp_path / "data_full.json").write_text(broken, "utf-8")
    with pytest.raises(CaseError, match=r"pairs of text and label are wanted|no labelled rows"):
        clinc150.read(tmp_path)


def test_the_instruction_lists_the_labels_and_answers_are_read_by_them() -> None:
    rows = [Row("train", "x", label, label) for label in ("b_c", "a", "b_c")]
    task = banking77.TASK
    assert task.instruction(rows).endswith("The labels are:\na\nb_c")
    assert task.readable(rows, "Label: B c.")
    assert not task.readable(rows, "no idea")
    assert [scorer.name for scorer in task.scorers(rows)] == ["label", "f1(macro)"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("read", "name", "n", "labels"),
    [
        (sst2.read, "sst2", 6920 + 872, 2),
        (banking77.read, "banking77", 10_003, 77),
        (clinc150.read, "clinc150", 18_200, 151),
    ],
)
def test_the_real_sets_are_read_whole(
    data: Callable[[str], Path], read: Callable[[Path], list[Row]], name: str, n: int, labels: int
) -> None:
    rows = read(data(f"classify/{name}.csv"))
    assert len(rows) >= n
    assert len({row.answer for row in rows}) == labels
    assert {row.split for row in rows} >= {"train"}
