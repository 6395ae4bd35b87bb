"""The line to an MCP server, spoken by the official SDK (the package `mcp`, an optional extra).

It does not know which of the server's tools an app may call.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar, cast

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    REQUEST_TIMEOUT,
    CallToolResult,
    EmbeddedResource,
    TextContent,
    TextResourceContents,
    Tool,
)

from vouch.tools.function import as_text
from vouch.tools.mcp_server import Command, LineBroke, NoAnswer, NotSent, Reply, Server
from vouch.values.request import ToolSpec

T = TypeVar("T")

PAGES: Final = 100
"""A listing that has more pages than this does not end."""

_SILENT: Final = frozenset({CONNECTION_CLOSED, INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, REQUEST_TIMEOUT})
"""Codes that the SDK also gives to what is no answer of the server: a broken line, a proxy's page, bad JSON."""


class Connection:
    """See `vouch.tools.mcp_server.Connection`. Each event loop that uses it gets a line of its own."""

    def __init__(self, server: Server, seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._line: _Line | None = None

    async def listing(self) -> Mapping[str, ToolSpec]:
        """The tools of the server by name; raises `NotSent`."""
        return (await self._whole(surely=False)).listing

    async def call(self, tool: ToolSpec, arguments: dict[str, Any], *, key: str = "", surely: bool = False) -> Reply:
        """Call a tool that the server still lists as `tool`; raises `NotSent` or `NoAnswer`."""
        line = await self._whole(surely=surely)
        if line.listing.get(tool.name) != tool:
            raise NotSent(
                f"{self._server} has changed {tool.name!r} since it was declared; look at it, declare it anew"
            )
        return await line.call(tool.name, arguments, key)

    async def aclose(self) -> None:
        """End the line; a process that was started for it ends too."""
        line, self._line = self._line, None
        if line is not None and line.loop is asyncio.get_running_loop():
            await line.aclose()

    async def _whole(self, *, surely: bool) -> _Line:
        """A line that is open; one that turns out to be broken is replaced once."""
        line, fresh = self._current()
        try:
            await line.opened()
            if surely and not fresh:
                await line.list_again()
        except NoAnswer as problem:
            line.end()
            if fresh:
                raise NotSent(f"the MCP server {str(self._server)!r} cannot be reached: {problem}") from problem
            return await self._whole(surely=surely)
        return line

    def _current(self) -> tuple[_Line, bool]:
        """The line of this event loop, and whether it is new."""
        line = self._line
        if line is not None and line.usable and line.loop is asyncio.get_running_loop():
            return line, False
        self._line = _Line(self._server, self._seconds)
        return self._line, True


class _Line:
    """One session. A task of its own keeps it, because the SDK wants it closed by whoever opened it."""

    def __init__(self, server: Server, seconds: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.listing: dict[str, ToolSpec] = {}
        self._server = server
        self._seconds = seconds
        self._closing = asyncio.Event()
        self._ending = False
        self._calls = 0
        self._opened: asyncio.Future[Client] = self.loop.create_future()
        self._why = "it was closed"
        self._keeper = self.loop.create_task(self._keep())

    @property
    def usable(self) -> bool:
        """Whether nothing is known to be wrong with it."""
        return not (self._keeper.done() or self._ending)

    async def opened(self) -> Client:
        """Wait until it is open; raises `NoAnswer`."""
        await asyncio.wait({self._opened, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
        if not self._opened.done() or not self.usable:
            raise NoAnswer(self._why)
        return self._opened.result()

    async def list_again(self) -> None:
        """Fetch the listing anew; raises `NoAnswer`."""
        client = await self.opened()
        try:
            self.listing = await self._in_time(_listing(client))
        except MCPError as error:
            raise NoAnswer(str(error)) from error

    async def call(self, name: str, arguments: dict[str, Any], key: str) -> Reply:
        """Call a tool once; raises `NoAnswer`."""
        client = await self.opened()
        try:
            result = await self._in_time(
                client.call_tool(name, arguments, meta={"idempotencyKey": key} if key else None)
            )
        except MCPError as error:
            if error.code not in _SILENT:
                return Reply(str(error), failed=True)
            if error.code in (CONNECTION_CLOSED, INVALID_REQUEST):
                self.end()
                raise LineBroke(str(error)) from error
            raise NoAnswer(str(error)) from error
        return Reply(_text_of(result), failed=result.is_error)

    def end(self) -> None:
        """Take no more calls, and close it after those that are under way; nobody waits for that."""
        self._ending = True
        if not self._calls:
            self._closing.set()

    async def aclose(self) -> None:
        """Close it, and wait until it is closed."""
        self._ending = True
        self._closing.set()
        await asyncio.wait({self._keeper})

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives, while the line holds and the time lasts."""
        task = self.loop.create_task(work)
        self._calls += 1
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.wait({task, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() or task.cancelled():
                raise LineBroke(f"the connection broke: {self._why}")
            return task.result()
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._seconds:g} s") from None
        except (MCPError, NoAnswer):
            raise
        except Exception as error:
            # The SDK holds an answer against the server's own schema, and much else, each with an error of its own.
            raise NoAnswer(f"an answer that cannot be used: {error}") from error
        finally:
            task.cancel()
            self._calls -= 1
            if self._ending:
                self.end()

    async def _keep(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._seconds):
                    client = await stack.enter_async_context(await _client(self._server, stack))
                    self.listing = await _listing(client)
                self._opened.set_result(client)
                await self._closing.wait()
        except TimeoutError:
            self._why = f"no answer within {self._seconds:g} s"
        except Exception as error:  # noqa: BLE001 - transports break in their own ways; whoever waits is told
            self._why = _told(error)


async def _client(server: Server, stack: AsyncExitStack) -> Client:
    if isinstance(server, Command):
        command, *arguments = server.line
        parameters = StdioServerParameters(
            command=command, args=arguments, env=dict(server.env), cwd=server.folder and str(server.folder)
        )
        # Not sys.stderr, which may have been replaced by something that is no file.
        return Client(stdio_client(parameters, errlog=sys.__stderr__ or sys.stderr))
    http = await stack.enter_async_context(create_mcp_http_client(headers=dict(server.headers)))
    return Client(streamable_http_client(server.url, http_client=http))


async def _listing(client: Client) -> dict[str, ToolSpec]:
    """All tools, page by page."""
    tools: list[Tool] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="refresh")
        tools += page.tools
        cursor = page.next_cursor
        if cursor is None:
            break
    return {
        tool.name: ToolSpec(
            tool.name, " ".join((tool.description or "").split()), tool.input_schema, _unwrapped(tool.output_schema)
        )
        for tool in tools
    }


def _unwrapped(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """Results that are no objects travel as {"result": ...}; the schema of what is within."""
    properties: dict[str, Any] = (schema or {}).get("properties", {})
    return properties["result"] if set(properties) == {"result"} else schema


def _text_of(result: CallToolResult) -> str:
    """The result as a model reads it: its value where it has one, otherwise its texts."""
    value: Any = result.structured_content
    if value is None or result.is_error:
        return as_text("\n".join(_words(block) for block in result.content))
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return as_text(fields["result"] if list(fields) == ["result"] else cast("object", value))


def _words(block: Any) -> str:
    match block:
        case TextContent(text=text) | EmbeddedResource(resource=TextResourceContents(text=text)):
            return text
        case _:
            about = getattr(block, "uri", None) or getattr(block, "mime_type", None) or "not shown"
            return f"[{block.type}: {about}]"


def _told(error: BaseException) -> str:
    """The words of the first error that is no group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return str(error) or type(error).__name__
