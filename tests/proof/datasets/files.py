"""Small files of cases, written where a test wants them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Write = Callable[..., Path]


def lines(file: Path, *objects: Any) -> Path:
    """A file of JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(one) + "\n" for one in objects), encoding="utf-8")
    return file


def text(file: Path, content: str | bytes) -> Path:
    """A file of text."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def said(cases: Iterable[Any]) -> list[tuple[str, Any]]:
    """Input and expectation of each."""
    return [(case.input, case.expected) for case in cases]
