"""Runs, their events, and large content stored once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the first four tables."""
    op.create_table(
        "run",
        sa.Column("number", _number, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("app", sa.Text, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("proof", sa.String(64), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("finished", sa.Double),
        sa.Column("status", sa.String(16)),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("held_until", sa.Double, nullable=False),
        sa.UniqueConstraint("name", name="uq_run_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_key", "run", ["key"])
    op.create_index("ix_run_app_started", "run", ["app", "started"])
    op.create_index("ix_run_started", "run", ["started"])
    held = sa.text("held_until > 0")
    op.create_index("ix_run_held", "run", ["holder"], sqlite_where=held)
    open_or_kept = sa.text("kept IS 1 OR finished IS NULL")
    op.create_index("ix_run_open_or_kept", "run", ["number"], sqlite_where=open_or_kept)
    op.create_table(
        "event",
        sa.Column(
            "run", _number, sa.ForeignKey("run.number", ondelete="CASCADE", name="fk_event_run"), primary_key=True
        ),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "blob_use",
        sa.Column(
            "run", _number, sa.ForeignKey("run.number", ondelete="CASCADE", name="fk_blob_use_run"), primary_key=True
        ),
        sa.Column("digest", sa.String(64), sa.ForeignKey("blob.digest", name="fk_blob_use_digest"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_blob_use_digest", "blob_use", ["digest"])
