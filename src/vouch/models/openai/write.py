"""Our request as the JSON of a chat-completions request.

It does not know where it is sent.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.openai.content import DIALECT, FIELD, write_call, write_content
from vouch.models.wording import Json, beside, given, list_of, object_of
from vouch.values.message import Audio, Message, Reasoning, Refusal, ToolResult, own_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec

_NAME_LIMIT: Final = 64
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NEVER_STRICT: Final = frozenset({"allOf", "oneOf", "not", "if", "dependentRequired", "patternProperties", "default"})


def write_request(request: Request, model: str, *, stream: bool, own: bool) -> bytes:
    """The request for `model`; `own` says that it goes to OpenAI itself, which renamed `max_tokens`.

    Raises `BadRequest` for a message that has no form there.
    """
    frame = request.frame
    messages = [write_message(message, own=own) for message in request.messages]
    body: Json = {"model": model, "messages": messages}
    if frame.tools:
        tools = [tool for one in frame.tools if (tool := write_tool(one)) is not None]
        body |= {"tools": tools} if tools else {}
    fields = own_of(frame.settings.own, DIALECT)
    body |= write_settings(frame.settings, own=own) | beside(fields, "stream_options")
    if stream:
        body["stream_options"] = {"include_usage": True} | object_of(fields.get("stream_options"))
    body |= frame.settings.extra
    # Whatever `extra` says: how the answer is read depends on it.
    body["stream"] = stream
    return msgspec.json.encode(body)


def write_message(message: Message, *, own: bool = False) -> Json:
    """One message. `own` says that it goes to OpenAI itself, which takes no reasoning back."""
    fields = own_of(message.own, DIALECT)
    if message.role == "tool":
        if message.result is None:
            raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
        return write_result(message.result) | fields
    written: Json = {"role": message.role, "content": write_content(message.parts)}
    if message.role == "assistant":
        written |= _spoken(message, own=own)
    if message.calls:
        written["content"] = written["content"] or None
        written["tool_calls"] = [write_call(call) for call in message.calls]
    return written | fields


def write_result(result: ToolResult) -> Json:
    """What a tool gave back."""
    content = write_content(result.parts) if result.parts else result.content
    own = own_of(result.own, DIALECT)
    # The role of a result before there were several calls: it has a name, and no id.
    identity = {} if own.get("role") == "function" else {"tool_call_id": result.call_id}
    return {"role": "tool", "content": content} | identity | own


def _spoken(message: Message, *, own: bool) -> Json:
    """What a model's message holds beside its content, each under the name where it stood."""
    fields: Json = {}
    for part in message.parts:
        if isinstance(part, Refusal) and not part.own:
            fields["refusal"] = part.text
        elif isinstance(part, Reasoning) and not own and (name := own_of(part.own, DIALECT).get(FIELD)):
            fields[name] = part.text
        elif isinstance(part, Audio) and part.id:
            fields["audio"] = {"id": part.id}
    return fields


def write_tool(tool: ToolSpec) -> Json | None:
    """One tool as a function; one that only another provider runs is left out."""
    own = own_of(tool.own, DIALECT)
    if tool.native:
        return own if tool.native == DIALECT else None
    function: Json = {"name": tool.name, "description": tool.description}
    if tool.parameters:
        function["parameters"] = tool.parameters
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function | object_of(own.get("function"))} | beside(own, "function")


def write_settings(settings: Settings, *, own: bool) -> Json:
    """The settings that were made; what is left to the provider is left out, and neither `extra` nor `own` is in it."""
    written: Json = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": settings.top_k,
        "max_completion_tokens" if own else "max_tokens": settings.max_tokens,
        "stop": settings.stop or None,
        "seed": settings.seed,
        "n": settings.choices,
        "presence_penalty": settings.presence_penalty,
        "frequency_penalty": settings.frequency_penalty,
        "tool_choice": _choice(settings.tool_choice),
        "parallel_tool_calls": settings.parallel_tools,
        "reasoning_effort": settings.reasoning_effort,
        "response_format": _response_format(settings),
    }
    written = given(written)
    if settings.top_logprobs is not None:
        written |= {"logprobs": True, "top_logprobs": settings.top_logprobs}
    return written


def _choice(choice: ToolChoice | None) -> str | Json | None:
    if not isinstance(choice, tuple):
        return choice
    named = [{"type": "function", "function": {"name": name}} for name in choice]
    if len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": named}}


def _response_format(settings: Settings) -> Json | None:
    schema = settings.output_schema
    if schema is None:
        return {"type": "json_object"} if settings.output_json else None
    name = settings.output_name or _NOT_IN_A_NAME.sub("_", str(schema.get("title", "")))[:_NAME_LIMIT] or "output"
    strict = settings.output_strict
    if strict is None:
        strict = schema.get("type") == "object" and is_strict(schema)
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}


def is_strict(schema: Any) -> bool:
    """Whether a schema can be enforced strictly: objects closed, all properties required, no keyword that is refused.

    OpenAI refuses any other schema in strict mode (https://platform.openai.com/docs/guides/structured-outputs).
    """
    if isinstance(schema, bool):
        return True
    fields = object_of(schema)
    if _NEVER_STRICT & fields.keys():
        return False
    properties, kind = object_of(fields.get("properties")), fields.get("type")
    is_object = "properties" in fields or kind == "object" or "object" in list_of(kind)
    if is_object and fields.get("additionalProperties") is not False:
        return False
    required = list_of(fields.get("required"))
    if len(properties) != len(required) or any(name not in required for name in properties):
        return False
    inner = [*properties.values(), *object_of(fields.get("$defs")).values(), *list_of(fields.get("anyOf"))]
    return all(is_strict(one) for one in [*inner, fields.get("items", True)])
