"""An app as an MCP server over standard input and output: one tool, `ask`, whose every call is a run or more of one.

It does not know who asks: mostly a model, so what comes in is nobody's yes to a write unless whoever started the server
says that the client speaks for the user. It needs the package `mcp`, an optional extra, so it is loaded only when an
app is served.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout, suppress
from typing import Any, Final

import msgspec
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.errors import UsageError, VouchError
from vouch.journal.state import fold
from vouch.values.result import Result

_INPUTS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "input": {
            "type": "string",
            "description": "What to say. Empty, with a run: whether a person has decided meanwhile.",
        },
        "run": {"type": "string", "description": "Go on with this conversation; leave it away to begin a new one."},
    },
    "required": ["input"],
    "additionalProperties": False,
}

_OUTPUTS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "run": {"type": "string", "description": "The conversation; give it back to go on with it."},
        "status": {"enum": ["answered", "abstained", "blocked", "stopped", "failed", "waiting"]},
        "output": {"type": "string"},
        "why": {"type": "string", "description": "Why there is no answer, where there is none."},
        "rests_on": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What was read before the output was written that anybody may have written.",
        },
        "citations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sentence": {"type": "string"},
                    "document": {"type": "string", "description": "Empty where nothing supports the sentence."},
                    "version": {"type": "string"},
                    "start": {"type": "integer"},
                    "end": {"type": "integer"},
                },
                "required": ["sentence", "document", "version", "start", "end"],
            },
            "description": "The sentences of the output, each with the characters of a document that say so.",
        },
    },
    "required": ["run", "status", "output", "why", "rests_on", "citations"],
}


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of `ask`."""

    input: str
    run: str = ""


async def serve(app: App, house: House, *, client_confirms: bool = False) -> None:
    """Serve `app` until standard input ends; what else writes to standard output meanwhile goes to standard error.

    `client_confirms`: what the client says is what the user says, also where that is a yes to a write.
    """
    desk = Desk(app, house, client_confirms=client_confirms)
    server = desk.server()
    async with stdio_server() as (incoming, outgoing):
        # What the app prints would otherwise wait in a buffer, and reach the client once the stream is given back.
        with redirect_stdout(sys.stderr):
            await server.run(incoming, outgoing, server.create_initialization_options())
    await desk.close()


class Desk:
    """Answers the calls of one client. The runs it begins are conversations, which end with the client; no others are
    gone on with.
    """

    def __init__(self, app: App, house: House, *, client_confirms: bool = False) -> None:
        self._app = app
        self._house = house
        self._client_confirms = client_confirms
        self._begun: list[str] = []

    def server(self) -> Server[Any]:
        """What speaks the protocol for it, over any transport."""
        version = self._app.version[:8]
        return Server(self._app.name, version=version, on_list_tools=self.list_tools, on_call_tool=self.call_tool)

    async def list_tools(
        self, _context: ServerRequestContext[Any], _page: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """The one tool there is."""
        description = self._app.instructions.description
        tool = Tool(
            name="ask",
            title=f"Ask {self._app.name}",
            description=f"Ask the app {self._app.name!r}. {description}".strip(),
            input_schema=_INPUTS,
            output_schema=_OUTPUTS,
            annotations=ToolAnnotations(read_only_hint=not self._app.writes, open_world_hint=True),
        )
        return ListToolsResult(tools=[tool], ttl_ms=0, cache_scope="private")

    async def call_tool(self, _context: ServerRequestContext[Any], call: CallToolRequestParams) -> CallToolResult:
        """Ask, or go on; what the app refuses is told, and never breaks the line."""
        try:
            if call.name != "ask":
                raise UsageError(f"there is no tool {call.name!r}; there is: ask")
            return _told(await self._ask(msgspec.convert(call.arguments or {}, Asked)))
        except (VouchError, msgspec.ValidationError) as problem:
            return CallToolResult(content=[TextContent(type="text", text=str(problem))], is_error=True)

    async def close(self) -> None:
        """End the conversations that wait for nothing but more words."""
        for name in self._begun:
            state = fold(name, await self._house.journal.read(name))
            if state.finished is None and state.waiting is not None and not state.open:
                with suppress(VouchError):
                    await close(self._app, name, self._house)

    async def _ask(self, asked: Asked) -> Result:
        if asked.run:
            if asked.run not in self._begun:
                raise UsageError(f"run {asked.run!r} was not begun here; leave `run` away to begin a new conversation")
            if not asked.input:
                return await resume(self._app, asked.run, self._house)
            await self._check_that_it_is_no_answer(asked.run)
            return await say(self._app, asked.run, asked.input, self._house)
        if not asked.input:
            raise UsageError("`input` is empty; say something, or name the run to look after")
        result = await run(self._app, asked.input, self._house, chat=True)
        self._begun.append(result.run)
        return result

    async def _check_that_it_is_no_answer(self, run: str) -> None:
        """Raise `UsageError` where the customer is asked about a write, and the client does not speak for them."""
        if self._client_confirms:
            return
        asking = fold(run, await self._house.journal.read(run)).asking
        if asking:
            raise UsageError(
                "the customer is asked whether a write is right, and you are not the customer: nothing was done. "
                "Begin a new conversation for anything else. Whoever runs this server decides whether its client "
                "speaks for the customer: vouch mcp APP --client-confirms"
            )


def _told(result: Result) -> CallToolResult:
    """The output for whoever reads text alone, and the same with the run as fields."""
    lines = [result.output or f"{result.status}: {result.why}", f"[{result.status}, run {result.run}]"]
    if result.rests_on:
        lines.append(f"[rests on text that anybody may have written: {', '.join(result.rests_on)}]")
    if result.citations:
        cited = sum(each.supported for each in result.citations)
        places = ", ".join(dict.fromkeys(each.document for each in result.citations if each.supported))
        lines.append(f"[{cited} of {len(result.citations)} sentences are supported{f' by {places}' if places else ''}]")
    return CallToolResult(
        content=[TextContent(type="text", text=line) for line in lines],
        structured_content={
            "run": result.run,
            "status": result.status,
            "output": result.output,
            "why": result.why,
            "rests_on": list(result.rests_on),
            "citations": [
                {
                    "sentence": each.sentence,
                    "document": each.document,
                    "version": each.version,
                    "start": each.start,
                    "end": each.end,
                }
                for each in result.citations
            ],
        },
        is_error=result.status == "failed",
    )
