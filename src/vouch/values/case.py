"""Cases: what an app is asked in a proof, and what is right.

It does not know how an answer is judged or where cases are kept.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from vouch.values.digest import digest


class Case(Struct, frozen=True, omit_defaults=True):
    """One case. `expected` is whatever its scorer wants; `source` names what it was drawn from, for clustering.

    `then` is what the customer says after each answer, in a conversation of several turns; `setting` is whatever the
    proof's world needs to set the case up.
    """

    id: str
    input: str
    expected: Any = None
    tags: tuple[str, ...] = ()
    source: str = ""
    then: tuple[str, ...] = ()
    setting: Any = None

    @property
    def cluster(self) -> tuple[str, str]:
        """What the case counts together with: the other cases of its source, or else nothing."""
        return ("source", self.source) if self.source else ("case", self.id)


class Dataset(Struct, frozen=True):
    """Cases in a fixed order, with unique ids."""

    name: str
    cases: tuple[Case, ...]

    @property
    def digest(self) -> str:
        """The content address of all cases, ids included."""
        return digest(self.cases)

    def __len__(self) -> int:
        return len(self.cases)
