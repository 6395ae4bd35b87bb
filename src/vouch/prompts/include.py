"""Includes: a line `{% include "part.md" %}` is replaced by the lines of that file, once, when the prompt is loaded.

It does not know roles or variables: an include is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2.exceptions import TemplateSyntaxError

from vouch.prompts.front import split
from vouch.prompts.source import LARGEST_FILE, Line, fault, lines_of, read_text, shown
from vouch.prompts.template import ENVIRONMENT

_ALONE: Final = re.compile(r"""[ \t]*\{%[-+]?\s*include\s+(?:"([^"]+)"|'([^']+)')\s*[-+]?%\}[ \t]*""")
_DEEPEST: Final = 20


def expand(lines: Sequence[Line], path: Path, root: Path) -> tuple[Line, ...]:
    """`lines` of the file `path` with all includes replaced by what they name.

    A part is named relative to the file that includes it, and lies within `root`. Of an included `.prompt.md` only the
    body counts. Raises a `PromptError` with the place of the include when the part is missing, lies outside, or
    includes its includer.
    """
    return _Expansion(root.resolve()).expand(lines, path.parent, (path.resolve(),))


class _Expansion:
    """One expansion, which counts what it has read, so that parts that include parts cannot grow without end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.size = 0

    def expand(self, lines: Sequence[Line], folder: Path, chain: tuple[Path, ...]) -> tuple[Line, ...]:
        places = include_lines(lines)
        found: list[Line] = []
        for place, line in enumerate(lines):
            self.size += len(line.text) + 1
            if self.size > LARGEST_FILE:
                raise fault(line.file, line.number, f"the includes add up to more than {LARGEST_FILE:,} characters")
            found.extend(self.part(line, folder, chain) if place in places else (line,))
        return tuple(found)

    def part(self, line: Line, folder: Path, chain: tuple[Path, ...]) -> tuple[Line, ...]:
        alone = _ALONE.fullmatch(line.text)
        if not alone:
            wanted = 'stand alone on its line, as {% include "part.md" %}, with the name in quotes'
            raise fault(line.file, line.number, f"{line.text.strip()!r}: an include must {wanted}")
        path = self.found(alone[1] or alone[2], line, folder)
        if path.resolve() in chain:
            circle = (*chain[chain.index(path.resolve()) :], path.resolve())
            drawn = " -> ".join(each.relative_to(self.root).as_posix() for each in circle)
            raise fault(line.file, line.number, f"includes go in a circle: {drawn}; take one of them out")
        if len(chain) > _DEEPEST:
            raise fault(line.file, line.number, f"includes are more than {_DEEPEST} deep; include less deeply")
        text = read_text(path, shown(path)).removesuffix("\n")
        body = split(text, shown(path)).body if path.name.endswith(".prompt.md") else lines_of(text, shown(path))
        return self.expand(body, path.parent, (*chain, path.resolve()))

    def found(self, name: str, line: Line, folder: Path) -> Path:
        path = folder / name
        try:
            inside = path.resolve().is_relative_to(self.root)
            exists = path.is_file()
        except (OSError, ValueError) as problem:
            raise fault(line.file, line.number, f"include {name!r} is not a path ({problem}); correct it") from problem
        if not inside:
            raise fault(line.file, line.number, f"include {name!r} lies outside {shown(self.root)}; move it inside")
        if not exists:
            missing = f"there is no file {shown(path)}"
            raise fault(line.file, line.number, f"include {name!r}: {missing}; write it, or correct the name")
        return path


def include_lines(lines: Sequence[Line]) -> set[int]:
    """The places in `lines` where an include stands; comments and raw blocks hold none."""
    text = "\n".join(line.text for line in lines)
    if "include" not in text:
        return set()
    found: set[int] = set()
    before = ""
    try:
        for number, kind, value in ENVIRONMENT.lex(text):
            if kind == "name" and value == "include" and before == "block_begin":
                found.add(number - 1)
            before = before if kind == "whitespace" else kind
    except TemplateSyntaxError as problem:
        line = lines[problem.lineno - 1]
        raise fault(line.file, line.number, problem.message or "not a template") from problem
    return found


def refuse(lines: Sequence[Line]) -> None:
    """Raise a `PromptError` where text made in Python includes a file: it stands in no folder."""
    for place in sorted(include_lines(lines)):
        line = lines[place]
        problem = "a prompt made with Prompt.text cannot include files; put it into a file and use Prompt.file"
        raise fault(line.file, line.number, problem)
