"""Vectors kept in a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from tests.models.embedders.counting import Counting

from vouch.contracts.embedder import Embedder
from vouch.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from vouch.models.embedders import cached
from vouch.models.embedders.cached import Cached


async def test_what_was_embedded_once_is_not_asked_for_again(tmp_path: Path) -> None:
    inner = Counting()
    once = Cached(inner, tmp_path / "new" / "vectors.db")
    assert isinstance(once, Embedder)
    assert (once.name, once.fingerprint, once.dimensions) == (inner.name, inner.fingerprint, inner.dimensions)
    found = await once.embed(["b", "a", "b", "\ud800"])
    assert inner.asked == ["b", "a", "\ud800"]
    assert np.array_equal(await once.embed(["a", "b"]), found[[1, 0]])
    assert (await once.embed([])).shape == (0, 8)
    once.close()

    other = Counting()
    again = Cached(other, tmp_path / "new" / "vectors.db")
    assert np.array_equal(await again.embed(["b", "a", "b"]), found[:3])
    assert other.asked == []
    again.close()


async def test_embedders_share_the_file_and_not_the_vectors(tmp_path: Path) -> None:
    first, second = Counting(), Counting(version="2")
    one, two = Cached(first, tmp_path / "v.db"), Cached(second, tmp_path / "v.db")
    await one.embed(["a"])
    await two.embed(["a"])
    assert (first.asked, second.asked) == (["a"], ["a"])
    one.clear()
    await one.embed(["a"])
    await two.embed(["a"])
    assert (first.asked, second.asked) == (["a", "a"], ["a"])
    one.close()
    two.close()


async def test_more_texts_than_fit_in_one_statement(tmp_path: Path) -> None:
    inner = Counting()
    once = Cached(inner, tmp_path / "v.db")
    texts = [str(number) for number in range(1201)]
    found = await once.embed(texts)
    assert np.array_equal(await once.embed(texts), found)
    assert len(inner.asked) == 1201
    once.close()


async def test_a_failing_embedder_leaves_nothing(tmp_path: Path) -> None:
    class Failing(Counting):
        async def embed(self, texts: object) -> np.ndarray:
            raise ValueError("no")

    once = Cached(Failing(), tmp_path / "v.db")
    with pytest.raises(ValueError, match="no"):
        await once.embed(["a"])
    once.close()
    whole = Cached(inner := Counting(), tmp_path / "v.db")
    await whole.embed(["a"])
    assert inner.asked == ["a"]
    whole.close()


async def test_a_vector_of_another_length_is_made_anew(tmp_path: Path) -> None:
    inner = Counting()
    once = Cached(inner, tmp_path / "v.db")
    await once.embed(["a"])
    with sqlite3.connect(tmp_path / "v.db") as file:
        file.execute("UPDATE vector SET numbers = x'00'")
    file.close()
    assert (await once.embed(["a"])).shape == (1, 8)
    assert inner.asked == ["a", "a"]
    once.close()


def test_a_file_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "v.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreCorrupt, match="remove the file"):
        Cached(Counting(), tmp_path / "v.db")
    with pytest.raises(StoreError, match="can be written"):
        Cached(Counting(), tmp_path / "v.db" / "below.db")


async def test_a_file_that_another_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "_BUSY_SECONDS", 0.01)
    once = Cached(Counting(), tmp_path / "v.db")
    other = sqlite3.connect(tmp_path / "v.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        await once.embed(["a"])
    other.execute("ROLLBACK")
    other.execute("PRAGMA max_page_count")
    other.close()
    assert (await once.embed(["a"])).shape == (1, 8)
    once.close()


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    once = Cached(Counting(1024), tmp_path / "v.db")
    once._file.execute("PRAGMA max_page_count = 20")
    with pytest.raises(StoreFull, match="space"):
        await once.embed([str(number) for number in range(100)])
    once.close()
