"""An alarm on a stream of audits: something that promised a share of right answers no longer keeps it.

It does not know what is audited, nor what is done when it sounds.

A Shiryaev-Roberts e-detector (Shin, Ramdas and Rinaldo, 2023): for each stake, S becomes (S + 1) (1 + stake (promised -
tolerance - outcome)). While promises are kept, the mean of S grows by at most 1 with each audit; so the alarm sounds
falsely no sooner than after `patience` audits on average, however often one looks and whenever the change comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError

METHOD: Final = "Shiryaev-Roberts e-detector"

STAKES: Final = (0.05, 0.1, 0.2, 0.4, 0.7, 0.95)


class Alarm(Struct, frozen=True):
    """The state of an alarm after `audits` outcomes; a new one is made for each outcome.

    `patience` is the least mean number of audits to a false alarm, `tolerance` how much below its promise a share may
    lie unnoticed.
    """

    patience: float = 5000.0
    tolerance: float = 0.01
    audits: int = 0
    heights: tuple[float, ...] = (0.0,) * len(STAKES)

    def __post_init__(self) -> None:
        if not self.patience > 0 or not 0 <= self.tolerance < 1:
            raise UsageError(
                f"Alarm(patience={self.patience!r}, tolerance={self.tolerance!r}): audits above 0, and a share below 1"
            )

    @property
    def height(self) -> float:
        """The mean of the detectors; the alarm sounds when it reaches `patience`."""
        return sum(self.heights) / len(self.heights)

    @property
    def sounds(self) -> bool:
        """Whether the promise is broken."""
        return self.height >= self.patience

    def hear(self, outcome: float, promised: float) -> Alarm:
        """The state after one more audit: its outcome (1 right, 0 wrong, or between) and the chance promised for it."""
        _check(outcome, promised)
        gap = promised - self.tolerance - outcome
        heights = tuple(
            min((height + 1) * (1 + stake * gap), 1e300) for height, stake in zip(self.heights, STAKES, strict=True)
        )
        return Alarm(self.patience, self.tolerance, self.audits + 1, heights)


def first_alarm(outcomes: Sequence[float], promised: Sequence[float], *, alarm: Alarm | None = None) -> int | None:
    """After how many audits (from 1) the alarm first sounds, or None."""
    if len(outcomes) != len(promised):
        raise UsageError(f"{len(outcomes)} outcomes and {len(promised)} promises: give one promise an outcome")
    state = alarm or Alarm()
    heights, enough = list(state.heights), state.patience * len(STAKES)
    for place, (outcome, promise) in enumerate(zip(outcomes, promised, strict=True), 1):
        _check(outcome, promise)
        gap = promise - state.tolerance - outcome
        heights = [(height + 1) * (1 + stake * gap) for height, stake in zip(heights, STAKES, strict=True)]
        if sum(heights) >= enough:
            return place
    return None


def _check(outcome: float, promised: float) -> None:
    if not 0 <= outcome <= 1 or not 0 <= promised <= 1:
        raise UsageError(f"outcome = {outcome!r}, promised = {promised!r}: shares from 0 to 1 are wanted")
