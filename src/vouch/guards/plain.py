"""A text as it is compared: in Unicode's compatibility form, in one case, without characters nobody sees.

It does not know what it is compared with. Only what is not ASCII is worked on, so that most texts cost next to nothing.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Final

from vouch.guards.scan import Re2Scanner, encoded, has_re2

_FOREIGN: Final = "[\u0000-\u007f]?[^\u0000-\u007f]+"
"""A run that is not ASCII, and the letter that an accent at its start may belong to."""

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
    if not has_re2():
        return encoded(plain(text))
    pieces: list[bytes] = []
    last = 0
    for start, end in _foreign().places(data):
        run = data[start:end]
        pieces += [data[last:start].lower(), _short(run) if end - start <= _SHORT else _run(run)]
        last = end
    return b"".join([*pieces, data[last:].lower()])


def plain(text: str) -> str:
    """`text` as it is compared."""
    normal = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).casefold()
    return unicodedata.normalize("NFKC", normal)


def _run(run: bytes) -> bytes:
    return plain(run.decode("utf-8", "replace")).encode("utf-8")


_short: Final = lru_cache(maxsize=4_096)(_run)


@cache
def _foreign() -> Re2Scanner:
    return Re2Scanner(_FOREIGN)
