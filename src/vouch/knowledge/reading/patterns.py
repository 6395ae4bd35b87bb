"""Patterns for paths, as Git's ignore files write them: `*.md`, `drafts/`, `/top.txt`, `a/**/b`, `!kept.md`.

It does not know files: a path is text, its steps separated by `/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

_SIGNS: Final = re.compile(r"\\.|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


class _Pattern(NamedTuple):
    wanted: bool
    folders_only: bool
    steps: re.Pattern[str]


def matches(path: str, patterns: Iterable[str], *, is_folder: bool = False) -> bool:
    """Whether the last pattern that fits `path`, or a folder above it, says so; one that begins with `!` says no.

    A pattern with a `/` before its end fits from the top, one without fits at any depth; `/` at its end means folders.
    """
    steps = path.split("/")
    known = [_compiled(pattern) for pattern in patterns if pattern.strip() and not pattern.startswith("#")]
    if not known:
        return False
    for count in range(1, len(steps) + 1):
        folder = is_folder or count < len(steps)
        if _says("/".join(steps[:count]), known, folder):
            return True
    return False


def _says(path: str, known: Iterable[_Pattern], is_folder: bool) -> bool:
    said = False
    for pattern in known:
        if (is_folder or not pattern.folders_only) and pattern.steps.fullmatch(path):
            said = pattern.wanted
    return said


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> _Pattern:
    wanted = not pattern.startswith("!")
    body = pattern if wanted else pattern[1:]
    body = body[:-1] + "\\ " if body.endswith("\\ ") else body.rstrip()
    folders_only = body.endswith("/")
    body = body.rstrip("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    expression = "".join(_translated(sign) for sign in _SIGNS.findall(_starred(body)))
    return _Pattern(wanted, folders_only, re.compile(expression if anchored else f"(?:.*/)?{expression}", re.DOTALL))


def _starred(body: str) -> str:
    """`**` where it stands for whole steps, as signs of their own; elsewhere it is as `*`."""
    steps = body.split("/")
    return "\0".join(steps) if "**" not in steps else _steps(steps)


def _steps(steps: list[str]) -> str:
    shown: list[str] = []
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if step == "**":
            shown.append("\2" if last else "\1")
        else:
            shown.append(step if last else f"{step}\0")
    return "".join(shown)


def _translated(sign: str) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign.startswith("\\") and len(sign) == 2:
        return re.escape(sign[1])
    if sign.startswith("[") and len(sign) > 2:
        inner = sign[1:-1].replace("\\", "\\\\")
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"(?!/)[{inner}]"
    return re.escape(sign)


_SPECIAL: Final = {"\0": "/", "\1": "(?:.*/)?", "\2": ".+", "**": "[^/]*", "*": "[^/]*", "?": "[^/]"}
