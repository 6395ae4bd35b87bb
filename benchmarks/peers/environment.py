"""The environments of the projects compared with, where `scripts/peers` has made them.

It does not know what is measured in them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("langgraph", "pydantic_ai", "openai_agents", "dbos")


def python_of(name: str) -> str | None:
    """The interpreter of a peer's environment, or None, said aloud, where there is none."""
    python = ROOT / ".peers" / name / "bin" / "python"
    if python.exists():
        return str(python)
    print(f"{name} is absent; to compare with it: scripts/peers {name}")
    return None


def program_of(name: str, what: str = "agent") -> str:
    """The program of a peer, by what it is."""
    return str(Path(__file__).with_name(f"{name}_{what}.py"))
