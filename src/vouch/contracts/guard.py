"""The promise of a guard: a look at what comes in or goes out.

It does not know the app it stands before.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable


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
