from __future__ import annotations

import json
from pathlib import Path

import pytest

from vouch.errors import CaseError
from vouch.proof.datasets.importing import import_cases
from vouch.proof.datasets.reading import read_dataset
from vouch.values.case import Case


def lines(place: Path, *accepted: object) -> Path:
    texts = [
        json.dumps(
            {"accepted": each, "id": f"s-{n}", "input": f"q {n}", "expected": "a", "quote": "x", "made_by": "m/n"}
        )
        for n, each in enumerate(accepted)
    ]
    place.write_text("\n".join(texts))
    return place


def test_only_accepted_lines_become_cases(tmp_path: Path) -> None:
    found = import_cases(lines(tmp_path / "review.jsonl", False, True, False))
    assert (found.tool, list(found.cases)) == ("review", [Case("s-1", "q 1", "a")])
    assert found.notes.sentences == ["a line that nobody has accepted is left out (2 times, first on line 1)"]


@pytest.mark.parametrize(
    ("accepted", "why"), [(["yes"], 'line 1: "accepted" must be true or false'), ([False, False], "holds no cases")]
)
def test_what_is_not_reviewed_is_told(tmp_path: Path, accepted: list[object], why: str) -> None:
    with pytest.raises(CaseError, match=why):
        list(import_cases(lines(tmp_path / "review.jsonl", *accepted)).cases)


def test_lines_that_do_not_say_it_and_broken_ones_are_mistakes(tmp_path: Path) -> None:
    file = lines(tmp_path / "review.jsonl", True)
    file.write_text(file.read_text() + '\n{"input": "x"}\n{')
    with pytest.raises(CaseError, match=r"line 2: .*accepted.*; line 3"):
        list(import_cases(file).cases)


def test_a_file_to_review_is_no_file_of_cases(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="accepted"):
        read_dataset(lines(tmp_path / "review.jsonl", True))
