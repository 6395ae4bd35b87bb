"""In which texts of a run a value stands, so that whoever is asked about a write can see where it came from.

It does not decide anything by it: text can be reworded, so that a value stands nowhere proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import msgspec
import pydantic

from vouch.contracts.policy import PastCall

SHORTEST: Final = 3
"""Shorter words stand everywhere; they say nothing of where they came from."""


def stands_in(value: Any, text: str) -> bool:
    """Whether `value` (all its parts, where it has any) stands in `text` as whole words."""
    return stands_in_any(value, (text,))


def stands_in_any(value: Any, texts: Iterable[str]) -> bool:
    """Whether `value` stands in one of `texts`; keys and flags are parts of it as well."""
    words = [_forms(word) for word in _words(value, flags=True)]
    return bool(words) and any(all(_stands(forms, text) for forms in words) for text in texts)


def whence(arguments: Mapping[str, Any], calls: Iterable[PastCall]) -> dict[str, tuple[str, ...]]:
    """By argument: the tools in whose untrusted results its value, or a part of it, stands."""
    wanted = {
        name: [_forms(word) for word in _words(value, flags=False) if len(word) >= SHORTEST]
        for name, value in arguments.items()
    }
    found: dict[str, dict[str, None]] = {}
    for call in calls:
        if call.untrusted:
            for name, words in wanted.items():
                if any(_stands(forms, call.content) for forms in words):
                    found.setdefault(name, {})[call.name] = None
    return {name: tuple(tools) for name, tools in found.items()}


def _words(value: Any, *, flags: bool) -> Iterator[str]:
    """The parts of a value as they would stand in a text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Enum):
        yield str(value.value)
    elif isinstance(value, bool):
        yield from [msgspec.json.encode(value).decode()] if flags else []
    elif isinstance(value, int | float | Decimal | date):
        yield str(value)
    else:
        for part in _parts(value):
            yield from _words(part, flags=flags)


def _parts(value: Any) -> Iterable[Any]:
    """What a value is made of, if it is made of anything; the names of a class's fields are the class's own."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return chain.from_iterable(value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - anything may stand in it
    if isinstance(value, list | tuple | set | frozenset):
        return value  # pyright: ignore[reportUnknownVariableType] - anything may stand in it
    if isinstance(value, pydantic.BaseModel):
        return [part for _, part in value]
    return (str(value),)


def _forms(word: str) -> tuple[str, ...]:
    """How a word may be written in a text: as it is, and as JSON has it."""
    if not word.strip():
        return ()
    return tuple(dict.fromkeys((word, msgspec.json.encode(word).decode()[1:-1])))


def _stands(forms: tuple[str, ...], text: str) -> bool:
    # Python's own search is far quicker than that of patterns, and most values stand nowhere.
    return any(form in text and re.search(_whole(form), text) for form in forms)


@lru_cache(maxsize=1024)
def _whole(form: str) -> str:
    """A pattern of the form as a whole word: no part of a longer number, name, address or domain."""
    before = r"(?<![\w@])(?<!\d[.,])(?<![\w)\]][.\-])(?<!\s-)(?<!^-)"
    after = r"(?![\w@])(?![.,\-]\w)"
    return f"{before}{re.escape(form)}{after}"
