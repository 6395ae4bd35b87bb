"""Names of people in a text.

It does not know the people.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from vouch.models.planner.contacts import emails
from vouch.models.planner.masking import masked
from vouch.models.planner.mention import Mention, without_overlap
from vouch.models.planner.tokens import STOP, each, stem, stems, word_set

_PART: Final = r"[^\W\d_](?:[^\W\d_]|['\N{RIGHT SINGLE QUOTATION MARK}-](?=[^\W\d_]))+|[A-Z]\."
_CAPITAL: Final = rf"(?=[^\W\d_a-z])(?:{_PART})"
_FULL: Final = rf"{_CAPITAL}(?:\s+(?:(?:van|von|de|der|den|da|di|del|la|le|bin|al)\s+)*{_CAPITAL}){{1,3}}"
_LEAD: Final = (
    r"(?:my (?:full )?name(?: is|'s|:)|name\s*(?:is|:|=)|i am called|(?:it|this) is|here is|signed,?|regards,?|"
    r"under the name(?: of)?|in the name of|for|mr\.?|mrs\.?|ms\.?|dr\.?)"
)
_SAID: Final = re.compile(rf"\b(?i:{_LEAD}|i am|i'm|im|it's)\s+(?P<name>{_FULL})")
_SMALL: Final = re.compile(
    r"\b(?:my (?:full )?name(?: is|'s|:)?|name\s*(?:is|:|=))\s+(?P<name>[^\W\d_][\w'-]*\s+[^\W\d_][\w'-]*)",
    re.IGNORECASE,
)
_SINGLE: Final = re.compile(
    rf"\b(?i:my (?:first )?name(?: is|'s|:)|i am called)\s+(?P<name>{_CAPITAL})(?!\s+{_CAPITAL})"
)
_ALONE: Final = re.compile(rf"(?<!\w)(?P<name>{_FULL})(?!\w)")
_BARE: Final = re.compile(r"^\W*(?P<name>[^\W\d_][\w'-]*\s+[^\W\d_][\w'-]*)\s*(?=$|[,;.\n(]|\d)")
_NOT: Final = STOP | word_set(
    "sorry sure yes e-mail mail number order please cancel return refund customer dear address street road avenue "
    "lane drive email postcode zip thanks regards best kind still very really so looking trying writing calling "
    "monday tuesday wednesday thursday friday saturday sunday"
)


_INTRODUCES: Final = frozenset(map(stem, each("name mail email account address register registered under find number")))


class Name(NamedTuple):
    """A full name taken apart."""

    first: str
    last: str


def people(text: str, *, asked: bool) -> list[Mention]:
    """Full names in order: introduced as such, or, when a name was `asked` for, standing for themselves."""
    found = [*_SAID.finditer(text), *_SMALL.finditer(text)]
    mentions = [_mention(match, 0.95) for match in found]
    if asked and not any(mentions):
        mentions += [_mention(match, 0.85) for match in (*_ALONE.finditer(text), *_BARE.finditer(text))]
    return without_overlap(one for one in mentions if one)


def first_names(text: str) -> list[Mention]:
    """First names that were given without a last one."""
    return [Mention(match["name"], match.start("name"), match.end("name"), 0.9) for match in _SINGLE.finditer(text)]


def introduction(text: str) -> bool:
    """Whether `text` only says who somebody is: by name, e-mail address, telephone number or postcode."""
    told = [*people(text, asked=False), *emails(text)]
    bare = "".join(" " if any(one.start <= at < one.end for one in told) else sign for at, sign in enumerate(text))
    return bool(told) and not stems(masked(bare)) - _INTRODUCES


def apart(name: str) -> Name:
    """First and last name of a full one."""
    first, _, last = name.partition(" ")
    return Name(first, last)


def _mention(match: re.Match[str], sure: float) -> Mention | None:
    words = match["name"].split()
    while words and words[-1].lower().strip(".") in _NOT:
        words.pop()
    if len(words) < 2 or any(word.lower() in _NOT for word in words):
        return None
    name = " ".join(words)
    capital = name if any(sign.isupper() for sign in name) else name.title()
    start = match.start("name")
    return Mention(capital.rstrip("."), start, start + len(match["name"]), sure)
