"""How large a text is: in characters, or in tokens as a tokenizer counts them, or as they are estimated here.

It does not know what is cut by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from vouch.errors import ConfigError

Measure = Callable[[str], int]
"""The size of a text: `len` counts characters, `estimated_tokens` tokens; a tokenizer's own count is another."""

_RUNS: Final = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONG: Final = re.compile(r"[^\W\d_]{9,}|\d{4,}|[\u0400-\U0010ffff]+")


def estimated_tokens(text: str) -> int:
    """About as many tokens as a word-piece tokenizer makes of `text`, without running one.

    A word is one token and another for every six letters beyond eight, a number one for every three digits, a
    sign one, and a letter of another script than Latin or Greek one.
    """
    count = len(_RUNS.findall(text))
    for run in _LONG.findall(text):
        if run[0] >= "\u0400":
            count += len(run) - 1
        elif run[0].isdigit():
            count += (len(run) - 1) // 3
        else:
            count += (len(run) - 3) // 6
    return count


def room(limit: int, overlap: int) -> int:
    """The limit that leaves room for the overlap; raises `ConfigError` where there is none."""
    if limit < 1:
        raise ConfigError(f"limit={limit!r} leaves no room for a chunk; give at least 1, such as 1200 characters")
    if not 0 <= overlap <= limit // 2:
        raise ConfigError(f"overlap={overlap!r} does not fit limit={limit!r}; give 0 to {limit // 2}, half of it")
    return limit - overlap
