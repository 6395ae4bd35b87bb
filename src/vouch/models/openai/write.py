"""Our request as the JSON of a chat-completions request.

It does not know where it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.values.message import Message, Part, Text, ToolCall
from vouch.values.request import Request, Settings, ToolSpec

_NAME_LIMIT: Final = 64
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NEVER_STRICT: Final = frozenset({"allOf", "oneOf", "not", "if", "dependentRequired", "patternProperties", "default"})


def write_request(request: Request, model: str, *, stream: bool, own: bool) -> bytes:
    """The request for `model`; `own` says that it goes to OpenAI itself, which renamed `max_tokens`.

    Raises `BadRequest` for a message that has no form there.
    """
    frame = request.frame
    body: dict[str, Any] = {"model": model, "messages": [write_message(message) for message in request.messages]}
    if frame.tools:
        body["tools"] = [write_tool(tool) for tool in frame.tools]
    body |= write_settings(frame.settings, own=own)
    if stream:
        body["stream_options"] = {"include_usage": True}
    body |= frame.settings.extra
    # Whatever `extra` says: how the answer is read depends on it.
    body["stream"] = stream
    return msgspec.json.encode(body)


def write_message(message: Message) -> dict[str, Any]:
    """One message."""
    if message.role == "tool":
        if message.result is None:
            raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
        return {"role": "tool", "tool_call_id": message.result.call_id, "content": message.result.content}
    written: dict[str, Any] = {"role": message.role, "content": _content(message.parts)}
    if message.calls:
        written["content"] = written["content"] or None
        written["tool_calls"] = [_call(call) for call in message.calls]
    return written


def write_tool(tool: ToolSpec) -> dict[str, Any]:
    """One tool as a function."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def write_settings(settings: Settings, *, own: bool) -> dict[str, Any]:
    """The settings that were made; what is left to the provider is left out. `extra` is not among them."""
    written: dict[str, Any] = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "max_completion_tokens" if own else "max_tokens": settings.max_tokens,
        "stop": settings.stop or None,
        "seed": settings.seed,
    }
    written = {name: value for name, value in written.items() if value is not None}
    if settings.output_schema is not None:
        written["response_format"] = _response_format(settings.output_schema)
    if settings.top_logprobs is not None:
        written |= {"logprobs": True, "top_logprobs": settings.top_logprobs}
    return written


def _content(parts: tuple[Part, ...]) -> str | list[dict[str, Any]]:
    if all(isinstance(part, Text) for part in parts):
        return "".join(part.text for part in parts if isinstance(part, Text))
    return [_part(part) for part in parts]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": part.url, "detail": part.detail}}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _response_format(schema: dict[str, Any]) -> dict[str, Any]:
    name = _NOT_IN_A_NAME.sub("_", str(schema.get("title", "")))[:_NAME_LIMIT] or "output"
    strict = schema.get("type") == "object" and is_strict(schema)
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}


def is_strict(schema: Mapping[str, Any] | bool) -> bool:
    """Whether a schema can be enforced strictly: objects closed, all properties required, no keyword that is refused.

    OpenAI refuses any other schema in strict mode (https://platform.openai.com/docs/guides/structured-outputs).
    """
    if isinstance(schema, bool):
        return True
    if _NEVER_STRICT & schema.keys():
        return False
    properties: Mapping[str, Any] = schema.get("properties", {})
    is_object = "properties" in schema or "object" in schema.get("type", ())
    if is_object and schema.get("additionalProperties") is not False:
        return False
    if set(properties) != set(schema.get("required", ())):
        return False
    inner = [*properties.values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    return all(is_strict(one) for one in [*inner, schema.get("items", True)])
