"""The promise of a tool: arguments in, a result out, and whether anything in the world changes.

It does not know who calls it.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from vouch.values.request import ToolSpec

Effect = Literal["read", "write"]
"""`read` changes nothing and may be repeated; `write` changes the world, and happens exactly as often as it should."""


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

    async def call(self, arguments: str) -> str:
        """The result as text; raises `ToolRefused` with a message that the model can act on."""
        ...


class ToolRefused(Exception):
    """A call that cannot be made as asked; the message goes back to the model."""
