"""Ids in a text: by the pattern of a schema, by the look of samples, or next to the word for what they number.

It does not know what an id belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vouch.models.planner.mention import Mention, without_overlap
from vouch.models.planner.tokens import STOP, stem, tokens

_HEAD: Final = re.compile(
    r"\^?(?:\(\?:)?(?P<head>[#@]?[A-Za-z]{0,4}[-_#/]?)(?P<rest>(?:\\d|\[0-9\])(?:\{\d+(?:,\d*)?\}|\+)?)\)?\$?$"
)
_LONE: Final = re.compile(r"(?<![\w#@.$€£-])#?(?=[\w/-]*\d)[A-Za-z0-9][A-Za-z0-9_/-]*(?![\w@%€]|[.,]\d)")
_WINDOW: Final = 5  # words between an id and the word for what it numbers
_NEAR: Final = 3  # the same for digits that lack their letters
_SURE: Final = {"whole": 0.99, "loose": 0.93, "bare": 0.8, "near": 0.75}


class _Reader(NamedTuple):
    """How to read one pattern: exactly, with a missing or misplaced sign, and as bare digits."""

    exact: re.Pattern[str]
    whole: re.Pattern[str]
    head: str
    loose: re.Pattern[str] | None
    bare: re.Pattern[str] | None


@lru_cache(maxsize=512)
def _reader(pattern: str) -> _Reader | None:
    body = pattern.removeprefix("^").removesuffix("$")
    try:
        exact = re.compile(rf"(?<![\w#@-])(?:{body})(?![\w@-])", re.IGNORECASE)
        whole = re.compile(pattern if pattern.startswith("^") else rf"^(?:{pattern})$")
    except re.error:
        return None
    found = _HEAD.match(pattern)
    if not found or not found["head"]:
        return _Reader(exact, whole, "", None, None)
    letters = re.sub(r"[^A-Za-z]", "", found["head"])
    loose = rf"(?<!\w)#?{letters}[\s#_/.-]{{0,2}}({found['rest']})(?![\w@])" if letters else None
    return _Reader(
        exact,
        whole,
        found["head"],
        re.compile(loose, re.IGNORECASE) if loose else None,
        re.compile(rf"(?<![\w@.$€£-])#?({found['rest']})(?![\w@%€]|[.,]\d)"),
    )


def by_pattern(text: str, patterns: Sequence[str], *, bare: bool, nouns: frozenset[str] = frozenset()) -> list[Mention]:
    """Ids that fit a pattern, in the pattern's own spelling.

    Digits that lack only the pattern's letters are taken when they are `bare`, all that was asked for, or come next to
    one of the `nouns` (stems).
    """
    found: list[Mention] = []
    for pattern in patterns:
        if reader := _reader(pattern):
            found += _read(text, reader)
            if not found and reader.bare:
                found += [
                    one for one in _spelled_all(reader.bare, text, reader, "bare") if bare or _after(one, text, nouns)
                ]
    return without_overlap(found)


def _read(text: str, reader: _Reader) -> list[Mention]:
    whole = [
        Mention(value, match.start(), match.end(), _SURE["whole"])
        for match in reader.exact.finditer(text)
        if (value := _spelled(match[0], reader)) is not None
    ]
    return whole + (_spelled_all(reader.loose, text, reader, "loose") if reader.loose else [])


def _spelled_all(pattern: re.Pattern[str], text: str, reader: _Reader, sure: str) -> list[Mention]:
    return [
        Mention(value, match.start(), match.end(), _SURE[sure])
        for match in pattern.finditer(text)
        if (value := _spelled(reader.head + match[1], reader)) is not None
    ]


def _after(mention: Mention, text: str, nouns: frozenset[str]) -> bool:
    before = [token for token in tokens(text) if token.end <= mention.start][-_NEAR:]
    return any(stem(token.word) in nouns for token in before)


def _spelled(text: str, reader: _Reader) -> str | None:
    """`text` as the pattern wants it: in capitals, in small letters, or as the pattern's own beginning has it."""
    head = reader.head + text[len(reader.head) :] if reader.head else text
    return next((one for one in (text, head, text.upper(), text.lower()) if reader.whole.match(one)), None)


def fits(value: object, patterns: Sequence[str]) -> bool:
    """Whether `value` fits one of the patterns, or there is none."""
    readers = [reader for pattern in patterns if (reader := _reader(pattern))]
    return not readers or (isinstance(value, str) and any(reader.whole.match(value) for reader in readers))


def by_noun(text: str, nouns: frozenset[str], *, asked: bool) -> list[Mention]:
    """Words with a digit in them that come after one of the `nouns` (stems); any such word when it was `asked` for."""
    words = tokens(text)
    found: list[Mention] = []
    for match in _LONE.finditer(text):
        before = [token.word for token in words if token.end <= match.start()][-_WINDOW:]
        named = any(stem(word) in nouns for word in before if word not in STOP)
        if named or asked:
            found.append(Mention(match[0].lstrip("#"), match.start(), match.end(), _SURE["near"]))
    return found
