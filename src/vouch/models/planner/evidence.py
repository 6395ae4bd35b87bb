"""What the values in a message say about the tool that is wanted: an address is for one that takes an address.

It does not know what the words say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from vouch.models.planner import identifiers
from vouch.models.planner.addresses import addresses
from vouch.models.planner.assign import is_money
from vouch.models.planner.dates import dates
from vouch.models.planner.numbers import numbers
from vouch.models.planner.schema import Parameter
from vouch.models.planner.toolbox import Skill, Toolbox

_ADDRESS: Final = 0.15
_ID: Final = 0.1
_SOME: Final = 0.06
_ELSE: Final = 0.08
_FEW: Final = 1 / 3
"""Of all tools: what more of them take tells nothing."""

_ANY_DAY: Final = date(2000, 1, 1)


def evidence(text: str, tools: Toolbox) -> list[float]:
    """For each tool, what the values in `text` add to its score."""
    said = dict(_kinds(text))
    patterns = {pattern for skill in tools.skills for one in skill.parameters for pattern in one.patterns}
    matched = {pattern for pattern in patterns if identifiers.by_pattern(text, (pattern,), bare=False)}
    takes = [_taken(skill, said, matched) for skill in tools.skills]
    counts: dict[str, int] = {}
    for one in takes:
        for what in one:
            counts[what] = counts.get(what, 0) + 1
    most = max(1.0, _FEW * len(tools.skills))
    found = [max((weight for what, weight in one.items() if counts[what] <= most), default=0.0) for one in takes]
    if not matched:
        return found
    # Whoever names a thing by its id wants something of it.
    return [score - (0.0 if matched & one.keys() else _ELSE) for score, one in zip(found, takes, strict=True)]


def _kinds(text: str) -> Iterator[tuple[str, float]]:
    if addresses(text):
        yield "address", _ADDRESS
    if any(one.sign == "money" for one in numbers(text)):
        yield "money", _SOME
    if dates(text, _ANY_DAY):
        yield "date", _SOME


def _taken(skill: Skill, said: dict[str, float], matched: set[str]) -> dict[str, float]:
    """What of the values said the tool takes."""
    taken: dict[str, float] = {}
    for one in skill.parameters:
        taken |= {kind: said[kind] for kind in _wants(one) if kind in said}
        taken |= {pattern: _ID for pattern in one.patterns if pattern in matched}
    return taken


def _wants(one: Parameter) -> Iterator[str]:
    if one.kind == "address" or one.is_address or one.kind == "street":
        yield "address"
    if one.kind in ("date", "moment") and not one.personal:
        yield "date"
    if one.kind in ("number", "whole") and is_money(one):
        yield "money"
