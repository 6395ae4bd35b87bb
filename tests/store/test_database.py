"""Tests of opening a database: made, migrated, or refused and left as it is."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from vouch.errors import ConfigError, StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreNewer, StoreReadOnly
from vouch.store import database as database_module
from vouch.store import migrate, schema
from vouch.store.database import Database

RUN = {"app": "a", "version": "v", "key": "k", "proof": "", "case": "", "started": 1.0, "kept": False}


def filled(path: Path, runs: int = 3) -> Database:
    """A database with some runs, an event each."""
    database = Database.open(path)
    with database.writing() as connection:
        for number in range(1, runs + 1):
            connection.execute(insert(schema.run), [{**RUN, "number": number, "name": f"r{number}"}])
            connection.execute(insert(schema.event), [{"run": number, "seq": 0, "at": 1.0, "kind": "k", "body": b"{}"}])
    return database


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(schema.run.c.name).order_by(schema.run.c.number)).scalars())


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def pragma(database: Database, name: str) -> Any:
    with database.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


# --- made -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["{}/new/folder/j.db", "sqlite:///{}/new/folder/j.db", "sqlite+pysqlite:///{}/j.db"]
)
def test_a_new_one_is_made_with_its_folder_and_is_safe(tmp_path: Path, address: str) -> None:
    database = Database.open(address.format(tmp_path))
    assert database.place.endswith("j.db")
    assert Path(database.place).is_file()
    assert (pragma(database, "journal_mode"), pragma(database, "synchronous")) == ("wal", 2)
    assert pragma(database, "foreign_keys") == 1
    database.close()


def test_a_path_will_do_and_so_will_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "j.db").touch()
    filled(tmp_path / "j.db").close()
    database = Database.open(tmp_path / "j.db")
    assert names(database) == ["r1", "r2", "r3"]
    database.close()
    assert list(everything(tmp_path)) == ["j.db"], "no backup of what is not old, and no log once closed"


def test_a_relative_path_is_relative_to_the_folder_it_is_opened_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Database.open("j.db").close()
    Database.open(".vouch/j.db").close()
    assert (tmp_path / "j.db").is_file()
    assert (tmp_path / ".vouch" / "j.db").is_file()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "would be forgotten at once; give the path of a file"),
        (":memory:", "would be forgotten at once"),
        ("sqlite://", "would be forgotten at once"),
        ("sqlite:///:memory:", "would be forgotten at once"),
        ("://", "neither a file path nor a database URL"),
        ("mysql://user:geheim@host/db", r"'mysql://user:\*\*\*@host/db'.* keeps its journal in SQLite"),
        ("postgresql://user:geheim@host/db", "keeps its journal in SQLite"),
        ("sqlite+aiosqlite:///j.db", "keeps its journal in SQLite"),
    ],
)
def test_an_address_that_cannot_be_one_says_what_to_write(address: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        Database.open(address)
    assert "geheim" not in str(raised.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; give the path of a file"):
        Database.open(tmp_path)


def test_two_that_make_it_at_the_same_time_make_one(tmp_path: Path) -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def make() -> None:
        barrier.wait()
        try:
            for number in range(5):
                Database.open(tmp_path / f"{number}.db").close()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


# --- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"just some notes\n" * 100, b"SQLite format 3\x00" + b"\x07" * 5000, b"\x00" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"'.*j.db' is damaged or not a database; move it away"):
        Database.open(path)
    assert everything(tmp_path) == {"j.db": content}


def test_a_damaged_page_is_said_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    filled(path, runs=400).close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match="put back a backup"):
        names(Database.open(path))


def test_a_truncated_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    filled(path, runs=400).close()
    path.write_bytes(path.read_bytes()[: 4096 * 3 + 100])
    with pytest.raises(StoreCorrupt, match="damaged"):
        names(Database.open(path))


@pytest.mark.parametrize(
    "tables",
    [("notes",), ("alembic_version", "notes"), ("alembic_version", "run")],
    ids=["another program's", "another program's with Alembic", "half of ours"],
)
def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path, tables: tuple[str, ...]) -> None:
    path = tmp_path / "notes.db"
    connection = sqlite3.connect(path)
    for table in tables:
        connection.execute(f"CREATE TABLE {table} (version_num TEXT)")
        connection.execute(f"INSERT INTO {table} VALUES ('{schema.REVISION}')")
    connection.commit()
    connection.close()
    before = everything(tmp_path)
    with pytest.raises(StoreCorrupt, match=f"not one of Vouch .tables: {tables[0]}.*name another"):
        Database.open(path)
    assert everything(tmp_path) == before


def test_a_newer_one_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with filled(path).writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0042'")
    connection.engine.dispose()
    before = everything(tmp_path)
    said = rf"has schema step '0042', which is newer .*'{schema.REVISION}'.*; upgrade Vouch"
    with pytest.raises(StoreNewer, match=said):
        Database.open(path)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("change", ["DELETE FROM alembic_version", "INSERT INTO alembic_version VALUES ('0001')"])
def test_one_that_does_not_say_its_step_is_refused(tmp_path: Path, change: str) -> None:
    with filled(tmp_path / "j.db").writing() as connection:
        connection.exec_driver_sql(change)
    with pytest.raises(StoreCorrupt, match="does not say which schema it has"):
        Database.open(tmp_path / "j.db")


def test_a_folder_that_cannot_be_made_or_written_to_is_said(open_folder: Path, nobody: Callable[[], Any]) -> None:
    (open_folder / "file").touch()
    with pytest.raises(StoreReadOnly, match=r"cannot be made or looked into .*; change its permissions"):
        Database.open(open_folder / "file" / "j.db")
    closed = open_folder / "closed"
    closed.mkdir(mode=0o500)
    hidden = open_folder / "hidden"
    hidden.mkdir(mode=0o700)
    closed.chmod(0o555)
    with nobody():
        with pytest.raises(StoreReadOnly, match="cannot be made or looked into"):
            Database.open(closed / "deeper" / "j.db")
        with pytest.raises(StoreReadOnly, match="cannot be made or looked into"):
            Database.open(hidden / "j.db")
        with pytest.raises(StoreReadOnly, match="cannot be opened or made; check that its folder"):
            Database.open(closed / "j.db")


# --- used -----------------------------------------------------------------------------------------------------------


def test_a_reader_sees_one_state_while_others_write(tmp_path: Path) -> None:
    database = filled(tmp_path / "j.db")
    with database.reading() as connection:
        query = select(schema.run.c.name)
        assert len(connection.execute(query).all()) == 3
        with database.writing() as other:
            other.execute(insert(schema.run), [{**RUN, "name": "r4"}])
        assert len(connection.execute(query).all()) == 3
    assert len(names(database)) == 4
    database.close()


def test_a_block_that_fails_writes_nothing(tmp_path: Path) -> None:
    database = filled(tmp_path / "j.db")

    def fail() -> None:
        with database.writing() as connection:
            connection.execute(insert(schema.run), [{**RUN, "name": "r4"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(names(database)) == 3
    database.close()


def test_writers_wait_for_each_other_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    one = filled(tmp_path / "j.db")
    with one.writing(), pytest.raises(StoreBusy, match="locked"), one.writing():
        pass
    one.close()


@pytest.mark.parametrize("lock", ["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"])
def test_making_it_waits_for_whoever_has_it_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "j.db", isolation_level=None, check_same_thread=False)
    other.execute(lock)
    with pytest.raises(StoreBusy):
        Database.open(tmp_path / "j.db")
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 20.0)
    release = threading.Timer(0.1, other.execute, ["COMMIT"])
    release.start()
    Database.open(tmp_path / "j.db").close()
    release.join()
    other.close()


# --- backed up and migrated -----------------------------------------------------------------------------------------


def test_a_backup_is_a_database_of_its_own_made_beside_a_writer(tmp_path: Path) -> None:
    database = filled(tmp_path / "j.db")
    with database.writing() as connection:
        connection.execute(insert(schema.run), [{**RUN, "name": "r4"}])
        database.backup(tmp_path / "copy.db")
    copy = Database.open(tmp_path / "copy.db")
    assert names(copy) == ["r1", "r2", "r3"]
    with pytest.raises(StoreError, match="there is a file already; name another"):
        database.backup(tmp_path / "copy.db")
    assert names(copy) == ["r1", "r2", "r3"]
    copy.close()
    with pytest.raises(StoreReadOnly, match=r"cannot back up '.*j.db': '.*none/copy.db' cannot be opened"):
        database.backup(tmp_path / "none" / "copy.db")
    database.close()


def test_a_backup_of_a_damaged_database_says_which_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    filled(path, runs=400).close()
    database = Database.open(path)
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"cannot back up '.*j.db': '.*j.db' is damaged"):
        database.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    database.close()


BEFORE = schema.REVISION
STEP = '''"""A step to test with: it alters the table that others refer to."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "DOWN"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("run", recreate="always") as table:
        table.add_column(sa.Column("mood", sa.Text, nullable=False, server_default="good"))
    {more}
