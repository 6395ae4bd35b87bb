"""Tests of what the driver raises, told in plain words."""

from __future__ import annotations

import shutil
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.pool import QueuePool

from vouch.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly
from vouch.store.faults import translated


def failing(name: str, message: str = "it failed") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("SQLITE_FULL", StoreFull, "no space left to write to 'p.db'; free some space"),
        ("SQLITE_READONLY", StoreReadOnly, "'p.db' may not be written to; change its permissions"),
        ("SQLITE_READONLY_DBMOVED", StoreReadOnly, "may not be written to"),
        ("SQLITE_PERM", StoreReadOnly, "may not be written to"),
        ("SQLITE_AUTH", StoreReadOnly, "may not be written to"),
        ("SQLITE_CANTOPEN", StoreReadOnly, "cannot be opened or made; check that its folder exists"),
        ("SQLITE_NOTADB", StoreCorrupt, "damaged or not a database; move it away.* put back a backup: p.db.backup-"),
        ("SQLITE_CORRUPT_INDEX", StoreCorrupt, "damaged or not a database"),
        ("SQLITE_BUSY", StoreBusy, "another process has locked 'p.db' for too long; end it, or try again"),
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy, "has locked"),
        ("SQLITE_LOCKED", StoreBusy, "has locked"),
        ("SQLITE_IOERR_READ", StoreError, "the database 'p.db' failed: it failed"),
        ("SQLITE_ERROR", StoreError, "the database 'p.db' failed: it failed"),
        ("", StoreError, "the database 'p.db' failed: it failed"),
    ],
)
def test_every_fault_says_what_it_is_and_what_to_do(name: str, kind: type[StoreError], says: str) -> None:
    with pytest.raises(kind, match=says) as raised, translated("p.db"):
        raise failing(name)
    assert type(raised.value) is kind
    assert isinstance(raised.value.__cause__, sqlite3.OperationalError)


def test_an_input_error_on_a_full_disk_is_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 4096))
    with pytest.raises(StoreFull), translated(str(tmp_path / "p.db")):
        raise failing("SQLITE_IOERR_WRITE")


def test_what_is_wrong_with_rows_passes_as_it_is(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'p.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT)"))
        connection.execute(text("INSERT INTO t VALUES (1, 'a')"))
    with pytest.raises(IntegrityError), translated("p.db"), engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1, 'b')"))
    event.listen(engine, "connect", lambda driver, _: driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000))
    engine.dispose()
    with pytest.raises(DataError), translated("p.db"), engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (2, :y)"), {"y": "b" * 2000})
    engine.dispose()


def test_what_the_engine_wraps_is_unwrapped(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'p.db'}")
    with pytest.raises(StoreError, match="failed: no such table: absent"), translated("p.db"):
        _select_from_nothing(engine)
    engine.dispose()


def test_more_readers_than_connections_is_busy(tmp_path: Path) -> None:
    engine = create_engine(
        f"sqlite:///{tmp_path / 'p.db'}", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    with engine.connect(), pytest.raises(StoreBusy, match="too many readers"), translated("p.db"):
        _select_from_nothing(engine)
    engine.dispose()


def _select_from_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM absent"))


def test_other_errors_are_not_ours_to_tell() -> None:
    with pytest.raises(ZeroDivisionError), translated("p.db"):
        raise ZeroDivisionError
