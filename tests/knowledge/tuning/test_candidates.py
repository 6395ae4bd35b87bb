"""What is tried depends on how many chunks there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.tuning.candidates import LEAST, candidates


def test_few_chunks_are_compared_one_by_one(tmp_path: Path) -> None:
    (only,) = candidates(LEAST - 1)
    assert (only.name, only.exact) == ("exact", True)
    assert type(only.open(tmp_path)) is ExactEngine


def test_many_may_have_a_graph(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_edge")
    found = candidates(LEAST)
    assert [each.name for each in found] == [
        "exact",
        "edge 16/100/32",
        "edge 16/100/64",
        "edge 16/100/128",
        "edge 32/200/128",
    ]
    assert "links=32, effort=200, breadth=128), least=2_000)" in found[-1].code
    assert type(found[-1].open(tmp_path)).__name__ == "EdgeEngine"
