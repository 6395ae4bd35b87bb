"""Opening the database: made when new, migrated when old, refused when newer or damaged.

It does not know what the rows mean.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from vouch.errors import ConfigError, StoreCorrupt, StoreNewer, StoreReadOnly
from vouch.store import schema
from vouch.store.faults import translated
from vouch.store.migrate import known_revisions, upgrade

BUSY_SECONDS: Final = 30.0
"""How long to wait for another process's write before giving up."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit has reached the disk when it returns, also through a power cut; groups make it cheap.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """One database and its connections. Make it with `Database.open`; every error is a `StoreError`."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place

    @classmethod
    def open(cls, address: str | Path) -> Database:
        """The database at a file path or URL, ready to use: made if there is none, migrated (after a backup) if old."""
        url, place = _locate(address)
        engine = create_engine(url, connect_args=_connect_arguments(url))
        if url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _set_pragmas)
            event.listen(engine, "begin", _begin)
        database = cls(engine, place)
        try:
            database._prepare()
        except BaseException:
            engine.dispose()
            raise
        return database

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection for reading one consistent state."""
        with translated(self.place), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that takes the write lock at once and is durable when the block ends."""
        with (
            translated(self.place),
            self.engine.connect().execution_options(vouch_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            revision = _revision(connection, self.place)
        if revision == schema.REVISION:
            return
        if revision is None:
            with self.writing() as connection:
                # Another process may have made it while this one waited for the lock.
                if _revision(connection, self.place) is None:
                    schema.metadata.create_all(connection)
                    connection.execute(
                        text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
                    )
                    connection.execute(
                        text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": schema.REVISION}
                    )
            return
        if revision not in known_revisions():
            raise StoreNewer(
                f"{self.place!r} has schema step {revision!r}, which is newer than this Vouch knows "
                f"({schema.REVISION!r}); upgrade Vouch, or name another database"
            )
        self.backup(f"{self.place}.backup-{revision}-{time.strftime('%Y%m%dT%H%M%S')}")
        with self.writing() as connection:
            upgrade(connection)

    def backup(self, target: str | Path) -> None:
        """Copy the whole database, also while others write; Postgres has its own tools for that."""
        if self.engine.dialect.name != "sqlite":
            return
        path = Path(target)
        with translated(str(path)), self.engine.connect() as connection:
            # VACUUM INTO is the one copy that also works beside other writers and leaves no log file behind.
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))


def _locate(address: str | Path) -> tuple[URL, str]:
    if "://" in str(address):
        try:
            url = make_url(str(address))
        except ArgumentError as error:
            raise ConfigError(f"database = {str(address)!r} is neither a file path nor a database URL") from error
        place = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    else:
        url, place = URL.create("sqlite", database=str(address)), str(address)
    if url.get_backend_name() == "sqlite" and place not in ("", ":memory:"):
        _make_folder(Path(place))
    return url, place


def _make_folder(path: Path) -> None:
    if path.is_dir():
        raise ConfigError(f"{str(path)!r} is a folder; give the path of a file for the database")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"the folder {str(path.parent)!r} for the database cannot be made ({error.strerror}); "
            "change its permissions or name another database"
        ) from error


def _connect_arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {}
    return {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    # The driver's own BEGIN takes the lock at the first write, too late to wait for it; so transactions are begun here.
    write = connection.get_execution_options().get("vouch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _revision(connection: Connection, place: str) -> str | None:
    """The schema step of the database, or None when it holds nothing yet."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreCorrupt(
            f"{place!r} is a database, but not one of Vouch (tables: {', '.join(tables[:5])}); name another"
        )
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
