"""The tools of an app as a toolset of a Pydantic AI agent.

It does not know what the tools do. A call that waits for somebody is deferred: the agent's run ends with
`DeferredToolRequests`, and goes on when it is run again with their results.
"""

# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownParameterType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUntypedBaseClass=false
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from vouch.adapters.gateway import ToolGateway
from vouch.adapters.waits import Waits
from vouch.errors import ConfigError
from vouch.values.request import ToolSpec

try:
    from pydantic_ai import AbstractToolset, ApprovalRequired, RunContext, ToolDefinition
    from pydantic_ai.exceptions import ToolFailed
    from pydantic_ai.messages import TextContent, ToolReturnPart, UserPromptPart
    from pydantic_ai.toolsets import ToolsetTool
    from pydantic_core import SchemaValidator, core_schema
except ImportError as missing:
    raise ConfigError(f"Pydantic AI is not installed ({missing}); run: pip install pydantic-ai-slim") from missing

_ANY = SchemaValidator(core_schema.any_schema())
"""Vouch checks the arguments itself."""


class VouchToolset(AbstractToolset[Any]):
    """The gateway's tools, for `Agent(toolsets=[...])`.

    `thread` names the conversation, the same whenever it goes on: a name, or a function of the run's context, such as
    `lambda context: context.deps.conversation`. An agent whose writes may wait has `DeferredToolRequests` among its
    `output_type`s; what a call waits for is in their `metadata`, see `Waits`. Decide with `vouch approve`, and run the
    agent again with `approvals={call_id: True}`; or give the decision with it, as the metadata of the result:
    `{"decision": "approve", "who": "ann"}`, or the customer's words `{"words": "yes"}`.
    """

    def __init__(
        self, gateway: ToolGateway, *, thread: str | Callable[[RunContext[Any]], str], name: str = "vouch"
    ) -> None:
        self._gateway = gateway
        self._thread = thread
        self._name = name

    @property
    def id(self) -> str:
        """Its name among the agent's toolsets."""
        return self._name

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        """The tools by name."""
        del ctx
        return {spec.name: self._tool(spec) for spec in self._gateway.specs}

    def _tool(self, spec: ToolSpec) -> ToolsetTool[Any]:
        definition = ToolDefinition(
            name=spec.name, description=spec.description, parameters_json_schema=spec.parameters
        )
        return ToolsetTool(toolset=self, tool_def=definition, max_retries=1, args_validator=_ANY)

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> Any:
        """One call of the model."""
        del tool
        thread = self._thread if isinstance(self._thread, str) else self._thread(ctx)
        session = self._gateway.session(thread, said=_said(ctx))
        call_id = ctx.tool_call_id or ""
        if ctx.tool_call_approved:
            await session.take(ctx.tool_call_metadata, call_id=call_id)
        outcome = await session.call(name, tool_args, call_id=call_id)
        if isinstance(outcome, Waits):
            raise ApprovalRequired(metadata=msgspec.to_builtins(outcome))
        if outcome.failed:
            raise ToolFailed(outcome.content)
        return outcome.content


def _said(context: RunContext[Any]) -> list[str]:
    """The words of the user so far."""
    return [words for message in context.messages for words in _words(message.parts, context.prompt)]


def _words(parts: Any, prompt: object) -> Iterator[str]:
    # What a tool gives back for the model to look at stands in the place of a user's words, beside its result.
    beside_a_result = any(isinstance(part, ToolReturnPart) for part in parts)
    for part in parts:
        if isinstance(part, UserPromptPart) and (not beside_a_result or part.content == prompt):
            pieces = [part.content] if isinstance(part.content, str) else part.content
            yield "".join(map(_text, pieces))


def _text(piece: Any) -> str:
    content: object = piece.content if isinstance(piece, TextContent) else piece
    return content if isinstance(content, str) else ""
