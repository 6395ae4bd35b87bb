"""Text files cut into passages, each long enough to ask something about.

It does not know what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vouch.errors import CaseError

LONGEST: Final = 2_000
"""Characters of a passage; a single paragraph may be longer."""

SHORTEST: Final = 80
"""Characters below which a passage holds no fact worth a question."""

LARGEST_BYTES: Final = 20_000_000

_GAP: Final = re.compile(r"\n[ \t]*\n\s*")
_HEADING: Final = re.compile(r"#{1,6} ")


class Passage(NamedTuple):
    """A part of a document: the document as it was named, the passage's number in it from 1, and its text."""

    document: str
    number: int
    text: str


def read_passages(files: Iterable[Path]) -> list[Passage]:
    """The passages of all files, in order; raises `CaseError` for what cannot be read, or where there is nothing."""
    given = list(files)
    found = [passage for file in given for passage in _of(file)]
    if not found:
        names = ", ".join(map(str, given)) or "no files"
        raise CaseError(f"{names}: there is no passage of {SHORTEST} characters or more; name text or Markdown files")
    return found


def passages_of(document: str, text: str) -> Iterator[Passage]:
    """Whole paragraphs together up to `LONGEST` characters; a heading begins a new passage."""
    number, block = 0, ""
    for paragraph in (*_GAP.split(text.strip()), ""):
        joined = f"{block}\n\n{paragraph}" if block else paragraph
        ends = not paragraph or len(joined) > LONGEST or (_HEADING.match(paragraph) and not _only_headings(block))
        if not ends:
            block = joined
            continue
        if len(block) >= SHORTEST and not _only_headings(block):
            number += 1
            yield Passage(document, number, block)
        block = paragraph


def spread(passages: Sequence[Passage], wanted: int) -> list[tuple[Passage, int]]:
    """Which passages to ask about and how many questions for each, so that `wanted` in all come from all over."""
    if wanted >= len(passages):
        each, more = divmod(wanted, len(passages))
        return [(passage, each + (place < more)) for place, passage in enumerate(passages)]
    return [(passages[place * len(passages) // wanted], 1) for place in range(wanted)]


def _of(file: Path) -> Iterator[Passage]:
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise CaseError(f"{file} has {size / 1e6:,.0f} MB, at most {LARGEST_BYTES / 1e6:,.0f} are read; split it")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise CaseError(f"{str(file)!r} cannot be read ({reason}); name a text or Markdown file") from error
    yield from passages_of(file.as_posix(), text.replace("\r\n", "\n"))


def _only_headings(block: str) -> bool:
    return all(_HEADING.match(line) for line in block.split("\n") if line.strip())
