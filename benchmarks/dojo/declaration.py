"""What an app's author says of each tool of a suite: one file a suite, one line a tool, each with its reason.

It does not know the tools.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from vouch.contracts.provenance import Trust


class Declared(Struct, frozen=True, forbid_unknown_fields=True):
    """One line: whose text a result may hold, which arguments do harm (None is all of them), and why."""

    why: str
    effect: Literal["read", "write"] = "read"
    trust: Trust = "untrusted"
    critical: tuple[str, ...] | None = None


def declared_of(suite: str) -> dict[str, Declared]:
    """The declarations of a suite by tool; raises `ValueError` where a line says something else."""
    lines = tomllib.loads((Path(__file__).parent / "declared" / f"{suite}.toml").read_text())
    return msgspec.convert(lines, type=dict[str, Declared])
