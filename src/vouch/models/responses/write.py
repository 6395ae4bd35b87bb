"""Our request as the JSON of a Responses request.

It does not know where it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.openai.write import is_strict
from vouch.models.responses.items import DIALECT, write_content, write_pieces
from vouch.models.wording import Json, beside, given, object_of
from vouch.values.message import Message, ToolResult, own_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NAME_LIMIT: Final = 64


def write_request(request: Request, model: str, *, stream: bool) -> bytes:
    """The request for `model`. Raises `BadRequest` for a message that has no form there."""
    frame = request.frame
    messages = list(request.messages)
    body: Json = {"model": model}
    if messages and messages[0].role == "system" and not own_of(messages[0].own, DIALECT):
        body["instructions"] = messages.pop(0).text
    body["input"] = write_input(messages)
    if frame.tools:
        tools = [tool for one in frame.tools if (tool := write_tool(one)) is not None]
        body |= {"tools": tools} if tools else {}
    own = own_of(frame.settings.own, DIALECT)
    body |= write_settings(frame.settings, own)
    body |= beside(own, "reasoning", "text")
    body |= frame.settings.extra
    # Whatever `extra` says: how the answer is read depends on it.
    body["stream"] = stream
    return msgspec.json.encode(body)


def write_input(messages: Sequence[Message]) -> list[Json]:
    """The conversation as items."""
    items: list[Json] = []
    for message in messages:
        own = own_of(message.own, DIALECT)
        if message.role == "assistant":
            items += write_pieces(message.pieces())
        elif message.role == "tool":
            if message.result is None:
                raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
            items.append(write_result(message.result))
        else:
            items.append({"role": message.role, "content": write_content(message.parts)} | own)
    return items


def write_result(result: ToolResult) -> Json:
    """What a tool gave back."""
    output = write_content(result.parts) if result.parts else result.content
    item = {"type": "function_call_output", "call_id": result.call_id, "output": output}
    return item | own_of(result.own, DIALECT)


def write_tool(tool: ToolSpec) -> Json | None:
    """One tool as a function; one that only another provider runs is left out. Strict is what this API is unasked."""
    own = own_of(tool.own, DIALECT)
    if tool.native:
        return own if tool.native == DIALECT else None
    function: Json = {"type": "function", "name": tool.name, "description": tool.description or None}
    parameters = tool.parameters or {"type": "object", "properties": {}}
    return given(function) | {"parameters": parameters, "strict": bool(tool.strict)} | own


def write_settings(settings: Settings, own: Json) -> Json:
    """The settings that were made. Stops, seeds and penalties are unknown here and left out."""
    if settings.choices not in (None, 1):
        raise BadRequest(f"choices = {settings.choices!r}: the Responses API gives one answer; ask several times")
    reasoning = given({"effort": settings.reasoning_effort}) | object_of(own.get("reasoning"))
    text = _text(settings) | object_of(own.get("text"))
    return given(
        {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_output_tokens": settings.max_tokens,
            "top_logprobs": settings.top_logprobs,
            "parallel_tool_calls": settings.parallel_tools,
            "tool_choice": _choice(settings.tool_choice),
            "reasoning": reasoning or None,
            "text": text or None,
        }
    )


def _choice(choice: ToolChoice | None) -> str | Json | None:
    if not isinstance(choice, tuple):
        return choice
    named = [{"type": "function", "name": name} for name in choice]
    return named[0] if len(named) == 1 else {"type": "allowed_tools", "mode": "required", "tools": named}


def _text(settings: Settings) -> Json:
    schema = settings.output_schema
    if schema is None:
        return {"format": {"type": "json_object"}} if settings.output_json else {}
    name = settings.output_name or _NOT_IN_A_NAME.sub("_", str(schema.get("title", "")))[:_NAME_LIMIT] or "output"
    strict = settings.output_strict
    if strict is None:
        strict = schema.get("type") == "object" and is_strict(schema)
    return {"format": {"type": "json_schema", "name": name, "schema": schema, "strict": strict}}
