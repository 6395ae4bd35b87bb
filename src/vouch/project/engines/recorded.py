"""The engine that answers from recorded runs.

It does not know what was recorded.
"""

from __future__ import annotations

import os

from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.models.replay import Replay
from vouch.project.engines.setup import Setup
from vouch.store.database import Database


def connect(name: str, setup: Setup) -> Model:
    """`replay/PATH`, or `replay/PATH#MODEL` for the answers of one model; `replay/journal` is the project's own."""
    place, _, only = name.removeprefix("replay/").partition("#")
    if place == "journal":
        return Replay(setup.journal, only=only, name=name)
    path = setup.root / place
    if not os.path.isfile(path):  # noqa: PTH113 - False also where it may not be looked at
        raise ConfigError(f"model {name!r}: there is no recorded journal {str(path)!r}")
    journal = setup.shared(f"journal:{path}", lambda: Journal(Database.open(path)))
    return Replay(journal, only=only, name=name)
