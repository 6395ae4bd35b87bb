"""E-mail addresses, telephone numbers and postcodes in a text.

It does not know whose they are.
"""

from __future__ import annotations

import re
from typing import Final

from vouch.models.planner.mention import Mention

_EMAIL: Final = re.compile(r"(?<![\w.+'-])[A-Za-z0-9][\w.+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PHONE: Final = re.compile(r"(?<![\w#@.])(?:\+|00)?\(?\d[\d\s().-]{5,18}\d(?![\w@])")
_POSTCODE: Final = re.compile(
    r"""(?<![\w#@$€£.,-])(?:
        [A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}    # United Kingdom
      | [A-Z]\d[A-Z]\s?\d[A-Z]\d             # Canada
      | \d{4}\s?[A-Z]{2}(?![A-Za-z])         # Netherlands
      | \d{5}-\d{4} | \d{3}\s\d{2}(?!\d)     # United States, Sweden
      | \d{4,6}
    )(?![\w@%€$£]|[.,/:-]\d)""",
    re.VERBOSE,
)
_NAMED: Final = re.compile(
    r"\b(?:zip|post|postal|postcode|zipcode)\b[\s-]*(?:code)?[\s:=,]*(?:is|are)?\s*$", re.IGNORECASE
)
_YEARS: Final = range(1900, 2100)
_DIGITS: Final = range(7, 16)


def emails(text: str) -> list[Mention]:
    """All e-mail addresses in order, as they are written."""
    return [Mention(found[0].rstrip("."), found.start(), found.end()) for found in _EMAIL.finditer(text)]


def phones(text: str) -> list[Mention]:
    """All telephone numbers of 7 to 15 digits in order, as they are written."""
    return [
        Mention(found[0].strip(), found.start(), found.end(), 0.9)
        for found in _PHONE.finditer(text)
        if sum(sign.isdigit() for sign in found[0]) in _DIGITS
    ]


def postcodes(text: str) -> list[Mention]:
    """All postcodes in order; one that is called so is surer than one that only looks so, and a year is none."""
    found: list[Mention] = []
    for match in _POSTCODE.finditer(text):
        named = bool(_NAMED.search(text[: match.start()]))
        year = match[0].isdigit() and len(match[0]) == 4 and int(match[0]) in _YEARS
        if named or not year:
            found.append(Mention(match[0], match.start(), match.end(), 0.98 if named else 0.85))
    return sorted(found, key=lambda one: -one.sure)
