"""Bytes become text: by their mark, by what they say they are, as UTF-8, or as the western Windows encoding.

It does not know what the text is.
"""

from __future__ import annotations

import codecs
from typing import Final

from vouch.knowledge.reading.draft import possible
from vouch.knowledge.reading.limits import Limits, Unreadable

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEEN: Final = 8192
_CONTROL: Final = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\x1b")))


def decoded(data: bytes, limits: Limits, *, declared: str | None = None) -> str:
    """`data` as text, with newlines alone as line ends; raises `Unreadable` for what is no text, or too much."""
    text = _text(data, declared)
    if len(text) > limits.characters:
        raise Unreadable(f"it holds {len(text):,} characters, more than {limits.characters:,}; raise Limits.characters")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return possible(text)


def _text(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    sample = data[:_SEEN]
    if len(sample.translate(None, _CONTROL)) < len(sample) * 0.99:
        raise Unreadable("it is no text: it holds control characters; leave it out with exclude=")
    for encoding in (declared, "utf-8"):
        try:
            return data.decode(encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")
