"""A prompt's source as lines that remember where they stand, and the errors that point at them.

It does not know templates, front matter or roles.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from vouch.errors import PromptError

LARGEST_FILE: Final = 1_000_000
"""Bytes of a prompt or of an included part. More is not written by hand."""


class Line(NamedTuple):
    """One line of source, and the place it came from; `number` counts from 1."""

    text: str
    file: str
    number: int


def fault(file: str, number: int, problem: str) -> PromptError:
    """The error that names the place, in the form that editors open: `file:line: problem`."""
    return PromptError(f"{file}:{number}: {problem}")


def suggest(word: str, known: Iterable[str]) -> str:
    """What to say of an unknown `word`: the nearest known one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return "known are " + ", ".join(names) if names else "none is known"


def shown(path: Path) -> str:
    """`path` as people see it: relative to the current folder where it lies below it, with forward slashes."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def read_text(path: Path, name: str, *, largest: int = LARGEST_FILE) -> str:
    """The text of a file in UTF-8, line ends unified; raises a `PromptError` that names it when it has none."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise PromptError(f"{name}: cannot be read ({reason}); give the path of a readable text file") from problem
    if len(data) > largest:
        raise PromptError(f"{name}: larger than {largest:,} bytes; split it, or keep long data outside of prompts")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise fault(name, line, f"byte {data[problem.start]:#04x} is not UTF-8; save the file as UTF-8") from problem
    if not text.strip():
        raise PromptError(f"{name}: the file is empty; write text into it")
    return unified(text)


def unified(text: str) -> str:
    """`text` with every line end as a newline, so that a file means the same on all systems."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, file: str, *, first: int = 1) -> tuple[Line, ...]:
    """`text` cut into lines that stand in `file` from line `first` on."""
    return tuple(Line(line, file, number) for number, line in enumerate(text.split("\n"), first))
