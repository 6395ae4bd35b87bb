"""In which texts of a run a value stands, so that whoever is asked about a write can see where it came from.

It does not decide anything by it: text can be reworded, so that a value stands nowhere proves nothing. Each text is cut
into its words when it enters, so that most texts need not be searched when a write is decided about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec
import pydantic

from vouch.contracts.policy import PastCall

SHORTEST: Final = 3
"""Shorter words stand everywhere; they say nothing of where they came from."""

_KEPT: Final = 1_000_000
"""Words that are kept, of the last texts."""

_SEARCHED: Final = 48 * 1024
"""Characters that are searched at most for one value, from when on it counts as standing nowhere."""

_TRIED: Final = 128
"""Places in a text where a value is tried as whole words."""

_TOKEN: Final = re.compile(r"\w+")


class Word(NamedTuple):
    """A part of a value: how it may be written, and the runs of letters and digits that each way has."""

    forms: tuple[str, ...]
    tokens: frozenset[str]


def take_note(text: str) -> None:
    """Cut a text that enters a run into its words: some 0.5 ms for 32 KB, which no decision has to wait for then."""
    _vocabularies.of(text)


def stands_in(value: Any, text: str) -> bool:
    """Whether `value` (all its parts, where it has any) stands in `text` as whole words."""
    words = [_word(part) for part in _parts_of(value, flags=True)]
    return bool(words) and all(_stands(word, text) for word in words)


def stands_in_any(value: Any, texts: Iterable[str]) -> bool:
    """Whether `value` stands in one of `texts`; keys and flags are parts of it as well.

    So much is searched at most. What was not found then counts as not there, so that a person is asked.
    """
    words = [_word(part) for part in _parts_of(value, flags=True)]
    tokens = frozenset[str]().union(*(word.tokens for word in words))
    left = _SEARCHED if words else 0
    for text in texts:
        if left <= 0:
            break
        if tokens <= _vocabularies.of(text):
            if all(_stands(word, text) for word in words):
                return True
            left -= len(text)
    return False


def whence(arguments: Mapping[str, Any], calls: Iterable[PastCall]) -> dict[str, tuple[str, ...]]:
    """By argument: the tools in whose untrusted results its value, or a part of it, stands."""
    wanted = {
        name: [_word(part) for part in _parts_of(value, flags=False) if len(part) >= SHORTEST]
        for name, value in arguments.items()
    }
    found: dict[str, dict[str, None]] = {}
    for call in calls:
        if not call.untrusted:
            continue
        known = _vocabularies.of(call.content)
        for name, words in wanted.items():
            if call.name in found.get(name, ()):
                continue
            if any(word.tokens <= known and _stands(word, call.content) for word in words):
                found.setdefault(name, {})[call.name] = None
    return {name: tuple(tools) for name, tools in found.items()}


def _parts_of(value: Any, *, flags: bool) -> Iterator[str]:
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
            yield from _parts_of(part, flags=flags)


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


def _word(part: str) -> Word:
    """How a part may be written in a text: as it is, and as JSON has it."""
    if not part.strip():
        return Word((), frozenset())
    forms = tuple(dict.fromkeys((part, msgspec.json.encode(part).decode()[1:-1])))
    return Word(forms, frozenset(_TOKEN.findall(forms[0])).intersection(_TOKEN.findall(forms[-1])))


class _Vocabularies:
    """The words of the last texts, found again by their hash: to compare the texts themselves would take longer.

    Two texts of one hash would mean no more than a search too many, or a question to a person.
    """

    def __init__(self) -> None:
        self._kept: dict[int, frozenset[str]] = {}
        self._size = 0

    def of(self, text: str) -> frozenset[str]:
        known = self._kept.get(hash(text))
        if known is None:
            known = frozenset(_TOKEN.findall(text))
            self._kept[hash(text)] = known
            self._size += len(known)
            while self._size > _KEPT and len(self._kept) > 1:
                self._size -= len(self._kept.pop(next(iter(self._kept))))
        return known


_vocabularies: Final = _Vocabularies()


def _stands(word: Word, text: str) -> bool:
    return any(_stands_whole(form, text) for form in word.forms)


def _stands_whole(form: str, text: str) -> bool:
    # Python's own search is far quicker than that of patterns, and most values stand nowhere.
    place = text.find(form)
    for _ in range(_TRIED):
        if place < 0:
            return False
        if _whole(form).match(text, place):
            return True
        place = text.find(form, place + 1)
    return False


@lru_cache(maxsize=1024)
def _whole(form: str) -> re.Pattern[str]:
    """A pattern of the form as a whole word: no part of a longer number, name, address or domain."""
    before = r"(?<![\w@])(?<!\d[.,])(?<![\w)\]][.\-])(?<!\s-)(?<!^-)"
    after = r"(?![\w@])(?![.,\-]\w)"
    return re.compile(f"{before}{re.escape(form)}{after}")
