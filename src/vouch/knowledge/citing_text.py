"""An answer as it goes out, once it is known which of its sentences are supported.

It does not know how that was found out, or which of these ways an app wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from vouch.knowledge.citing import Said

UNSUPPORTED: Final = "[unsupported]"
"""What is written behind a sentence that nothing supports."""

_BULLET: Final = re.compile(r"\n?[ \t]*(?:[-*+•]|\(?\d{1,2}[.)])[ \t]+$")
_BLANKS: Final = re.compile(r"(\S)[ \t]{2,}(?=\S)")


def marked(answer: str, said: Sequence[Said]) -> str:
    """Without wrong marks, and with `[unsupported]` behind every sentence that nothing supports."""
    return _rewritten(answer, said, lambda kept: f"{kept} {UNSUPPORTED}")


def withheld(answer: str, said: Sequence[Said]) -> str:
    """Without wrong marks, and without the sentences that nothing supports; empty where no claim is left."""
    if said and not any(each.citation.supported for each in said):
        return ""
    return _rewritten(answer, said, lambda _: "")


def _rewritten(answer: str, said: Sequence[Said], unsupported: Callable[[str], str]) -> str:
    """The answer itself where nothing is to be changed."""
    pieces, last = "", 0
    for each in said:
        before, kept = answer[last : each.start], answer[each.start : each.end]
        for mark in each.citation.wrong:
            kept = kept.replace(mark, "", 1)
        if not each.citation.supported:
            kept = unsupported(kept.strip())
            before = before if kept else _BULLET.sub("", before)
        pieces, last = pieces + before + kept, each.end
    text = pieces + answer[last:]
    return text if text == answer else _BLANKS.sub(r"\1 ", text).strip()
