"""Postal addresses in a text, taken apart: street, second line, city, region, postcode, country.

It does not know whether an address exists.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from vouch.models.planner.contacts import postcodes
from vouch.models.planner.mention import Mention

_NAME: Final = r"[^\W\d_][\w.'\N{RIGHT SINGLE QUOTATION MARK}-]*"
_NUMBER_FIRST: Final = rf"\d{{1,5}}[A-Za-z]?\s+(?:{_NAME}\s+){{0,4}}?(?P<kind>{_NAME})"
_KINDS: Final = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|way|terrace|close|"
    "crescent|parkway|pkwy|highway|hwy|circle|row|gardens|hill|walk|mews|quay|alley|broadway|trail"
)
_STREET: Final = re.compile(
    rf"\b(?P<street>\d{{1,5}}[A-Za-z]?\s+(?:{_NAME}\s+){{0,4}}?(?:{_KINDS})\b\.?)"
    rf"|\b(?P<other>(?:{_NAME}\s)?{_NAME}(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee)\s+\d{{1,4}}\s?[a-z]?\b)"
    rf"|\b(?P<rue>\d{{1,5}},?\s+(?:rue|calle|via|avenue|boulevard|place)\s+(?:{_NAME}\s*){{1,4}})"
    rf"|\b(?P<bare>\d{{1,5}}[A-Za-z]?\s+{_NAME}(?:\s+{_NAME}){{0,3}})(?=,\s*\d{{4,6}}\s+[^\W\d_])",
    re.IGNORECASE,
)
_SECOND: Final = re.compile(
    r"\b(?:apt|apartment|suite|unit|flat|floor|room|building|bldg|ste)\.?\s*#?\s*\w+|#\s*\d+\w*", re.IGNORECASE
)
_REGION: Final = re.compile(r"(?:^|[\s,])([A-Z]{2})(?=\s*,?\s*(?:\d{5}|$|,))")
_COUNTRIES: Final = re.compile(
    r"\b(?:usa|u\.s\.a\.|united states(?: of america)?|us|uk|united kingdom|england|scotland|wales|ireland|germany|"
    r"france|spain|italy|portugal|netherlands|belgium|austria|switzerland|poland|sweden|norway|denmark|finland|"
    r"canada|australia|new zealand|india|japan|china|brazil|mexico|ukraine|czech republic|greece)\b",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"^(?:in|at|to|and|now|is|the|city|town|of|postcode|zip|code|postal|please|thanks)\b\s*", re.IGNORECASE
)
_CITY: Final = re.compile(r"^[^\W\d_][^\W\d_.'-]*(?:[\s-][^\W\d_][\w.'-]*){0,2}$")
_END: Final = re.compile(
    r"[.!?;\n](?:\s|$)|\b(?:please|thanks|thank you|instead|because|and my|and i|from now)\b", re.IGNORECASE
)
_REACH: Final = 120  # characters after the street in which the rest of an address is looked for


class Address(NamedTuple):
    """The pieces that were found; an empty text for the others."""

    street: str = ""
    second: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


def addresses(text: str) -> list[Mention]:
    """All addresses that begin with a street, as `Address`."""
    found: list[Mention] = []
    for match in _STREET.finditer(text):
        street = match["street"] or match["other"] or match["rue"] or match["bare"]
        rest = text[match.end() : match.end() + _REACH]
        if end := _END.search(rest):
            rest = rest[: end.start()]
        address = _rest(" ".join(street.split()).rstrip(","), rest)
        found.append(Mention(address, match.start(), match.end() + len(rest), 0.9))
    return found


def _rest(street: str, rest: str) -> Address:
    second = _SECOND.search(rest)
    if second:
        rest = rest.replace(second[0], "", 1)
    codes = postcodes(rest)
    code = codes[0].value if codes else ""
    region = _REGION.search(rest)
    country = _COUNTRIES.search(rest)
    for piece in (code, country[0] if country else "", region[1] if region else ""):
        rest = re.sub(rf"\b{re.escape(piece)}\b", ",", rest, count=1) if piece else rest
    return Address(
        street,
        second[0] if second else "",
        _city(rest),
        region[1] if region else "",
        code,
        country[0] if country else "",
    )


def _city(rest: str) -> str:
    for piece in rest.split(","):
        bare = piece.strip(" .:()")
        while bare != (shorter := _LEAD.sub("", bare)):
            bare = shorter
        if _CITY.match(bare):
            return bare
    return ""


def whole(address: Address) -> str:
    """An address in one line."""
    line = f"{address.region} {address.postcode}".strip()
    return ", ".join(piece for piece in (address.street, address.second, address.city, line, address.country) if piece)
