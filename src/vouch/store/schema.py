"""The tables.

It does not know how they are filled or read.

Runs have a small integer beside their name, because every event carries it: so a row is shorter than its event's JSON.
That number is never given twice, even after its run was deleted: a writer may still remember it.

Events lie in the order they came in, under a row id of SQLite's own, with an index by run: clustered by run instead,
the pages of runs that go on side by side would stay half empty (1.43 bytes a byte of JSON for 1.00, and 30 % slower).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    or_,
    text,
)

REVISION: Final = "0002"
"""The newest schema step; `migrations/versions` holds one file a step."""

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_number = BigInteger().with_variant(Integer, "sqlite")

run: Final = Table(
    "run",
    metadata,
    Column("number", _number, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("app", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("proof", String(64), nullable=False),
    Column("case", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("finished", Double),
    Column("status", String(16)),
    Column("kept", Boolean, nullable=False, default=False),
    Column("holder", String(128), nullable=False, default=""),
    Column("held_until", Double, nullable=False, default=0.0),
    sqlite_autoincrement=True,
)
Index(None, run.c.key)
Index(None, run.c.app, run.c.started)
Index(None, run.c.started)
OPEN_OR_KEPT: Final = or_(run.c.kept.is_(True), run.c.finished.is_(None))
"""Runs that have not ended, and kept proofs: few of many, so they have an index of their own."""
Index("ix_run_open_or_kept", run.c.number, sqlite_where=OPEN_OR_KEPT)

HELD: Final = run.c.held_until > 0
"""Runs that somebody drives: few of many, too."""
Index("ix_run_held", run.c.holder, sqlite_where=text("held_until > 0"))

event: Final = Table(
    "event",
    metadata,
    Column("run", _number, ForeignKey(run.c.number, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

blob: Final = Table(
    "blob",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

blob_use: Final = Table(
    "blob_use",
    metadata,
    Column("run", _number, ForeignKey(run.c.number, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("digest", String(64), ForeignKey(blob.c.digest), primary_key=True),
    sqlite_with_rowid=False,
)
Index(None, blob_use.c.digest)

api_key: Final = Table(
    "api_key",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("shown", String(32), nullable=False),
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False, default=0.0),
    Column("revoked", Double, nullable=False, default=0.0),
    Column("terms", LargeBinary, nullable=False),
)
"""Virtual keys: of the key itself only its hash and how it begins. `terms` is JSON: what it may do and spend."""

spend: Final = Table(
    "spend",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("currency", String(8), primary_key=True),
    Column("amount", Text, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What each virtual key spent each day (UTC), exact: written in the transaction that writes the requests themselves."""
