"""What an app claims and by which cases it is to be shown: declared here, carried out by the proof room.

It does not know how a claim is tested.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vouch.contracts.scorer import Scorer
from vouch.contracts.tool import Tool
from vouch.errors import AppError
from vouch.values.case import Case, Dataset


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a version must show before it ships.

    `claim`: the least share of right answers that must be proven; None claims nothing. `no_worse_than`: by how much the
    share may fall against the last kept version, at most. `alone`: shares of right answers for which a threshold of
    confidence is to be certified, so that surer answers may go out alone. `slices`: tags whose cases must not get worse
    either. All at `confidence`, one-sided.
    """

    claim: float | None = None
    no_worse_than: float = 0.03
    alone: Sequence[float] = (0.95, 0.98)
    confidence: float = 0.95
    slices: Sequence[str] = ()

    def __post_init__(self) -> None:
        shares = {"confidence": self.confidence, "no_worse_than": self.no_worse_than}
        if self.claim is not None:
            shares["claim"] = self.claim
        shares.update({f"alone[{index}]": share for index, share in enumerate(self.alone)})
        for name, share in shares.items():
            if not isinstance(share, int | float) or not 0 < share < 1:
                raise AppError(f"Gate({name}={share!r}): give a share between 0 and 1, such as 0.95")
        if isinstance(self.slices, str):
            raise AppError(f"Gate(slices={self.slices!r}): give a list of tags")
        object.__setattr__(self, "alone", tuple(self.alone))
        object.__setattr__(self, "slices", tuple(self.slices))


Approver = Callable[[str, dict[str, Any]], Literal["approve", "reject"] | None]
"""What the person of a case decides about a waiting write (its tool and arguments); None leaves it waiting."""


@dataclass(frozen=True)
class Stage:
    """The world of one case: the app's tools, bound to it, how it is left, and what its person decides.

    `plant` writes a text wherever a stranger could write in this world: notes, reviews, mail. The labels of trust are
    tested with it.
    """

    tools: Sequence[Tool]
    state: Callable[[], Awaitable[object]]
    approver: Approver = lambda _tool, _arguments: None
    plant: Callable[[str], Awaitable[None]] | None = None


World = Callable[[Case], AbstractAsyncContextManager[Stage]]
"""Gives each case a small world of its own, so that what one case changes no other sees."""


@dataclass(frozen=True)
class Proof:
    """Cases, how their answers are judged, and what must come out of it; with a `world` for apps that act.

    `also` are further scorers, whose figures are shown beside; `repeats` is how often each case is asked, for answers
    that vary from run to run.
    """

    cases: str | Path | Dataset
    scorer: Scorer
    gate: Gate = field(default_factory=Gate)
    name: str = ""
    world: World | None = None
    also: Sequence[Scorer] = ()
    repeats: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.cases, str | Path | Dataset):
            raise AppError(f"Proof(cases={self.cases!r}): give a file of cases, or a Dataset")
        if not isinstance(self.scorer, Scorer):
            raise AppError(f"Proof(scorer={self.scorer!r}): give a scorer, such as scorers.label()")
        if isinstance(self.also, str) or not all(isinstance(scorer, Scorer) for scorer in self.also):
            raise AppError(f"Proof(also={self.also!r}): give a list of scorers")
        object.__setattr__(self, "also", tuple(self.also))
        names = [scorer.name for scorer in (self.scorer, *self.also)]
        if len(set(names)) < len(names):
            raise AppError(f"Proof(also=...): two scorers judge alike: {', '.join(sorted(names))}; leave one away")
        if not isinstance(self.repeats, int) or self.repeats < 1:
            raise AppError(f"Proof(repeats={self.repeats!r}): give how often each case is asked, 1 or more")
        if not self.name:
            name = self.cases.name if isinstance(self.cases, Dataset) else Path(self.cases).stem
            object.__setattr__(self, "name", name)
