"""The tools of an app as tools of a LangGraph agent.

It does not know what the tools do. The conversation is the graph's `thread_id`, a call has the id that stands in the
graph's state, what the user said are the state's human messages. A call that waits for somebody interrupts the graph.
"""

# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownParameterType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUntypedFunctionDecorator=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vouch.adapters.gateway import Session, ToolGateway
from vouch.adapters.waits import Waits
from vouch.errors import ConfigError, UsageError
from vouch.values.message import ToolResult
from vouch.values.request import ToolSpec

try:
    from langchain_core.tools import StructuredTool, ToolException
    from langgraph.prebuilt import ToolRuntime
    from langgraph.types import interrupt
except ImportError as missing:
    raise ConfigError(f"LangGraph is not installed ({missing}); run: pip install langgraph") from missing


def langgraph_tools(gateway: ToolGateway, *, messages: str = "messages") -> list[StructuredTool]:
    """The gateway's tools, for `ToolNode` and `create_agent`; `messages` is where the graph's state keeps those.

    A call that waits interrupts with a mapping: `call_id`, `run`, `of` (`person` or `customer`), `question` and more,
    see `Waits`. Decide with `vouch approve`, and resume the graph with anything; or resume it with that mapping and
    the decision in it: `{**value, "decision": "approve", "who": "ann"}`, or the customer's words `{**value, "words":
    "yes"}`. The graph needs a checkpointer and a `thread_id`.
    """
    return [_tool(gateway, spec, messages) for spec in gateway.specs]


def _tool(gateway: ToolGateway, spec: ToolSpec, messages: str) -> StructuredTool:
    async def call(vouch_runtime: ToolRuntime, **arguments: Any) -> str:
        session = _session(gateway, vouch_runtime, messages)
        call_id = vouch_runtime.tool_call_id or ""
        outcome = await session.call(spec.name, arguments, call_id=call_id)
        while isinstance(outcome, Waits):
            await session.take(interrupt(msgspec.to_builtins(outcome)))
            outcome = await session.call(spec.name, arguments, call_id=call_id)
        return _text(outcome)

    def call_and_block(vouch_runtime: ToolRuntime, **arguments: Any) -> str:
        session = _session(gateway, vouch_runtime, messages)
        call_id = vouch_runtime.tool_call_id or ""
        outcome = gateway.wait(session.call(spec.name, arguments, call_id=call_id))
        while isinstance(outcome, Waits):
            gateway.wait(session.take(interrupt(msgspec.to_builtins(outcome))))
            outcome = gateway.wait(session.call(spec.name, arguments, call_id=call_id))
        return _text(outcome)

    # LangGraph reads the types of parameters at run time, and here they are written down as text.
    for function in (call, call_and_block):
        function.__annotations__ = {"vouch_runtime": ToolRuntime, "arguments": Any, "return": str}
    return StructuredTool(
        name=spec.name,
        description=spec.description,
        args_schema=spec.parameters,
        func=call_and_block,
        coroutine=call,
        handle_tool_error=True,
    )


def _session(gateway: ToolGateway, runtime: ToolRuntime, messages: str) -> Session:
    thread: object = runtime.config.get("configurable", {}).get("thread_id")
    if thread is None:
        raise UsageError(
            "the graph was invoked without a thread_id, so nobody could go on with its calls: give it a checkpointer "
            "and invoke it with {'configurable': {'thread_id': ...}}"
        )
    return gateway.session(str(thread), said=_said(runtime.state, messages))


def _said(state: Any, messages: str) -> list[str]:
    """The words of the user, out of a graph's state in any of its forms."""
    found: Sequence[Any] = state if isinstance(state, list) else _of(state, messages)
    return [message.text for message in found if getattr(message, "type", "") == "human" and not _is_put_in(message)]


def _is_put_in(message: Any) -> bool:
    """Whether a framework has put this message in as if the user had said it: a summary, a note of a background task.

    Whoever can mark a message so takes words away from the user by it, and gives them none.
    """
    return bool(getattr(message, "additional_kwargs", {}).get("lc_source"))


def _of(state: Any, name: str) -> Sequence[Any]:
    return (state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)) or ()


def _text(result: ToolResult) -> str:
    if result.failed:
        raise ToolException(result.content)
    return result.content
