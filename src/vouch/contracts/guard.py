"""The promise of a guard: a look at what comes in or goes out.

It does not know the app it stands before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, runtime_checkable

Side = Literal["input", "output"]
"""`input`: what the app is asked; `output`: what it would answer."""


class Judgement(NamedTuple):
    """Whether the text may pass, and for whoever reads the journal, why not."""

    passed: bool
    why: str = ""


@runtime_checkable
class Guard(Protocol):
    """Looks at one text at a time."""

    @property
    def name(self) -> str:
        """The guard's name in the journal."""
        ...

    async def judge(self, text: str) -> Judgement:
        """Whether this text may pass."""
        ...


@runtime_checkable
class Sided(Protocol):
    """A guard that looks at some sides only; one without `sides` looks at both."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides it looks at."""
        ...


@runtime_checkable
class WithPassages(Protocol):
    """A guard that can use what the app has found; where there is nothing, it is asked as any other."""

    async def judge_with(self, text: str, passages: Sequence[str]) -> Judgement:
        """Whether this text may pass, given the texts of the passages it was to be made from."""
        ...
