"""A prompt's body, cut into sections at its role headings.

It does not know templates: headings are read from the source, before any value is put in, so no value can open a role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, cast

from vouch.prompts.source import Line, fault

SectionRole = Literal["system", "user", "assistant"]
"""Who speaks in a section: `system` the author's rules, `user` the person, `assistant` a model's turn written out."""

_HEADING: Final = re.compile(r"# (system|user|assistant)[ \t]*")
_ALMOST: Final = re.compile(r" {0,3}#[ \t]*(system|user|assistant)[ \t:#]*", re.IGNORECASE)
_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")


class Section(NamedTuple):
    """The lines of one message, without blank ones at either end."""

    role: SectionRole
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The source as one text."""
        return "\n".join(line.text for line in self.lines)


def sections(lines: Sequence[Line]) -> tuple[Section, ...]:
    """The sections of a body. A body without a heading is one system section.

    Raises a `PromptError` for text before the first heading, an empty section, a system section that is not first, and
    a heading that is almost one.
    """
    headings = _headings(lines)
    if not headings:
        return (_section("system", lines, lines[0]),)
    before = [line for line in lines[: headings[0][0]] if line.text.strip()]
    if before:
        problem = "text before the first role heading belongs to nobody; put it under '# system' or '# user'"
        raise fault(before[0].file, before[0].number, problem)
    ends = [start for start, _ in headings[1:]] + [len(lines)]
    found = tuple(
        _section(role, lines[start + 1 : end], lines[start]) for (start, role), end in zip(headings, ends, strict=True)
    )
    for (start, role), place in zip(headings, range(len(headings)), strict=True):
        if role == "system" and place > 0:
            problem = "'# system' must be the first section, and there may be one; move its text there"
            raise fault(lines[start].file, lines[start].number, problem)
    return found


def _section(role: SectionRole, lines: Sequence[Line], heading: Line) -> Section:
    filled = [place for place, line in enumerate(lines) if line.text.strip()]
    if not filled:
        raise fault(heading.file, heading.number, f"the {role} section is empty; write its text below")
    return Section(role, tuple(lines[filled[0] : filled[-1] + 1]))


def _headings(lines: Sequence[Line]) -> list[tuple[int, SectionRole]]:
    """Where each role begins. A line inside a fenced block of code is never a heading."""
    found: list[tuple[int, SectionRole]] = []
    fence: str = ""
    opened, hidden = lines[0], False
    for place, line in enumerate(lines):
        mark = _FENCE.fullmatch(line.text)
        role = _role(line, quiet=bool(fence))
        if fence:
            hidden = hidden or role is not None
            fence = "" if mark and _closes(fence, mark) else fence
        elif mark:
            fence, opened, hidden = mark[1], line, False
        elif role:
            found.append((place, role))
    if fence and hidden:
        problem = f"the block of code opened here with {fence} is never closed, and it hides a role heading; close it"
        raise fault(opened.file, opened.number, problem)
    return found


def _closes(fence: str, mark: re.Match[str]) -> bool:
    return mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip()


def _role(line: Line, *, quiet: bool) -> SectionRole | None:
    exact = _HEADING.fullmatch(line.text)
    if exact:
        return cast("SectionRole", exact[1])
    almost = _ALMOST.fullmatch(line.text)
    if almost and not quiet:
        problem = f"{line.text.strip()!r} is almost a role heading; write '# {almost[1].lower()}', or '## ...' for text"
        raise fault(line.file, line.number, problem)
    return None
