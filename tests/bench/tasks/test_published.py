"""CoNLL-2003, RTE and XSum in the forms in which they are handed out; the rows are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from vouch.bench.entities import read_entities
from vouch.bench.row import Row
from vouch.bench.tasks import conll2003, rte, xsum
from vouch.errors import CaseError
from vouch.scorers.spans import spans

# Four columns: token, part of speech, chunk, entity; a span needs B- only behind another of its kind (IOB1).
TESTA = """-DOCSTART- -X- O O

OSLO NNP I-NP I-LOC
1996-08-22 CD I-NP O

Ada NNP I-NP I-PER
Lind NNP I-NP I-PER
Bo NNP I-NP B-PER
Dahl NNP I-NP I-PER
of IN I-PP O
Northern NNP I-NP I-ORG
Lamps NNP I-NP I-ORG
Norwegian JJ I-NP I-MISC
wins VBZ I-VP O
. . O O

-DOCSTART- -X- O O

Rain NN I-NP O
in IN I-PP O
Rome NNP I-NP I-LOC
Milan NNP I-NP B-LOC
. . O O
"""

ENTITIES = (
    [("LOC", "OSLO")],
    [("PER", "Ada Lind"), ("PER", "Bo Dahl"), ("ORG", "Northern Lamps"), ("MISC", "Norwegian")],
)


def entities(row: Row) -> list[tuple[str, str]]:
    return [(one.type, one.text) for one in read_entities(row.answer) or ()]


def parquet(file: Path, rows: Sequence[Mapping[str, Any]], features: Mapping[str, Any] | None = None) -> None:
    """As the `datasets` library writes it: what the numbers stand for is noted in the schema."""
    arrow = pytest.importorskip("pyarrow")
    writer = pytest.importorskip("pyarrow.parquet")
    table = arrow.Table.from_pylist(list(rows))
    if features is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    file.parent.mkdir(parents=True, exist_ok=True)
    writer.write_table(table, file)


def lines(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def test_conll_of_the_shared_task(tmp_path: Path) -> None:
    (tmp_path / "eng.testa").write_text(TESTA, "utf-8")
    rows = conll2003.read(tmp_path)
    assert [(row.split, row.source) for row in rows] == [
        ("dev", "eng.testa 1"),
        ("dev", "eng.testa 1"),
        ("dev", "eng.testa 2"),
    ]
    assert tuple(map(entities, rows[:2])) == ENTITIES
    assert entities(rows[2]) == [("LOC", "Rome"), ("LOC", "Milan")]
    assert rows[1].expected == ["B-PER", "I-PER", "B-PER", "I-PER", "O", "B-ORG", "I-ORG", "B-MISC", "O", "O"]
    iob1 = [line.split()[-1] for line in TESTA.split("\n\n")[2].split("\n")]
    assert iob1[:3] == ["I-PER", "I-PER", "B-PER"]
    assert spans(rows[1].expected, "BIO") == spans(iob1)


@pytest.mark.parametrize(
    ("name", "split"),
    [("eng.train", "train"), ("eng.testb", "test"), ("train.txt", "train"), ("valid.txt", "dev"), ("test.txt", "test")],
)
def test_the_files_of_conll_tell_their_splits(tmp_path: Path, name: str, split: str) -> None:
    (tmp_path / name).write_text(TESTA, "utf-8")
    assert {row.split for row in conll2003.read(tmp_path)} == {split}


def test_conll_with_lines_of_windows_and_no_line_between_documents(tmp_path: Path) -> None:
    close = TESTA.replace("\n\n-DOCSTART-", "\n-DOCSTART-").replace("O O\n\n", "O O\n")
    (tmp_path / "eng.testa").write_bytes(close.replace("\n", "\r\n").encode())
    rows = conll2003.read(tmp_path)
    assert [row.source for row in rows] == ["eng.testa 1", "eng.testa 1", "eng.testa 2"]
    assert tuple(map(entities, rows[:2])) == ENTITIES


# O, B-PER, I-PER, B-ORG, I-ORG, B-LOC, I-LOC, B-MISC, I-MISC
HUB = [
    {"id": "0", "tokens": ["-DOCSTART-"], "pos_tags": [0], "chunk_tags": [0], "ner_tags": [0]},
    {"id": "1", "tokens": ["OSLO"], "pos_tags": [22], "chunk_tags": [11], "ner_tags": [5]},
    {
        "id": "2",
        "tokens": ["Ada", "Lind", "Bo", "Dahl", "of", "Northern", "Lamps", "Norwegian"],
        "pos_tags": [22] * 8,
        "chunk_tags": [11] * 8,
        "ner_tags": [1, 2, 1, 2, 0, 3, 4, 7],
    },
]


@pytest.mark.parametrize("noted", [True, False])
def test_conll_in_parquet_with_numbers(tmp_path: Path, noted: bool) -> None:
    names = {"feature": {"names": list(conll2003.NAMES), "_type": "ClassLabel"}, "_type": "Sequence"}
    features = {"tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}, "ner_tags": names}
    parquet(tmp_path / "data" / "validation-00000-of-00001.parquet", HUB, features if noted else None)
    rows = conll2003.read(tmp_path)
    assert [row.split for row in rows] == ["dev", "dev"]
    assert tuple(map(entities, rows)) == ENTITIES
    assert {row.source for row in rows} == {"validation-00000-of-00001.parquet 1"}


def test_the_numbers_of_another_order_are_taken_only_with_their_names(tmp_path: Path) -> None:
    # In some publications `tags` begins with O, B-ORG, B-MISC.
    row = {"tokens": ["Lamps"], "tags": [1]}
    lines(tmp_path / "train.jsonl", [row])
    with pytest.raises(CaseError, match="numbers are known only in 'ner_tags'"):
        conll2003.read(tmp_path)
    names = {"feature": {"names": ["O", "B-ORG", "B-MISC"], "_type": "ClassLabel"}, "_type": "List"}
    parquet(tmp_path / "x" / "train.parquet", [row], {"tags": names})
    assert entities(conll2003.read(tmp_path / "x")[0]) == [("ORG", "Lamps")]


PAIR = ("It rains in Rome.", "A \"wet' day.")
TOLD = f"Premise: {PAIR[0]}\nHypothesis: {PAIR[1]}"


def test_rte_of_glue(tmp_path: Path) -> None:
    for name in ("train", "dev"):
        (tmp_path / f"{name}.tsv").write_text(
            "index\tsentence1\tsentence2\tlabel\n"
            f"0\t{PAIR[0]}\t{PAIR[1]}\tentailment\n1\t{PAIR[0]}\tIt is dry.\tnot_entailment\n",
            "utf-8",
        )
    (tmp_path / "test.tsv").write_text(f"index\tsentence1\tsentence2\n0\t{PAIR[0]}\t{PAIR[1]}\n", "utf-8")
    rows = rte.read(tmp_path)
    assert [(row.split, row.answer) for row in rows] == [
        ("dev", "entailment"),
        ("dev", "not_entailment"),
        ("train", "entailment"),
        ("train", "not_entailment"),
    ]
    assert rows[0].input == TOLD


GLUE = [
    {"sentence1": PAIR[0], "sentence2": PAIR[1], "label": 0, "idx": 0},
    {"sentence1": PAIR[0], "sentence2": "It is dry.", "label": 1, "idx": 1},
]
HIDDEN = [{"sentence1": PAIR[0], "sentence2": PAIR[1], "label": -1, "idx": 0}]


@pytest.mark.parametrize("noted", [True, False])
def test_rte_in_parquet_with_numbers(tmp_path: Path, noted: bool) -> None:
    names = {"label": {"names": ["entailment", "not_entailment"], "_type": "ClassLabel"}}
    features = names if noted else None
    parquet(tmp_path / "rte" / "validation-00000-of-00001.parquet", GLUE, features)
    parquet(tmp_path / "rte" / "test-00000-of-00001.parquet", HIDDEN, features)
    rows = rte.read(tmp_path / "rte")
    assert [(row.split, row.answer) for row in rows] == [("dev", "entailment"), ("dev", "not_entailment")]
    assert rows[0].input == TOLD


def test_rte_in_lines_with_numbers(tmp_path: Path) -> None:
    lines(tmp_path / "train.jsonl", GLUE)
    lines(
        tmp_path / "validation.jsonl",
        [{"text1": PAIR[0], "text2": PAIR[1], "label": 1, "idx": 0, "label_text": "not entailment"}],
    )
    lines(tmp_path / "test.jsonl", HIDDEN)
    told = {row.split: (row.input, row.answer) for row in rte.read(tmp_path)}
    assert told["dev"] == (TOLD, "not_entailment")
    assert set(told) == {"train", "dev"}


def test_rte_of_superglue(tmp_path: Path) -> None:
    one = {"premise": PAIR[0], "hypothesis": PAIR[1], "label": "entailment", "idx": 0}
    lines(tmp_path / "val.jsonl", [one, {**one, "label": "not_entailment"}])
    lines(tmp_path / "train.jsonl", [{**one, "label": 1}])
    lines(tmp_path / "test.jsonl", [{name: one[name] for name in ("premise", "hypothesis", "idx")}])
    rows = rte.read(tmp_path)
    assert [(row.split, row.answer) for row in rows] == [
        ("train", "not_entailment"),
        ("dev", "entailment"),
        ("dev", "not_entailment"),
    ]
    assert {row.input for row in rows} == {TOLD}


ARTICLE = {"document": "Rain fell on Rome.\nIt rained all day.", "summary": "Rain in Rome.", "id": "34512345"}
ARTICLES = [("Rain fell on Rome.\nIt rained all day.", "Rain in Rome.")]


@pytest.mark.parametrize("name", ["data/test-00000-of-00001.parquet", "test/0000.parquet", "default/test/0000.parquet"])
def test_xsum_in_parquet(tmp_path: Path, name: str) -> None:
    parquet(tmp_path / name, [ARTICLE, {"document": "", "summary": "Nothing.", "id": "1"}])
    rows = xsum.read(tmp_path / "default" if name.startswith("default") else tmp_path)
    assert [(row.split, row.input, row.expected) for row in rows] == [("test", *ARTICLES[0])]


def test_xsum_in_lines(tmp_path: Path) -> None:
    lines(tmp_path / "validation.jsonl", [{**ARTICLE, "id": 34512345}])
    rows = xsum.read(tmp_path)
    assert [(row.split, row.input, row.answer) for row in rows] == [("dev", *ARTICLES[0])]


def test_xsum_as_the_datasets_library_saves_it(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}', "utf-8")
    folder = tmp_path / "train"
    folder.mkdir()
    (folder / "state.json").write_text("{}", "utf-8")
    (folder / "dataset_info.json").write_text("{}", "utf-8")
    table = arrow.Table.from_pylist([ARTICLE])
    with (
        arrow.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as sink,
        arrow.ipc.new_stream(sink, table.schema) as stream,
    ):
        stream.write_table(table)
    assert [(row.split, row.input, row.answer) for row in xsum.read(tmp_path)] == [("train", *ARTICLES[0])]
