"""Characters that nobody sees: zero-width, tags, bidirectional controls, variation selectors and control characters.

It does not know look-alike letters. What writing needs passes: emoji sequences, joiners in Arabic and Indic words,
zero-width spaces in Thai or Khmer, marks and balanced embeddings in lines that hold right-to-left letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from vouch.contracts.guard import Judgement
from vouch.guards.finding import Finding, judged, masked
from vouch.guards.scan import Scanner, scanner

_SUSPECT: Final = (
    "[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)

_LETTER: Final = "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"
_RIGHT_TO_LEFT_SIGNS: Final = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_JOINING_SIGNS: Final = (
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\ua840-\ua87f\ufb50-\ufdff\ufe70-\ufefc]"
)
_SPACELESS_SIGNS: Final = "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u3040-\u30ff\u3400-\u9fff]"
_EMOJI_SIGNS: Final = "[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff\U0001f3fb-\U0001f3ff]"

_WRITTEN: Final = "|".join(
    (
        f"{_LETTER}(?:\u00ad{_LETTER})+",
        f"{_EMOJI_SIGNS}(?:(?:\ufe0f?\u200d{_EMOJI_SIGNS})+\ufe0f?|\ufe0f)",
        f"(?:{_JOINING_SIGNS}[\u200c\u200d])+",
        f"(?:{_SPACELESS_SIGNS}[\u200b\u2060])+",
        f"(?:{_RIGHT_TO_LEFT_SIGNS}[\u200e\u200f\u061c])+",
    )
)
"""Much of what writing needs, each with the letter before it: passed over whole, since some texts are full of it."""

_SOUGHT: Final = f"{_WRITTEN}|{_SUSPECT}"

_OVERRIDES: Final = "\u202d\u202e"
_OPENERS: Final = "\u202a\u202b\u2066\u2067\u2068"
_CLOSER: Final = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_EMBEDDING: Final = re.compile("[\u202a-\u202c\u2066-\u2069]")
_MARKS: Final = "\u200e\u200f\u061c"
_SPACES: Final = "\u200b\u2060"
_JOINERS: Final = "\u200c\u200d"
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"

_RIGHT_TO_LEFT: Final = re.compile(_RIGHT_TO_LEFT_SIGNS)
_JOINING: Final = re.compile(_JOINING_SIGNS)
_SPACELESS: Final = re.compile(_SPACELESS_SIGNS)
_EMOJI: Final = re.compile(_EMOJI_SIGNS)
_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_MONGOLIAN: Final = re.compile("[\u1800-\u18af]")
_SUSPECTS: Final = re.compile(_SUSPECT)
_ENOUGH: Final = 1_000
"""Characters that nobody sees, after which a judgement looks for no more."""

_FLAG: Final = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""The tags of a flag such as Scotland's: region and subdivision, then the cancel tag."""


@dataclass(frozen=True)
class Invisible:
    """Refuses texts that hold characters nobody sees and no writing needs."""

    name: str = "invisible"
    _scan: Scanner = field(
        default_factory=lambda: scanner(_SOUGHT, dense=_SOUGHT), init=False, repr=False, compare=False
    )

    async def judge(self, text: str) -> Judgement:
        """Whether all that stands in the text can be seen; `why` counts the runs among the first characters found."""
        return judged(_runs(islice(self._each(text), _ENOUGH)))

    def find(self, text: str) -> tuple[Finding, ...]:
        """Runs of one kind each: `control`, `override`, `tag`, `bidi`, `selector` or `hidden` characters."""
        return tuple(_runs(self._each(text)))

    def _each(self, text: str) -> Iterator[tuple[str, int]]:
        """The kind and the place of each character."""
        lines = _Lines(text)
        for start, end in self._scan.spans(text):
            if end - start > 1 and not _SUSPECTS.match(text, start):
                continue
            flag = _FLAG.match(text, start) if start and text[start - 1] == "\U0001f3f4" else None
            for place in range(flag.end() if flag else start, end):
                if kind := _kind(text, place, lines):
                    yield kind, place

    def mask(self, text: str) -> str:
        """`text` without them."""
        return masked(text, self.find(text), lambda _finding: "")


def invisible() -> Invisible:
    """Refuse texts with characters nobody sees and no writing needs."""
    return Invisible()


def _runs(signs: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    """Neighbours of one kind as one finding."""
    kind, start, end = "", 0, 0
    for other, place in signs:
        if other != kind or place != end:
            if kind:
                yield Finding(kind, start, end)
            kind, start = other, place
        end = place + 1
    if kind:
        yield Finding(kind, start, end)


def _kind(text: str, place: int, lines: _Lines) -> str:
    """What is wrong with the character at `place`, or nothing."""
    sign = text[place]
    before = text[place - 1] if place else ""
    after = text[place + 1 : place + 2]
    if sign in _OVERRIDES:
        return "override"
    if sign in _OPENERS or sign in _CLOSER.values() or sign in _MARKS:
        return "" if lines.need_direction(place) else "bidi"
    if "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef" or "\u180b" <= sign <= "\u180f":
        return "" if _needed_selector(sign, before) else "selector"
    if "\U000e0000" <= sign <= "\U000e0fff":
        return "tag"
    if sign < "\u00a0":
        return "control"
    return "" if _needed(sign, before, after, first=place == 0) else "hidden"


def _needed(sign: str, before: str, after: str, *, first: bool) -> bool:
    """Whether writing needs this zero-width character between its neighbours."""
    if sign in _JOINERS:
        emoji = sign == "\u200d" and bool(after and _EMOJI.match(after)) and _ends_emoji(before)
        return emoji or bool(before and _JOINING.match(before))
    if sign in _SPACES:
        return any(side and _SPACELESS.match(side) for side in (before, after))
    if sign == "\u00ad":
        return before.isalpha() and after.isalpha()
    if sign in _FILLERS:
        return any(side and _HANGUL.match(side) for side in (before, after))
    return sign == "\ufeff" and first


def _needed_selector(sign: str, before: str) -> bool:
    """Whether a variation selector stands behind something that has variants; two in a row have not."""
    if not before:
        return False
    if "\u180b" <= sign <= "\u180f":
        return bool(_MONGOLIAN.match(before))
    if sign > "\uffff":
        return bool(_IDEOGRAPH.match(before))
    return bool(_EMOJI.match(before) or _IDEOGRAPH.match(before) or "\u1000" <= before <= "\u10ff")


def _ends_emoji(before: str) -> bool:
    return bool(before) and (before in "\ufe0f\U000e007f" or bool(_EMOJI.match(before)))


class _Lines:
    """What runs right to left in a text; asked from its start to its end, it looks at each line once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = -1
        self._foreign = self._closed = False

    def need_direction(self, place: int) -> bool:
        """Whether the line has letters that run right to left, and closes the embeddings that it opens."""
        if place > self._end:
            end = self._text.find("\n", place)
            self._end = len(self._text) if end < 0 else end
            line = self._text[self._text.rfind("\n", 0, place) + 1 : self._end]
            self._foreign = bool(_RIGHT_TO_LEFT.search(line))
            self._closed = _balanced(line)
        return self._foreign and (self._closed or self._text[place] in _MARKS)


def _balanced(line: str) -> bool:
    waiting: list[str] = []
    for sign in _EMBEDDING.findall(line):
        if sign in _CLOSER:
            waiting.append(_CLOSER[sign])
        elif not waiting or waiting.pop() != sign:
            return False
    return not waiting
