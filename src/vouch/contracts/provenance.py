"""The promise of provenance: which tools give text that can be trusted, and what is planned before any other is read.

It does not know how a run keeps track of it, nor what is done with a write that rests on text of strangers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from msgspec import Struct

from vouch.contracts.tool import Spent
from vouch.values.request import ToolSpec

Trust = Literal["untrusted", "trusted", "typed"]
"""What a tool's result may do: `untrusted` text may be anybody's; `trusted` text is the app's owner's or the user's
alone; a `typed` result holds nothing but numbers, dates, booleans and words of a closed list, so that it cannot say
anything."""

Provenance = Literal["ask", "block", "observe"]
"""What happens to a write that rests on untrusted text: `ask` waits for a person's yes; `block` refuses it, unless a
person is asked anyway; `observe` makes it, and says so in the journal."""


class Step(Struct, frozen=True, omit_defaults=True):
    """A write that is planned: `fixed` says exactly which arguments it has.

    `sources` names for an argument the trusted tool in whose result its value must stand. What neither names is open.
    """

    tool: str
    fixed: dict[str, Any] = {}
    sources: dict[str, str] = {}


class Plan(Struct, frozen=True):
    """The writes that what the user said asks for, each to be made once."""

    steps: tuple[Step, ...] = ()


class Planned(NamedTuple):
    """A plan, and what it cost."""

    plan: Plan
    spent: Spent = Spent()

    @classmethod
    def nothing(cls) -> Planned:
        """No write is planned."""
        return cls(Plan())


@runtime_checkable
class Planner(Protocol):
    """Plans the writes of a turn from what the user said alone: nothing that a stranger wrote is ever shown to it."""

    @property
    def name(self) -> str:
        """What it is and with which settings: equal names plan equally."""
        ...

    async def plan(self, said: Sequence[str], tools: Sequence[ToolSpec]) -> Planned:
        """The writes to be made, out of these tools, for what the user said (oldest first).

        Whatever it raises means that nothing is planned.
        """
        ...
