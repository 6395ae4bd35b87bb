from __future__ import annotations

from pathlib import Path

import pytest

from vouch.bench.tasks import xsum
from vouch.errors import CaseError
from vouch.values.case import Case
from vouch.values.result import Result


def test_records_and_pairs_of_lines(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text(
        '{"document": "A. B.", "summary": "A."}\n{"document": " ", "summary": "nothing"}\n', "utf-8"
    )
    (tmp_path / "train.source").write_text("one\ntwo\n", "utf-8")
    (tmp_path / "train.target").write_text("1\n2\n", "utf-8")
    rows = xsum.read(tmp_path)
    assert [(row.split, row.input, row.expected) for row in rows] == [
        ("test", "A. B.", "A."),
        ("train", "one", "1"),
        ("train", "two", "2"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"text": "x"}', "has the fields text; wanted are document and summary"),
        ("a.jsonl", '{"document": "", "summary": ""}', "holds no articles"),
        ("train.source", "one\ntwo\n", "has 2 lines, but train.target has 1; as many are wanted"),
    ],
)
def test_what_is_no_article_is_told(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / "train.target").write_text("1\n", "utf-8")
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(CaseError) as error:
        xsum.read(tmp_path / name)
    assert told in str(error.value)


async def test_the_word_before_a_summary_does_not_count() -> None:
    scorers = xsum.TASK.scorers([])
    assert [scorer.name for scorer in scorers] == [
        "rouge(unit='L', stemmed=True)",
        "rouge(unit='1', stemmed=True)",
        "rouge(unit='2', stemmed=True)",
    ]
    score = await scorers[0].score(Case("c", "?", "Cats sleep."), Result("r", "answered", "Summary: a cat sleeps"))
    assert score.value == pytest.approx(0.8)
    assert xsum.TASK.instruction([])
