"""Our request as the JSON of a Messages request.

It does not know where it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.anthropic.blocks import DIALECT, write_parts
from vouch.models.wording import Json, beside, beside_content, given, is_joined, is_plain
from vouch.values.message import Message, ToolResult, own_of, words_of
from vouch.values.request import Request, Settings, ToolSpec

MOST_TOKENS: Final = 4096
"""How long an answer may be where the request does not say: Anthropic demands a number, and every model takes this."""

INLINE: Final = "inline"
"""Marks a system message that stood among the others, where most stand before them."""


def write_request(request: Request, model: str, *, stream: bool) -> bytes:
    """The request for `model`. Raises `BadRequest` for a message that has no form there."""
    frame = request.frame
    body: Json = {"model": model, "messages": write_messages(request.messages)}
    system = write_system(request.messages)
    if system:
        body["system"] = system
    if frame.tools:
        body["tools"] = [tool for one in frame.tools if (tool := write_tool(one)) is not None]
    body |= write_settings(frame.settings)
    body |= frame.settings.extra
    # Whatever `extra` says: how the answer is read depends on it.
    body["stream"] = stream
    return msgspec.json.encode(body)


def write_system(messages: Iterable[Message]) -> str | list[Json]:
    """What the app's author says, which stands apart."""
    apart = [message for message in messages if message.role == "system" and not _inline(message)]
    parts = tuple(part for message in apart for part in message.parts)
    return words_of(parts) if is_plain(parts) else write_parts(parts)


def write_messages(messages: Sequence[Message]) -> list[Json]:
    """The conversation. Results of tools that follow each other are one turn of the user's."""
    turns: list[Json] = []
    for before, message in zip((None, *messages), messages, strict=False):
        if message.role == "system" and not _inline(message):
            continue
        content, role = _content(message), "user" if message.role == "tool" else message.role
        results = message.role == "tool" and before is not None and before.role == "tool"
        wanted = results or is_joined(message.own, DIALECT)
        if wanted and turns and turns[-1]["role"] == role:
            turns[-1]["content"] = [*_as_blocks(turns[-1]["content"]), *_as_blocks(content)]
        elif content:
            turns.append({"role": role, "content": content} | beside(beside_content(message.own, DIALECT), INLINE))
    return turns


def write_tool(tool: ToolSpec) -> Json | None:
    """One tool; one that only another provider runs is left out."""
    own = own_of(tool.own, DIALECT)
    if tool.native:
        return own if tool.native == DIALECT else None
    written: Json = {"name": tool.name, "description": tool.description or None}
    written |= {"input_schema": tool.parameters or {"type": "object", "properties": {}}, "strict": tool.strict}
    return given(written) | own


def write_settings(settings: Settings) -> Json:
    """The settings that were made. Penalties, seeds and log-probabilities are unknown here and left out."""
    if settings.choices not in (None, 1):
        raise BadRequest(f"choices = {settings.choices!r}: Anthropic's models give one answer; ask several times")
    own = own_of(settings.own, DIALECT)
    thinking = _thinking(settings)
    budget = settings.reasoning_budget or 0
    written: Json = {
        "max_tokens": settings.max_tokens or MOST_TOKENS + budget,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": settings.top_k,
        "stop_sequences": list(settings.stop) or None,
        "tool_choice": _choice(settings),
        "thinking": thinking,
        "output_config": _output(settings, own.get("output_config", {})) or None,
    }
    return given(written) | {name: value for name, value in own.items() if name != "output_config"}


def _content(message: Message) -> str | list[Json]:
    if message.role == "tool":
        if message.result is None:
            raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
        return [write_result(message.result)]
    if is_plain(message.parts) and not message.calls:
        return message.text
    return write_parts(message.pieces())


def write_result(result: ToolResult) -> Json:
    """What a tool gave back."""
    written: Json = {"type": "tool_result", "tool_use_id": result.call_id}
    written["content"] = write_parts(result.parts) if result.parts else result.content
    if result.failed:
        written["is_error"] = True
    return written | own_of(result.own, DIALECT)


def _as_blocks(content: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _inline(message: Message) -> bool:
    return bool(own_of(message.own, DIALECT).get(INLINE))


def _choice(settings: Settings) -> Json | None:
    wanted, single = settings.tool_choice, settings.parallel_tools
    choice: dict[str, Any] = {}
    if isinstance(wanted, tuple):
        # One of several cannot be said: then any of all is nearest.
        choice = {"type": "tool", "name": wanted[0]} if len(wanted) == 1 else {"type": "any"}
    elif wanted is not None:
        choice = {"type": "any" if wanted == "required" else wanted}
    if single is not None and choice.get("type") != "none":
        choice = {"type": "auto", **choice, "disable_parallel_tool_use": not single}
    return choice or None


def _thinking(settings: Settings) -> Json | None:
    if settings.reasoning_budget is not None:
        budget = settings.reasoning_budget
        return {"type": "enabled", "budget_tokens": budget} if budget else {"type": "disabled"}
    return {"type": "disabled"} if settings.reasoning_effort == "none" else None


def _output(settings: Settings, own: Json) -> Json:
    output: Json = {}
    if settings.reasoning_effort not in (None, "none"):
        output["effort"] = "low" if settings.reasoning_effort == "minimal" else settings.reasoning_effort
    if settings.output_schema is not None:
        output["format"] = {"type": "json_schema", "schema": settings.output_schema}
    return output | own
