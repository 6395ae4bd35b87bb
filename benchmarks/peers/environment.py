"""The environments of the projects compared with, where `scripts/peers` has made them.

It does not know what is measured in them.
"""

from __future__ import annotations

import shutil
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


def command_of(name: str, what: str = "agent") -> list[str] | None:
    """What starts a peer's program, before its own arguments; None, said aloud, where the peer is not there.

    A program for node is told where its peer lies, since it could not find it by itself.
    """
    program = Path(__file__).with_name(f"{name}_{what}.mjs")
    if not program.exists():
        python = python_of(name)
        return None if python is None else [python, program_of(name, what)]
    node, place = shutil.which("node"), ROOT / ".peers" / name / "node_modules" / name
    if node is not None and place.is_dir():
        return [node, str(program), str(place)]
    print(f"{name} is absent; to compare with it (node is needed): scripts/peers {name}")
    return None
