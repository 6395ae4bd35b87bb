"""Schema steps: from any older schema to the newest.

It does not know what the rows mean; each step is a file in `migrations/versions`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

FOLDER: Final = Path(__file__).parent / "migrations"


def known_revisions() -> frozenset[str]:
    """The names of all steps this Vouch knows."""
    return frozenset(path.name.split("_", 1)[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to `revision` inside the connection's transaction."""
    # Alembic takes 0.2 s to import and is needed once a schema step, so it is loaded here and not at every start.
    alembic: Any = import_module("alembic.command")
    config: Any = import_module("alembic.config").Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    alembic.upgrade(config, revision)
