"""A text as it is compared: in Unicode's compatibility form, in one case, without characters nobody sees.

It does not know what it is compared with. Only what is not ASCII is worked on, so that most texts cost next to nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from vouch.guards.scan import encoded

_RUN: Final = re.compile(rb"[\x80-\xff]+")
_STRIDE: Final = 256
"""Bytes that are asked at once whether they are ASCII."""

_FEW: Final = 64
"""Runs that are worked on one by one; in a text of more, all is worked on."""

_BLOCK: Final = 96
"""Characters that are worked on together: to put marks in order takes the square of how many follow one another."""

_SHORT: Final = 16
"""Bytes of a run that is likely to come again: a dash, a currency, a letter with an accent."""

_UNSEEN: Final = dict.fromkeys(
    place
    for first, last in (
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xE0000, 0xE01EF),
    )
    for place in range(first, last + 1)
)


@lru_cache(maxsize=2)
def compared(text: str) -> bytes:
    """`text` in UTF-8, ready to be compared; its places are no longer those of the original."""
    data = encoded(text)
    if text.isascii():
        return data.lower()
    pieces: list[bytes] = []
    last = 0
    for start, end in islice(_foreign(data), _FEW):
        run = data[start:end]
        pieces += [data[last:start].lower(), _short(run) if end - start <= _SHORT else _run(run)]
        last = end
    rest = _run(data[last:]) if len(pieces) == 2 * _FEW else data[last:].lower()
    return b"".join([*pieces, rest])


def _foreign(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each run that is not ASCII stands, with the letter before it: an accent may belong to that."""
    end = 0
    for start in range(0, len(data), _STRIDE):
        # Whether all is ASCII, Python sees eight bytes at a time.
        if data[start : start + _STRIDE].isascii():
            continue
        while run := _RUN.search(data, max(start, end), max(end, start + _STRIDE)):
            whole = _RUN.match(data, run.start())
            assert whole is not None  # noqa: S101 - a part of it was found
            begin = run.start() - (run.start() > end)
            end = whole.end()
            yield begin, end


def plain(text: str) -> str:
    """`text` as it is compared."""
    if len(text) <= _BLOCK:
        return _plain(text)
    pieces: list[str] = []
    last = 0
    while last < len(text):
        end = _end_of_block(text, last + _BLOCK)
        pieces.append(_plain(text[last:end]))
        last = end
    return "".join(pieces)


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).casefold()
    return unicodedata.normalize("NFKC", normal)


def _end_of_block(text: str, end: int) -> int:
    """A place from `end` on where the text can be cut, since what stands on both sides is two characters alone, too."""
    for place in range(end, min(len(text), end + _BLOCK)):
        if text[place].isascii() or _plain(text[place - 1 : place + 1]) == _plain(text[place - 1]) + _plain(
            text[place]
        ):
            return place
    return end + _BLOCK


def _run(run: bytes) -> bytes:
    return plain(run.decode("utf-8", "replace")).encode("utf-8")


_short: Final = lru_cache(maxsize=4_096)(_run)
