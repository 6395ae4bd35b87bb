"""A signal that a text gives orders to a model: what attacks say, weighed; never the defence.

It does not know who wrote the text or what the model is allowed to do. A text without any sign can still be an attack:
what keeps attacks harmless are policies, provenance and approvals; this guard makes attempts visible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from vouch.contracts.guard import Judgement
from vouch.errors import AppError
from vouch.guards.finding import setting
from vouch.guards.plain import compared
from vouch.guards.scan import Signals, all_of, has_re2
from vouch.guards.signs import signs

_WINDOW: Final = 1_200
"""Bytes within which signs may count together (and surely do within half as many): attacks are short, and long
texts gather single signs."""

_PIECE: Final = 4_096
"""Bytes that are looked at together first, and half a window of what follows: most hold too few signs to go on."""

_THRESHOLD: Final = 2


@dataclass(frozen=True)
class Injection:
    """Refuses texts with signs that weigh `threshold` or more within a few sentences."""

    name: str
    threshold: int
    only_report: bool
    _signals: Signals = field(repr=False, compare=False)

    async def judge(self, text: str) -> Judgement:
        """Whether the signs in the text weigh less than the threshold; `why` names their kinds."""
        weight, kinds = self.weigh(text)
        if weight < self.threshold:
            return Judgement(passed=True)
        why = f"signs of an injection: {', '.join(kinds)} (weight {weight}, threshold {self.threshold})"
        return Judgement(passed=self.only_report, why=why)

    def weigh(self, text: str) -> tuple[int, tuple[str, ...]]:
        """The greatest weight of the signs in one window, and their kinds; 0 where none reaches the threshold."""
        data = compared(text)
        pieces = (data[start : start + _PIECE + _WINDOW // 2] for start in range(0, max(1, len(data)), _PIECE))
        found = max(map(self._densest, pieces), key=_weight)
        return _weight(found), tuple(sorted({signs()[place].kind for place in found}))

    def _densest(self, piece: bytes) -> frozenset[int]:
        """The signs of the heaviest window, or none; only halves that hold enough signs are looked into."""
        found = self._signals.found(piece)
        if _weight(found) < self.threshold:
            return frozenset()
        if len(piece) <= _WINDOW:
            return found
        half = len(piece) // 2
        halves = (piece[: half + _WINDOW // 4], piece[half - _WINDOW // 4 :])
        return max(map(self._densest, halves), key=_weight)


def injection(threshold: int = _THRESHOLD, *, only_report: bool = False) -> Injection:
    """Refuse texts with signs of an injection; `only_report`: let them pass and note the signs in the journal.

    A higher `threshold` finds less and errs less. Raises an `AppError` for one below 1.
    """
    if threshold < 1:
        raise AppError(f"injection({threshold!r}): a threshold from 1 up is wanted; 2 is usual, 3 errs less")
    name = setting(
        "injection", threshold=None if threshold == _THRESHOLD else threshold, only_report=only_report or None
    )
    return Injection(name, threshold, only_report, _all_signs())


def _weight(places: Iterable[int]) -> int:
    return sum(signs()[place].weight for place in places)


@cache
def _all_signs() -> Signals:
    return all_of([sign.pattern for sign in signs(bounded=not has_re2())])
