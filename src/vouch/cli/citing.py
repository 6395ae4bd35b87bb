"""The sentences of an answer with the places where they stand, in lines for a terminal.

It does not know how a place was found. Sentences are a model's words: nothing in them can begin a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vouch.cli.console import escaped
from vouch.values.citation import Citation

_LONGEST: Final = 80


def lines_of(citations: Sequence[Citation]) -> Iterator[str]:
    """One line a sentence: the document with its version and span, or that nothing supports it."""
    for each in citations:
        if each.supported:
            version = f" ({each.version[:8]})" if each.version else ""
            place = f"{each.document}{version} {each.start}-{each.end}"
        else:
            place = "nothing that was found"
        wrong = f", wrongly marked {' '.join(each.wrong)}" if each.wrong else ""
        yield escaped(f"{_short(each.sentence)} <- {place}{wrong}".replace("\n", " "))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
