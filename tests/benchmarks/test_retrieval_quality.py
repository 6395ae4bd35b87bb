"""The benchmark of retrieval on a collection made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from benchmarks.finding.collections import Collection, Kept, beir, whole
from benchmarks.finding.outcomes import Ranked, measured, resampled
from benchmarks.retrieval_quality import least, run_beir, tuned
from tests.knowledge.made import WordVectors

TOPICS = ("lamps", "shoes", "cards", "parcels", "chairs", "tables", "gifts", "bulbs", "laces", "stamps")


def collection(folder: Path, *, train: bool = False) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": f"d{n}", "title": topic.title() if n % 2 else "", "text": f"All about {topic} of brand {n}."}
        for n, topic in enumerate(TOPICS)
    ]
    questions = [{"_id": str(n), "text": f"what of {topic}?"} for n, topic in enumerate(TOPICS)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)) + "\n")
    rows = "".join(f"{n}\td{n}\t1\n{n}\td{(n + 1) % 10}\t0\n" for n in range(10))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}")
    if train:
        (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\r\n3\td3\t2\r\n4\td4\t1\r\n")
    return folder


def test_a_collection_is_read_with_titles_and_grades(tmp_path: Path) -> None:
    read = beir(collection(tmp_path / "c", train=True))
    assert (len(read.documents), len(read.asked), len(read.taught)) == (10, 10, 2)
    assert read.asked[3] == ("what of parcels?", {"d3": 1.0, "d4": 0.0}, "3")
    assert read.taught[0].grades == {"d3": 2.0}
    assert whole(read.documents[1])[0].headings == ("Shoes",)
    assert whole(read.documents[0])[0].headings == ()
    assert beir(collection(tmp_path / "other")).taught == []


@pytest.mark.parametrize("train", [False, True])
async def test_every_way_is_measured_and_tuning_never_sees_what_it_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], train: bool
) -> None:
    embedder = cast("Kept", WordVectors())
    figures = await run_beir(collection(tmp_path / "c", train=train), embedder, tmp_path, quick=False, alone=True)
    for way in ("bm25", "dense", "rrf", "hybrid", "reranked", "tuned"):
        assert figures[f"{way}_ndcg10"] == figures[f"{way}_recall10"] == 1
        assert figures[f"{way}_cpu_ms"] >= 0
    told = capsys.readouterr().out
    assert ("tuned by 2 other questions: hybrid" if train else "tuned by four fifths in turn: hybrid") in told


async def test_each_fifth_gets_what_the_others_choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = beir(collection(tmp_path / "c")).asked
    right = [[f"d{n}"] for n in range(10)]
    wrong = [["x"] for _ in range(10)]
    # The second way is right but for the first fifth: questions 0 and 5.
    second = [wrong[n] if n % 5 == 0 else right[n] for n in range(10)]

    async def ranked(library: object, way: str, *more: Any) -> Ranked:
        return Ranked({"first": wrong, "second": second}[way], 1.0)

    class Named(str):
        __slots__ = ()
        name = "way"

    monkeypatch.setattr("benchmarks.retrieval_quality.rank", ranked)
    monkeypatch.setattr("benchmarks.retrieval_quality.ways", lambda: [Named("first"), Named("second")])
    found = await tuned(cast("Any", None), Collection("c", [], asked))
    assert found.documents == second


def test_intervals_are_of_groups_and_pairs(tmp_path: Path) -> None:
    asked = beir(collection(tmp_path / "c")).asked
    right, wrong = Ranked([[f"d{n}"] for n in range(10)]), Ranked([["x"] for _ in range(10)])
    assert measured("ndcg", 10, right.documents, asked).tolist() == [1.0] * 10
    whole_collection = Collection("c", [], asked)
    assert least(right, wrong, whole_collection) == 1
    assert least(right, right, whole_collection) == 0
    values = np.array([0.0, 1.0] * 50)
    low, high = resampled(values, [str(n) for n in range(100)])
    assert 0.35 < low < 0.45 < 0.55 < high < 0.65
    wide = resampled(values, ["a" if value else "b" for value in values])
    assert wide == (0.0, 1.0)
