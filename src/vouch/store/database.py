"""Opening the database: made when new, migrated when old, refused when newer or damaged.

It does not know what the rows mean.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from vouch.errors import ConfigError, StoreCorrupt, StoreError, StoreNewer, StoreReadOnly
from vouch.store import schema
from vouch.store.faults import translated
from vouch.store.migrate import known_revisions, upgrade

BUSY_SECONDS: Final = 30.0
"""How long to wait for another process's write before giving up."""

_WHEN_MADE: Final = (
    # Content of two to eight thousand bytes is common, and would leave half of each smaller page empty.
    "PRAGMA page_size=8192",
    "PRAGMA journal_mode=WAL",
)
_WHEN_CONNECTED: Final = (
    # FULL: a commit has reached the disk when it returns, also through a power cut; groups make it cheap.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)
_TABLES: Final = frozenset({"alembic_version", "run", "event"})
"""What every schema step has had: a database with other tables and without these is another program's."""


class Database:
    """One database and its connections. Make it with `Database.open`; every error is a `StoreError`."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place

    @classmethod
    def open(cls, address: str | Path) -> Database:
        """The database at a file path or `sqlite:///` URL, ready to use.

        It is made if there is none and migrated (after a backup beside it) if it is old; one that is newer, damaged or
        another program's is refused and left as it is. Raises `ConfigError` for an address that cannot be one.
        """
        url, place = _locate(address)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _set_up)
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

    def backup(self, target: str | Path) -> None:
        """Copy the whole database to a new file, also while others write; on an error no file is left behind."""
        path = Path(target)
        if path.exists():
            raise StoreError(f"cannot back up {self.place!r} to {str(path)!r}: there is a file already; name another")
        try:
            with translated(str(path)), self.engine.connect() as connection:
                # VACUUM INTO is the one copy that also works beside other writers and leaves no log file behind. It
                # goes straight to the driver, because it cannot run inside a transaction.
                _driver(connection).execute("VACUUM INTO ?", (str(path),))
        except StoreError as error:
            path.unlink(missing_ok=True)
            what = f"{self.place!r} is damaged" if isinstance(error, StoreCorrupt) else str(error)
            raise type(error)(f"cannot back up {self.place!r}: {what}") from error

    def _prepare(self) -> None:
        with self.reading() as connection:
            revision = _revision(connection, self.place)
        if revision is None:
            self._make()
        elif revision == schema.REVISION:
            return
        elif revision in known_revisions():
            self._migrate()
        else:
            raise StoreNewer(
                f"{self.place!r} has schema step {revision!r}, which is newer than this Vouch knows "
                f"({schema.REVISION!r}); upgrade Vouch, or name another database"
            )

    def _make(self) -> None:
        with translated(self.place), self.engine.connect() as connection:
            for pragma in _WHEN_MADE:
                _wait_for(_driver(connection), pragma)
        with self.writing() as connection:
            # Another process may have made it while this one waited for the lock.
            if _revision(connection, self.place) is None:
                schema.metadata.create_all(connection)
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
                connection.execute(text("INSERT INTO alembic_version VALUES (:step)"), {"step": schema.REVISION})

    def _migrate(self) -> None:
        with translated(self.place), self.engine.connect() as connection:
            driver = _driver(connection)
            # SQLite alters a table by dropping it for another, and that would delete every row that refers to it.
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.execution_options(vouch_write=True).begin():
                    # Another process may have migrated it while this one waited for the lock; now none can write.
                    revision = _revision(connection, self.place)
                    if revision != schema.REVISION:
                        self.backup(f"{self.place}.backup-{revision}-{time.strftime('%Y%m%dT%H%M%S')}")
                        upgrade(connection)
            finally:
                driver.execute("PRAGMA foreign_keys=ON")


def _locate(address: str | Path) -> tuple[URL, str]:
    if "://" in str(address):
        try:
            url = make_url(str(address))
        except ArgumentError as error:
            raise ConfigError(f"database = {str(address)!r} is neither a file path nor a database URL") from error
        if url.drivername not in ("sqlite", "sqlite+pysqlite"):
            shown = url.render_as_string(hide_password=True)
            raise ConfigError(f"database = {shown!r}: Vouch keeps its journal in SQLite; give the path of a file")
    else:
        url = URL.create("sqlite", database=str(address))
    place = url.database or ""
    if place in ("", ":memory:"):
        raise ConfigError(f"database = {str(address)!r} would be forgotten at once; give the path of a file")
    _make_folder(Path(place))
    return url, place


def _make_folder(path: Path) -> None:
    try:
        is_folder = path.is_dir()
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"the folder {str(path.parent)!r} for the database cannot be made or looked into ({error.strerror}); "
            "change its permissions or name another database"
        ) from error
    if is_folder:
        raise ConfigError(f"{str(path)!r} is a folder; give the path of a file for the database")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: Any = connection.connection.driver_connection
    return cast("sqlite3.Connection", driver)


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _WHEN_CONNECTED:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    # The driver's own BEGIN takes the lock at the first write, too late to wait for it; so transactions are begun here.
    write = connection.get_execution_options().get("vouch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _wait_for(driver: sqlite3.Connection, pragma: str) -> None:
    """Set `pragma` although others use the database: for some, SQLite does not wait of itself."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _revision(connection: Connection, place: str) -> str | None:
    """The schema step of the database, or None when it holds nothing yet."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if not _TABLES.issubset(tables):
        raise StoreCorrupt(
            f"{place!r} is a database, but not one of Vouch (tables: {', '.join(tables[:5])}); name another"
        )
    steps = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(steps) != 1:
        raise StoreCorrupt(f"{place!r} does not say which schema it has ({list(steps)}); put back a backup")
    return str(steps[0])
