"""The files of a store."""

from __future__ import annotations

from datetime import UTC, datetime

import fsspec
import pytest

from vouch.errors import ConfigError
from vouch.knowledge.reading.limits import Limits, Skipped
from vouch.knowledge.reading.store import changed, stored

TIMES = [
    ("LastModified", datetime(2025, 3, 14, tzinfo=UTC)),
    ("updated", "2025-03-14T00:00:00+00:00"),
    ("mtime", 1741910400.0),
]


@pytest.fixture
def bucket():
    system = fsspec.filesystem("memory")
    system.pipe({"/handbook/a.md": b"# A", "/handbook/sub/b.txt": b"b", "/handbook/c.bin": b"x" * 50, "/other/d": b""})
    yield "memory://handbook"
    system.store.clear()


def test_files_are_named_from_where_the_address_ends(bucket):
    found = list(stored(bucket, include=["*.md", "*.txt"]))
    assert [one[:2] for one in found if not isinstance(one, Skipped)] == [("a.md", b"# A"), ("sub/b.txt", b"b")]
    assert all(one[2].startswith("20") for one in found if not isinstance(one, Skipped))
    assert [one[0] for one in stored(f"{bucket}/a.md") if not isinstance(one, Skipped)] == ["a.md"]


def test_times_of_change_are_read_however_a_store_writes_them():
    assert [changed({key: value}) for key, value in TIMES] == ["2025-03-14T00:00:00+00:00"] * 3
    assert changed({}) == ""


def test_patterns_and_limits_hold(bucket):
    assert len(list(stored(bucket, exclude=["sub/", "*.bin"]))) == 1
    assert Skipped("c.bin", "it has 50 bytes, more than 10; raise Limits.bytes") in list(
        stored(bucket, limits=Limits(bytes=10))
    )
    *_, last = stored(bucket, limits=Limits(files=1))
    assert last == Skipped("c.bin", "the store holds more than 1 files; raise Limits.files")


def test_a_file_that_cannot_be_fetched_is_skipped(bucket, monkeypatch):
    def refused(self, path, *args, **kwargs):
        raise PermissionError("not yours")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "open", refused)
    assert Skipped("a.md", "it cannot be fetched: PermissionError: not yours") in list(stored(bucket))


def test_a_store_that_cannot_be_opened_is_an_error():
    with pytest.raises(ConfigError, match="the store 'nosuch://x' cannot be opened: ValueError"):
        list(stored("nosuch://x"))
