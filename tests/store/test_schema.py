"""Tests of the schema: made at once or step by step, it is the same."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from vouch.store import schema
from vouch.store.database import Database
from vouch.store.migrate import known_revisions, upgrade


def described(path: Path) -> dict[str, object]:
    """Everything that SQLite knows about the tables and indexes of a database, but for the spelling of statements."""
    connection = sqlite3.connect(path)
    found: dict[str, object] = {}
    for kind, name, table, statement in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if table.startswith(("alembic", "sqlite_")):
            continue
        found[name] = (
            kind,
            table,
            re.sub(r"[\s()\"]+", " ", statement or "").strip().lower() if kind == "index" else None,
            connection.execute(f"PRAGMA table_xinfo({table})").fetchall(),
            sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({table})")),
            sorted(tuple(row[1:]) for row in connection.execute(f"PRAGMA index_list({table})")),
            [row[1:] for row in connection.execute(f"PRAGMA index_xinfo({name})")],
            [word in (statement or "").upper() for word in ("WITHOUT ROWID", "AUTOINCREMENT", "STRICT")],
        )
    connection.close()
    return found


def stepped(path: Path) -> None:
    """A database made by the steps alone."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def own_begin(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def test_the_steps_lead_to_the_schema_that_is_made_at_once(tmp_path: Path) -> None:
    stepped(tmp_path / "steps.db")
    Database.open(tmp_path / "once.db").close()
    at_once = described(tmp_path / "once.db")
    assert {"run", "event", "blob", "blob_use", "ix_run_open_or_kept"} <= at_once.keys()
    assert described(tmp_path / "steps.db") == at_once


def test_both_name_the_same_newest_step(tmp_path: Path) -> None:
    assert max(known_revisions()) == schema.REVISION
    stepped(tmp_path / "steps.db")
    Database.open(tmp_path / "once.db").close()
    for path in (tmp_path / "steps.db", tmp_path / "once.db"):
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.REVISION,)]
        connection.close()


def test_a_number_is_never_given_twice_on_any_engine() -> None:
    statement = str(CreateTable(schema.run).compile(dialect=postgresql.dialect()))
    assert "number BIGSERIAL" in statement
