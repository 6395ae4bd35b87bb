"""Our request as the JSON of a Converse request.

It does not know where it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.bedrock.blocks import BESIDE, DIALECT, write_blocks, write_result_content
from vouch.models.wording import Json, beside, beside_content, given, is_joined, object_of, written
from vouch.values.message import Message, ToolResult, own_of
from vouch.values.request import Request, Settings, ToolSpec

_FIELDS: Final = "additionalModelRequestFields"


def write_request(request: Request, model: str, *, stream: bool) -> bytes:  # noqa: ARG001 - the path says it
    """The request for `model`. Raises `BadRequest` for a message that has no form there."""
    frame = request.frame
    own = own_of(frame.settings.own, DIALECT)
    body: Json = {"messages": write_messages(request.messages)}
    system = [part for message in request.messages if message.role == "system" for part in message.parts]
    if system:
        body["system"] = write_blocks(system)
    if inference := write_inference(frame.settings) | object_of(own.get("inferenceConfig")):
        body["inferenceConfig"] = inference
    if tools := write_tools(frame.tools):
        choice = write_choice(frame.settings)
        body["toolConfig"] = {"tools": tools} | choice | object_of(own.get("toolConfig"))
    if fields := write_fields(frame.settings, model) | object_of(own.get(_FIELDS)):
        body[_FIELDS] = fields
    if frame.settings.output_schema is not None:
        body["outputConfig"] = {"textFormat": _form(frame.settings)}
    body |= beside(own, "inferenceConfig", "toolConfig", _FIELDS)
    return msgspec.json.encode(body | frame.settings.extra)


def write_messages(messages: Sequence[Message]) -> list[Json]:
    """The conversation. Results of tools that follow each other are one turn of the user's."""
    turns: list[Json] = []
    for before, message in zip((None, *messages), messages, strict=False):
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        results = message.role == "tool" and before is not None and before.role == "tool"
        wanted = results or is_joined(message.own, DIALECT)
        content = _content(message)
        if wanted and turns and turns[-1]["role"] == role:
            turns[-1]["content"] += content
        elif content:
            turns.append({"role": role, "content": content} | beside_content(message.own, DIALECT))
    return turns


def _content(message: Message) -> list[Json]:
    if message.role != "tool":
        return write_blocks(message.pieces())
    if message.result is None:
        raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
    own = own_of(message.result.own, DIALECT)
    return [{"toolResult": write_result(message.result)} | object_of(own.get(BESIDE))]


def write_result(result: ToolResult) -> Json:
    """What a tool gave back."""
    block: Json = {"toolUseId": result.call_id, "content": write_result_content(result.content, result.parts)}
    if result.failed:
        block["status"] = "error"
    return block | beside(own_of(result.own, DIALECT), BESIDE)


def write_tools(tools: Iterable[ToolSpec]) -> list[Json]:
    """Tools; those that only another provider runs are left out."""
    written: list[Json] = []
    for tool in tools:
        own = own_of(tool.own, DIALECT)
        if tool.native:
            written += [own] if tool.native == DIALECT else []
            continue
        schema = tool.parameters or {"type": "object", "properties": {}}
        spec: dict[str, Any] = {"name": tool.name, "description": tool.description or None, "strict": tool.strict}
        spec = given(spec) | {"inputSchema": {"json": schema}} | beside(own, BESIDE)
        written.append({"toolSpec": spec} | object_of(own.get(BESIDE)))
    return written


def write_choice(settings: Settings) -> Json:
    """Whether tools are called. That none is cannot be said here, and of several names none."""
    wanted = settings.tool_choice
    if isinstance(wanted, tuple):
        return {"toolChoice": {"tool": {"name": wanted[0]}} if len(wanted) == 1 else {"any": {}}}
    return {"toolChoice": {"auto": {}} if wanted == "auto" else {"any": {}}} if wanted in ("auto", "required") else {}


def write_inference(settings: Settings) -> Json:
    """The settings that all models take. Penalties, seeds and log-probabilities are unknown here and left out."""
    if settings.choices not in (None, 1):
        raise BadRequest(f"choices = {settings.choices!r}: Converse gives one answer; ask several times")
    return given(
        {
            "maxTokens": settings.max_tokens,
            "temperature": settings.temperature,
            "topP": settings.top_p,
            "stopSequences": list(settings.stop) or None,
        }
    )


def write_fields(settings: Settings, model: str) -> Json:
    """The settings that only some models take, under the names of their makers."""
    fields: Json = given({"top_k": settings.top_k})
    budget, effort = settings.reasoning_budget, settings.reasoning_effort
    if budget is not None:
        fields["thinking"] = {"type": "enabled", "budget_tokens": budget} if budget else {"type": "disabled"}
    if effort is not None and "anthropic" not in model:
        fields["reasoning_effort"] = effort
    elif effort not in (None, "none"):
        fields["output_config"] = {"effort": "low" if effort == "minimal" else effort}
    return fields


def _form(settings: Settings) -> Json:
    schema = {"schema": written(settings.output_schema), "name": settings.output_name or "output"}
    return {"type": "json_schema", "structure": {"jsonSchema": schema}}
