"""In which texts of a run a value stands, so that whoever is asked about a write can see where it came from.

It does not decide anything by it: text can be reworded, so that a value stands nowhere proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import msgspec

from vouch.contracts.policy import PastCall

SHORTEST: Final = 3
"""Shorter words stand everywhere; they say nothing of where they came from."""


def stands_in(value: Any, text: str) -> bool:
    """Whether `value` (all its parts, where it has any) stands in `text` as a whole word."""
    words = list(_words(value))
    return bool(words) and all(_stands(_forms(word), text) for word in words)


def whence(arguments: Mapping[str, Any], calls: Iterable[PastCall]) -> dict[str, tuple[str, ...]]:
    """By argument: the tools in whose untrusted results its value, or a part of it, stands."""
    wanted = {
        name: [_forms(word) for word in _words(value) if len(word) >= SHORTEST] for name, value in arguments.items()
    }
    found: dict[str, dict[str, None]] = {}
    for call in calls:
        if call.untrusted:
            for name, words in wanted.items():
                if any(_stands(forms, call.content) for forms in words):
                    found.setdefault(name, {})[call.name] = None
    return {name: tuple(tools) for name, tools in found.items()}


def _words(value: Any) -> Iterator[str]:
    """The parts of a value as they would stand in a text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Enum):
        yield str(value.value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float | Decimal | date):
        yield str(value)
    elif isinstance(value, Mapping):
        for part in value.values():  # pyright: ignore[reportUnknownVariableType] - anything may stand in it
            yield from _words(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:  # pyright: ignore[reportUnknownVariableType] - anything may stand in it
            yield from _words(part)
    else:
        yield from _words(msgspec.to_builtins(value, enc_hook=str))


def _forms(word: str) -> tuple[str, ...]:
    """How a word may be written in a text: as it is, and as JSON has it."""
    if not word.strip():
        return ()
    return tuple(dict.fromkeys((word, msgspec.json.encode(word).decode()[1:-1])))


def _stands(forms: tuple[str, ...], text: str) -> bool:
    # Python's own search is far quicker than that of patterns, and most values stand nowhere.
    return any(form in text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) for form in forms)
