"""Where the sentences of a text stand: a pure function of the text.

It does not know languages: full stops, question and exclamation marks end a sentence, and so do line ends; a few
English abbreviations, initials and numbered points do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_END: Final = re.compile(
    r"[.!?…](?:[\"'”’»)\]*_`]|\[[^\]\n]{1,80}\])*(?=\s)(?:[ \t]*\[[^\]\n]{1,80}\](?=[\s.]|$))*|[。！？]|\n+"
)
_SHORTENED: Final = re.compile(
    r"(?:^|[\s(\[“\"])(?:[A-Z]|(?:[A-Z]\.)+[A-Z]|Dr|Mrs?|Ms|Prof|St|[Nn]os?|vs|e\.g|i\.e|cf|ca|approx|Jr|Sr|"
    r"Inc|Co|Ltd|Fig|Sec|Art|Gen|Col|Mt)\.$|^\s*\d{1,2}\.$"
)
_MARKS: Final = re.compile(r"(?:[ \t>]|[-*+•](?=\s)|#{1,6}(?=\s)|\(?\d{1,2}[.)](?=\s))+|\|")
_WORD: Final = re.compile(r"[^\W_]")


def sentences(text: str) -> list[tuple[int, int]]:
    """The span of every sentence that has a word, in order, without bullets, heading signs and blanks around it.

    Marks in brackets right behind a full stop, such as `[2]`, belong to the sentence before them.
    """
    return [span for start, end in _pieces(text) if (span := _trimmed(text, start, end))]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match[0][0] == "." and _goes_on(text, start, match):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the full stop belongs to a shortened word, or what follows goes on in small letters."""
    if match.end() > match.start() + 1:
        return False
    begin = text[max(start, match.start() - 12) : match.end()]
    following = text[match.end() : match.end() + 3].lstrip(" \t\"'“‘(")
    return bool(_SHORTENED.search(begin)) or following[:1].islower()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Without what stands around it; None for what has no word."""
    if marks := _MARKS.match(text, start, end):
        start = marks.end()
    piece = text[start:end]
    if not _WORD.search(piece):
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