'''


@pytest.fixture
def next_step(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give this Vouch one more schema step, which ends with the line given."""

    def make(more: str = "") -> None:
        folder = tmp_path_factory.mktemp("steps") / "migrations"
        shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "next_mood.py").write_text(STEP.replace("DOWN", schema.REVISION).format(more=more))
        monkeypatch.setattr(migrate, "FOLDER", folder)
        monkeypatch.setattr(schema, "REVISION", "next")

    return make


def moods(path: Path) -> list[tuple[str, str, int]]:
    connection = sqlite3.connect(path)
    query = "SELECT name, mood, (SELECT count(*) FROM event WHERE event.run = run.number) FROM run ORDER BY number"
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_an_older_one_is_migrated_after_a_backup_and_loses_no_row(
    tmp_path: Path, next_step: Callable[..., None]
) -> None:
    path = tmp_path / "j.db"
    filled(path).close()
    next_step()
    database = Database.open(path)
    assert names(database) == ["r1", "r2", "r3"]
    assert moods(path) == [(f"r{number}", "good", 1) for number in (1, 2, 3)], (
        "events stay, though their table was dropped"
    )
    assert pragma(database, "foreign_keys") == 1
    database.close()
    (backup,) = tmp_path.glob(f"j.db.backup-{BEFORE}-*")
    connection = sqlite3.connect(backup)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
    assert connection.execute("SELECT count(*) FROM event").fetchall() == [(3,)]
    connection.close()
    Database.open(path).close()
    assert len(list(tmp_path.glob("j.db.backup-*"))) == 1, "once migrated, it is opened as it is"


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path, next_step: Callable[..., None]) -> None:
    path = tmp_path / "j.db"
    filled(path).close()
    next_step('op.execute("INSERT INTO absent VALUES (1)")')
    with pytest.raises(StoreError, match="no such table: absent"):
        Database.open(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
    assert "mood" not in [row[1] for row in connection.execute("PRAGMA table_info(run)")]
    assert connection.execute("SELECT count(*) FROM event").fetchall() == [(3,)]
    connection.close()
    assert len(list(tmp_path.glob(f"j.db.backup-{BEFORE}-*"))) == 1


def test_a_backup_that_cannot_be_made_stops_the_migration(
    tmp_path: Path, next_step: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "j.db"
    filled(path).close()
    next_step()

    def full(self: Database, target: str) -> None:
        raise StoreFull(f"no space left to write to {target!r}")

    monkeypatch.setattr(Database, "backup", full)
    with pytest.raises(StoreFull, match=f"backup-{BEFORE}"):
        Database.open(path)
    assert "mood" not in str(sqlite3.connect(path).execute("SELECT sql FROM sqlite_master").fetchall())


def test_several_that_migrate_at_the_same_time_migrate_once(tmp_path: Path, next_step: Callable[..., None]) -> None:
    path = tmp_path / "j.db"
    filled(path).close()
    next_step()
    found: list[Database] = []
    failures: list[BaseException] = []

    def migrate_it() -> None:
        try:
            found.append(Database.open(path))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=migrate_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(list(tmp_path.glob("j.db.backup-*"))) == 1
    assert len(moods(path)) == 3
    for database in found:
        database.close()
