"""Which words stand in a text, as a search by words compares them.

It does not know how words are weighed.

Words are rows of letters and digits of any script, folded to one case and one form (NFKC). Scripts that write no spaces
between words, such as Chinese and Japanese, give pairs of signs instead. The commonest English words are left out,
because they say nothing and cost the most; the endings of the others may be taken off.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from vouch.knowledge.stemming import stem

Stemming = Literal["light", "none"]
"""`light` makes English plurals, -ing and -ed the same word; `none` compares words as they stand."""

_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")

_COMMON: Final = """
a about an and are as at be been being but by can could did do does for from had has have he her him his how i if in
into is it its just me my no not of on or our s she should so such t than that the their them then there these they this
to too us very was we were what when where which who whom why will with would you your
"""

COMMON: Final = frozenset(_COMMON.split())
"""Words that are never searched for."""


def words_of(text: str, stemming: Stemming = "light") -> list[str]:
    """The words of a text in their order, as often as they stand there."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found = _WORD.findall(text.casefold())
    if not text.isascii() and _UNSPACED.search(text):
        found = [part for word in found for part in _parted(word)]
    if stemming == "none":
        return [word for word in found if word not in COMMON]
    return [stem(word) for word in found if word not in COMMON]


def _parted(word: str) -> list[str]:
    """A word as it is; where a script has no spaces, each pair of neighbouring signs."""
    parts: list[str] = []
    start = 0
    for run in _UNSPACED.finditer(word):
        parts.append(word[start : run.start()])
        signs = run[0]
        parts.extend(signs[place : place + 2] for place in range(max(1, len(signs) - 1)))
        start = run.end()
    parts.append(word[start:])
    return [part for part in parts if part]
