"""A deny list: words and phrases that must not stand in a text, many thousands at once.

It does not know languages: case, compatibility forms and the kind of space do not count; inflections do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from vouch.contracts.guard import Judgement
from vouch.errors import AppError
from vouch.guards.finding import setting
from vouch.guards.plain import compared, plain
from vouch.guards.scan import Re2Scanner, has_re2
from vouch.values.digest import digest

_SPACE: Final = r"[\s\x{a0}\x{2000}-\x{200a}\x{202f}\x{3000}]+"
_START: Final = r"(?:^|[^\pL\pM\pN_])"
_END: Final = r"(?:[^\pL\pM\pN_]|$)"
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff\U00020000-\U0003ffff]"
)
"""Letters of languages that write words without spaces, or glue particles to them: there, no edge is asked for."""

_PART: Final = 20_000
"""Entries of one automaton."""


class Listed(Protocol):
    """Finds out whether any entry of a list is in a text."""

    def within(self, data: bytes) -> bool:
        """Whether one is in a text as it is compared."""
        ...


class Re2Listed:
    """Every entry in one automaton; its time does not grow with the list."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self._scans = [Re2Scanner(pattern) for pattern in _patterns(entries)]

    def within(self, data: bytes) -> bool:
        """Whether one is in the text."""
        return any(any(scan.places(data, 1)) for scan in self._scans)


class PlainListed:
    """Entry by entry with Python alone: some 50 µs an entry for 32 KB."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self._entries = entries

    def within(self, data: bytes) -> bool:
        """Whether one is in the text, its spaces reduced."""
        text = " ".join(data.decode("utf-8", "replace").split())
        return any(_stands(text, entry) for entry in self._entries)


@dataclass(frozen=True)
class Deny:
    """Refuses texts that hold an entry of the list, as whole words."""

    name: str
    _listed: Listed = field(repr=False, compare=False)

    async def judge(self, text: str) -> Judgement:
        """Whether the text is free of them; `why` does not repeat the entry: a deny list may be a secret itself."""
        if not self._listed.within(compared(text)):
            return Judgement(passed=True)
        return Judgement(passed=False, why="an entry of the deny list stands in it")


def deny(entries: Iterable[str]) -> Deny:
    """Refuse texts that hold one of `entries`, words or phrases, as whole words and in any case.

    Raises an `AppError` for a list without entries, or with an entry that has no visible character.
    """
    if isinstance(entries, str):
        raise AppError(f"deny({entries!r}): a list of words or phrases is wanted, such as deny([{entries!r}])")
    given = list(entries)
    if wrong := [entry for entry in given if not isinstance(entry, str) or not plain_entry(entry)]:
        raise AppError(f"deny(...) was given {wrong[0]!r}: each entry is a text with a visible character; leave it out")
    if not given:
        raise AppError("deny([]): at least one word or phrase is wanted; leave the guard out if there is none")
    listed = tuple(sorted({plain_entry(entry) for entry in given}))
    name = setting("deny", entries=len(listed), digest=digest(listed)[:12])
    return Deny(name, Re2Listed(listed) if has_re2() else PlainListed(listed))


def plain_entry(entry: str) -> str:
    """An entry as it is compared, with single spaces."""
    return " ".join(plain(entry).split())


def _patterns(entries: Sequence[str]) -> Iterator[str]:
    """The entries as few patterns, by which of their ends must not go on with a letter."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for entry in entries:
        groups.setdefault((_edged(entry[0]), _edged(entry[-1])), []).append(_SPACE.join(map(_quoted, entry.split(" "))))
    for (left, right), group in groups.items():
        for start in range(0, len(group), _PART):
            words = "|".join(group[start : start + _PART])
            yield f"{_START if left else ''}(?:{words}){_END if right else ''}"


def _quoted(word: str) -> str:
    """A word as a pattern of itself: RE2 wants no backslash before letters, digits or signs beyond ASCII."""
    return re.sub(r"[^\w\u0080-\U0010ffff]", r"\\\g<0>", word)


def _edged(sign: str) -> bool:
    """Whether an entry that starts or ends so must not go on with a letter there."""
    return (sign.isalnum() or sign == "_") and not _UNSPACED.match(sign)


def _stands(text: str, entry: str) -> bool:
    start = text.find(entry)
    while start >= 0:
        end = start + len(entry)
        left = _edged(entry[0]) and _inside(text[start - 1 : start])
        if not left and not (_edged(entry[-1]) and _inside(text[end : end + 1])):
            return True
        start = text.find(entry, start + 1)
    return False


def _inside(sign: str) -> bool:
    return bool(sign) and (unicodedata.category(sign)[0] in "LMN" or sign == "_")
