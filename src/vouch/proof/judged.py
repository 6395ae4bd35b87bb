"""What the figures about a judge need of every answer: some tens of bytes each, no text.

It does not know what was asked or answered, nor what the figures are.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isnan, nan
from typing import Final, NamedTuple

from vouch.judges.pairwise import Winners
from vouch.proof.labelled import Labelled
from vouch.values.score import Score

_NO_VERDICT: Final = 3
_NO_PAIR: Final = 4
"""In place of the winner of a pair: none was named, or nothing was compared."""


class Verdicted(NamedTuple):
    """An answer, what the judge said of it, whether it passed, and the winners of a pair."""

    answer: Labelled
    score: Score
    passed: bool
    winners: Winners | None = None


class Judged(NamedTuple):
    """One answer as the figures see it: its place, the judge's value and people's, whether it passed, and lengths.

    `pair` says that two answers were compared, of `length` and `other` characters; `least` is the value from which such
    a pair passes, None where its winner is asked for.
    """

    place: int
    value: float | None
    human: float | None
    passed: bool
    length: int
    other: int
    pair: bool
    least: float | None = None


class Verdicts:
    """The verdicts on `n` answers, in any order, each at its place; `least` is the threshold, where there is one."""

    def __init__(self, n: int, *, least: float | None = None) -> None:
        self.n = n
        self._least = least
        self._passed = bytearray(n)
        self._value = array("d", [nan]) * n
        self._human = array("d", [nan]) * n
        self._length = array("I", bytes(4 * n))
        self._other: array[int] | None = None
        self._winners: tuple[bytearray, bytearray] | None = None

    def add(self, place: int, one: Verdicted) -> None:
        """Note a verdict."""
        self._passed[place] = one.passed
        if one.score.value is not None:
            self._value[place] = one.score.value
        if one.answer.human is not None:
            self._human[place] = one.answer.human
        self._length[place] = len(one.answer.result.output)
        if one.winners is not None:
            self._note_pair(place, one, one.winners)

    def __getitem__(self, place: int) -> Judged:
        return Judged(
            place,
            _known(self._value[place]),
            _known(self._human[place]),
            bool(self._passed[place]),
            self._length[place],
            self._other[place] if self._other else 0,
            self._winners is not None and self._winners[0][place] != _NO_PAIR,
            self._least,
        )

    @property
    def passed(self) -> list[bool]:
        """By place, whether the answer passed."""
        return list(map(bool, self._passed))

    @property
    def labelled(self) -> list[Judged]:
        """The answers that people have labelled, in order."""
        return [self[place] for place, human in enumerate(self._human) if not isnan(human)]

    @property
    def unlabelled(self) -> list[int]:
        """The places of the others."""
        return [place for place, human in enumerate(self._human) if isnan(human)]

    @property
    def unscored(self) -> int:
        """How many the judge gave no verdict on."""
        return sum(map(isnan, self._value))

    @property
    def winners(self) -> tuple[Sequence[int | None], Sequence[int | None]] | None:
        """The winners of all pairs in the order given and after swapping; None where there are no pairs."""
        if self._winners is None:
            return None
        given, swapped = (
            [None if winner == _NO_VERDICT else winner for winner in side if winner != _NO_PAIR]
            for side in self._winners
        )
        return given, swapped

    def _note_pair(self, place: int, one: Verdicted, winners: Winners) -> None:
        if self._winners is None or self._other is None:
            self._winners = bytearray([_NO_PAIR]) * self.n, bytearray([_NO_PAIR]) * self.n
            self._other = array("I", bytes(4 * self.n))
        for side, winner in zip(self._winners, (winners.given, winners.swapped), strict=True):
            side[place] = _NO_VERDICT if winner is None else winner
        self._other[place] = len(str(one.answer.case.expected))


def _known(value: float) -> float | None:
    return None if isnan(value) else value
