"""The tools of an app as tools of an agent of the OpenAI Agents SDK.

It does not know what the tools do. A write that waits for somebody interrupts the run as a tool that needs approval.
"""

# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownParameterType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vouch.adapters.gateway import Session, ToolGateway
from vouch.adapters.waits import Waits
from vouch.errors import ConfigError
from vouch.values.request import ToolSpec

try:
    from agents import FunctionTool, RunContextWrapper
    from agents.tool_context import ToolContext
except ImportError as missing:
    raise ConfigError(
        f"the OpenAI Agents SDK is not installed ({missing}); run: pip install openai-agents"
    ) from missing

Naming = str | Callable[[RunContextWrapper[Any]], str]
"""A conversation's name, the same whenever it goes on, or a function of the run's context that gives it."""


def openai_tools(gateway: ToolGateway, *, thread: Naming) -> list[FunctionTool]:
    """The gateway's tools, for `Agent(tools=[...])`.

    A write that waits is among the result's `interruptions`; `gateway.session(thread).waiting(call_id)` says for what.
    Decide with `vouch approve` or `session.decide`, a no as well as a yes, then `state.approve(...)` it and run the
    agent with the state: that looks again. One that is then still not decided is told to the model as waiting.
    """
    return [_tool(gateway, spec, thread) for spec in gateway.specs]


def _tool(gateway: ToolGateway, spec: ToolSpec, thread: Naming) -> FunctionTool:
    async def waits(context: RunContextWrapper[Any], arguments: dict[str, Any], call_id: str) -> bool:
        # Whether it must be approved shows when it is taken as far as it goes; what it gave is then given below.
        outcome = await _session(gateway, context, thread).call(spec.name, arguments, call_id=call_id)
        return isinstance(outcome, Waits)

    async def invoke(context: ToolContext[Any], arguments: str) -> str:
        session = _session(gateway, context, thread)
        outcome = await session.call(spec.name, arguments, call_id=context.tool_call_id)
        return outcome.text if isinstance(outcome, Waits) else outcome.content

    return FunctionTool(
        name=spec.name,
        description=spec.description,
        params_json_schema=spec.parameters,
        on_invoke_tool=invoke,
        strict_json_schema=False,
        needs_approval=waits if spec.writes else False,
    )


def _session(gateway: ToolGateway, context: RunContextWrapper[Any], thread: Naming) -> Session:
    name = thread if isinstance(thread, str) else thread(context)
    return gateway.session(name, said=[_words(item) for item in context.turn_input if _is_of_user(item)])


def _is_of_user(item: Any) -> bool:
    return isinstance(item, dict) and item.get("role") == "user"


def _words(item: Any) -> str:
    content = item.get("content")
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())
