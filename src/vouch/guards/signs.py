"""Signs of an injection, each with a weight: what attacks say that other texts seldom say, from `signs.txt`.

It does not know how signs are counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_NAME: Final = re.compile(r"@([A-Z]+)@")


class Sign(NamedTuple):
    """One sign: what it is called in a judgement, its weight, and its pattern."""

    kind: str
    weight: int
    pattern: str


_NEAR: Final = {"GAP": r"[^.!?\n]{0,60}", "PAUSE": r"[^.!?؟।。\n]{0,60}", "LINE": r"[^\n]{0,120}"}
"""Gaps for an engine whose time grows with a power of the gap: Python's `re`."""


@cache
def signs(*, bounded: bool = False) -> tuple[Sign, ...]:
    """All signs that ship with Vouch; `bounded`: with gaps of so many characters at most."""
    text = files("vouch.guards").joinpath("signs.txt").read_text(encoding="utf-8")
    return read(text, _NEAR if bounded else {})


def read(text: str, instead: Mapping[str, str]) -> tuple[Sign, ...]:
    """The signs of a text such as `signs.txt`; `instead`: patterns that stand in for those that it names."""
    named: dict[str, str] = {}
    found: list[Sign] = []
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        kind, weight, pattern = line.split(" ", 2)
        whole = _NAME.sub(lambda name: named[name.group(1)], unicodedata.normalize("NFKC", pattern))
        if kind == "let":
            named[weight] = instead.get(weight, whole)
        else:
            found.append(Sign(kind, int(weight), whole))
    return tuple(found)
