"""The verb that a wish is put with: *cancel it*, *I want to give it back*, *please arrange a return*.

It does not know the tools.
"""

from __future__ import annotations

import re
from typing import Final

from vouch.models.planner.clauses import informs, polished
from vouch.models.planner.tokens import STOP, stem, tokens

_ALLOWS: Final = re.compile(r"^(?:can|could|may|should|would|will) (?:i|we)\b|\bhow\b", re.IGNORECASE)
_WISHED: Final = re.compile(
    r"(?:\b(?:i|we)(?:'d| w[oul]{2,4}d|'ll| do| really| just)*"
    r"(?: want| need| wish| like| love| have| hope| have got)? to"
    r"|^(?:want|need|wish|would like|like|have|gotta) to"
    r"|\b(?:looking|trying|hoping) to|\b(?:can|could|would|will|may|should) (?:you|i|we)(?: please| just)?|\bplease"
    r"|\blet's|\bhow (?:do|can) i)\s+(?P<verb>[A-Za-z]+)",
    re.IGNORECASE,
)
_LIGHT: Final = re.compile(
    r"\b(?:(?:arrange|register|make|book|organi[sz]e|request|have|get|give|need|want|demand|like|expect|start|issue|for)"
    r"|please\s+[a-z]+)"
    r"\s+(?:(?:me|us|you)\s+)?(?:an?|the|my|our|another)\s+(?:(?:full|quick|complete|new)\s+)?(?P<deed>[a-z]+)",
    re.IGNORECASE,
)
_LITTLE: Final = re.compile(
    r"(?:\s*[\w'-]+){0,5}?\s*\b(?P<word>back|off|up|out|through|over|away|down|for)\b", re.IGNORECASE
)
_BACK: Final = re.compile(
    r"(?<!to )\b(?P<verb>want|need|g[io]ve|giving|send(?:ing)?|tak(?:e|ing)|go|goes|going|"
    r"bring(?:ing)?|pay(?:ing)?|com(?:e|ing))\b"
    r"(?:\s+[\w'-]+){0,5}?\s+back\b",
    re.IGNORECASE,
)
_COMMAND: Final = re.compile(
    r"[a-z]+ (?:back|off|up|out|through|over|away|down"
    r"|me|it|them|us|him|her|this|that|these|those|the|my|our|an?|all)\b",
    re.IGNORECASE,
)
_SMALL: Final = frozenset(map(stem, STOP))
_OFFERS: Final = re.compile(r"\b(?:i|we)(?:'d|'ll| w[oul]{2,4}d| will)\s+$", re.IGNORECASE)
_GO: Final = re.compile(r"^go(?:es|ing)$")


def asks_for_deed(text: str) -> bool:
    """Whether `text` asks to have something done."""
    found = _WISHED.search(polished(text))
    return found is not None and not informs(text) and not _ALLOWS.search(found[0])


def wished(text: str) -> str:
    """The stem of the verb that `text` wishes for, as *cancel* in *I want to cancel it*; else its first word's."""
    bare = polished(text)
    if found := _WISHED.search(bare):
        return stem(found["verb"].lower())
    return first_word(bare)


def first_word(text: str) -> str:
    """The stem of the first word of `text` that is no courtesy, which a command begins with."""
    first = tokens(polished(text))[:1]
    return stem(first[0].word) if first else ""


def deed_as_thing(text: str) -> str:
    """The stem of the deed that `text` wants as a thing, as in *arrange a return* and *asking for a full refund*."""
    found = _LIGHT.search(text)
    return stem(found["deed"].lower()) if found else ""


def deed(text: str) -> str:
    """The verb that `text` wishes for with its little word, as in *give back* and *put through*; or the verb alone."""
    bare, verb = polished(text), wished(text)
    found = _WISHED.search(bare)
    if not found and verb in _SMALL and (back := _BACK.search(bare)) and not _OFFERS.search(bare[: back.start()]):
        return f"{stem(_GO.sub('go', back['verb'].lower()))} back"
    little = _LITTLE.match(bare[found.end() :] if found else bare.partition(" ")[2])
    return f"{verb} {little['word'].lower()}" if little and (found or verb not in _SMALL) else verb


def commanded(text: str) -> str:
    """The `deed` of `text` where it is put as a wish or a command, as *Track my parcel* is; else nothing."""
    bare = polished(text)
    plain = _WISHED.search(bare) or _COMMAND.match(bare) or _BACK.search(bare)
    found = deed(text) if plain and not informs(text) else ""
    return found if found not in _SMALL else ""
