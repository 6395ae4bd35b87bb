"""An MCP server as its user names it, and what can become of a call to it.

It does not know how the protocol is spoken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from vouch.errors import ToolError
from vouch.values.request import ToolSpec


@dataclass(frozen=True)
class Command:
    """A server that is started as a process of its own and spoken to over its standard input and output.

    Of the environment it gets PATH, HOME and the like, and what `env` adds. What it writes to standard error is shown.
    """

    line: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    folder: str | Path | None = None

    def __post_init__(self) -> None:
        if isinstance(self.line, str) or not self.line:
            raise ToolError(f"Command({self.line!r}): give a list, such as Command(['uvx', 'mcp-server-time'])")
        object.__setattr__(self, "line", tuple(self.line))

    def __str__(self) -> str:
        return " ".join(self.line)


@dataclass(frozen=True)
class Address:
    """A server that is spoken to over streamable HTTP; `headers` go with every request and are never shown."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ToolError(f"{self.url!r} is no address of an MCP server; give https://..., or Command([...])")

    def __str__(self) -> str:
        return self.url


Server = Command | Address


class Reply(NamedTuple):
    """What a server answered: text for the model, and whether it called that an error."""

    text: str
    failed: bool = False


class NotSent(Exception):
    """Nothing of the call has reached the server."""


class NoAnswer(Exception):
    """The call was sent and no answer came back that says what became of it."""


class LineBroke(NoAnswer):
    """The line to the server broke while an answer was waited for."""


class Connection(Protocol):
    """The line to one server, opened when first needed and again after it broke."""

    async def listing(self) -> Mapping[str, ToolSpec]:
        """The tools of the server by name, as it lists them; raises `NotSent`."""
        ...

    async def call(self, tool: ToolSpec, arguments: dict[str, Any], *, key: str = "", surely: bool = False) -> Reply:
        """Call a tool that the server still lists as `tool`; raises `NotSent` or `NoAnswer`.

        `surely` looks first whether the line is whole, so that a call is not sent into one that broke while idle.
        """
        ...

    async def aclose(self) -> None:
        """End the line; a process that was started for it ends too."""
        ...
