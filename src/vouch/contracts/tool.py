"""The promise of a tool: arguments in, a result out, and whether anything in the world changes.

It does not know who calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from vouch.contracts.approval import Approval
from vouch.contracts.policy import Policy
from vouch.values.money import Money, Usage
from vouch.values.request import ToolSpec

Effect = Literal["read", "write"]
"""`read` changes nothing and may be repeated; `write` changes the world, and happens exactly as often as it should."""


class Arguments(NamedTuple):
    """Checked arguments: as typed values by name, and as JSON in one canonical form."""

    values: dict[str, Any]
    text: str


@runtime_checkable
class Tool(Protocol):
    """Something a model may call."""

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        ...

    @property
    def effect(self) -> Effect:
        """Whether a call changes anything."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the tool's schema or declared behaviour changes."""
        ...

    def check(self, arguments: str) -> Arguments:
        """The arguments as typed values; raises `ToolRefused` when they do not fit, with a message for the model."""
        ...

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The result as text; a write gets its idempotency key.

        Raises `ToolRefused`, with a message for the model, when nothing was changed: a read that failed, or a write
        that the receiver certainly did not make. Anything else that a write raises leaves open whether it was made.
        """
        ...


@runtime_checkable
class WriteTool(Tool, Protocol):
    """A tool that changes the world, and all that decides when it may and how often it does."""

    @property
    def confirm(self) -> bool:
        """Whether the customer must say yes to exactly this before it is made."""
        ...

    @property
    def approvals(self) -> Sequence[Approval]:
        """Who must say yes, and when: the first that applies decides."""
        ...

    @property
    def policies(self) -> Sequence[Policy]:
        """Rules that every call must pass."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether the receiver makes a write once per key however often it is asked."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether the same write with the same arguments may be meant twice in one run."""
        ...

    @property
    def can_reconcile(self) -> bool:
        """Whether `reconcile` can look a write up."""
        ...

    @property
    def settles(self) -> float:
        """After so many seconds a write that is not found was not made: the receiver has nothing under way any more."""
        ...

    async def reconcile(self, key: str) -> str | None:
        """What the write under this key gave back, or None when it certainly was not made.

        Raises anything when that cannot be found out.
        """
        ...

    def describe(self, arguments: dict[str, Any]) -> str:
        """What a person is asked to say yes to, in one sentence."""
        ...


class Spent(NamedTuple):
    """The tokens and the money of models that a tool asked to give its result."""

    usage: Usage = Usage()
    cost: Money | None = None


@runtime_checkable
class Spender(Protocol):
    """A tool that asks models, as an app does that is a tool of another."""

    @property
    def spent(self) -> Spent:
        """What its calls have spent so far."""
        ...


class ToolRefused(Exception):
    """Nothing was changed; the message goes back to the model."""
