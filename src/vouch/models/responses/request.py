"""A Responses request in our own terms: what an OpenAI client asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.openai.request import read_choice
from vouch.models.responses import wire
from vouch.models.responses.items import DIALECT, read_content, read_item
from vouch.models.wording import Json, beside, is_plain, object_of, owned, shape
from vouch.values.message import Message, Part, Text, ToolCall, ToolResult, said_in_order, system, words_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_WORDED: Final = (
    "model",
    "input",
    "instructions",
    "tools",
    "temperature",
    "top_p",
    "max_output_tokens",
    "top_logprobs",
    "parallel_tool_calls",
    "stream",
)


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`, or for the one that it names. Raises `BadRequest` where it is not in OpenAI's form."""
    try:
        known = shape(body, wire.Body)
        said = [{"role": "user", "content": known.input}] if isinstance(known.input, str) else known.input or []
        messages = [*([system(known.instructions)] if known.instructions else []), *read_input(said)]
        tools = tuple(read_tool(tool) for tool in known.tools or ())
        settings = read_settings(body, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of OpenAI's Responses API: {error}; mend it", status=400) from None
    return ask(frame(model or known.model, tools=tools, settings=settings), messages)


def read_input(items: Iterable[Json]) -> Iterator[Message]:
    """The conversation. Items of the model's that follow each other are one message, until it speaks again."""
    names: dict[str, str] = {}
    pieces: list[Part | ToolCall] = []
    for item in items:
        read = _read_other(item, names)
        if read is not None:
            if pieces:
                yield said_in_order(pieces)
                pieces = []
            yield read
            continue
        more = read_item(item)
        if any(isinstance(piece, Text) for piece in more) and any(isinstance(piece, Text) for piece in pieces):
            yield said_in_order(pieces)
            pieces = []
        names |= {piece.id: piece.name for piece in more if isinstance(piece, ToolCall)}
        pieces += more
    if pieces:
        yield said_in_order(pieces)


def _read_other(item: Json, names: dict[str, str]) -> Message | None:
    """What is not the model's own; None for what is."""
    kind, role = item.get("type", "message"), item.get("role")
    if kind == "function_call_output":
        return Message("tool", result=read_result(item, names))
    if kind != "message" or role == "assistant":
        return None
    own = beside(item, "role", "content")
    parts = tuple(read_content(item.get("content")))
    if role == "user":
        return Message("user", parts, own=owned(DIALECT, own))
    if role in ("system", "developer"):
        return Message("system", parts, own={DIALECT: {"role": role, **own}})
    raise BadRequest(f"an item has the role {role!r}; give 'user', 'assistant', 'system' or 'developer'", status=400)


def read_result(item: Json, names: dict[str, str]) -> ToolResult:
    """What a tool gave back; its name is that of the call, `names` by id."""
    known = shape(item, wire.FunctionOutput)
    parts = tuple(read_content(known.output)) if isinstance(known.output, list) else ()
    text = known.output if isinstance(known.output, str) else words_of(parts)
    own = owned(DIALECT, beside(item, "type", "call_id", "output"))
    name = names.get(known.call_id, "")
    return ToolResult(known.call_id, name, text, parts=() if is_plain(parts) else parts, own=own)


def read_tool(tool: Json) -> ToolSpec:
    """A tool of the caller's, or one that OpenAI runs itself."""
    if tool.get("type") != "function":
        return ToolSpec(str(tool.get("name") or tool.get("type")), "", {}, native=DIALECT, own={DIALECT: tool})
    known = shape(tool, wire.Tool)
    own = beside(tool, "type", "name", "description", "parameters", *(("strict",) if known.strict is not None else ()))
    if known.strict is None:
        own["strict"] = None
    return ToolSpec(
        known.name, known.description or "", known.parameters or {}, strict=known.strict, own=owned(DIALECT, own)
    )


def read_settings(body: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as this dialect's own."""
    own = beside(body, *_WORDED)
    choice = _read_choice(own)
    schema, name, strict, is_json = _read_text(own)
    return Settings(
        temperature=known.temperature,
        top_p=known.top_p,
        max_tokens=known.max_output_tokens,
        top_logprobs=known.top_logprobs,
        output_schema=schema,
        output_json=is_json,
        output_name=name,
        output_strict=strict,
        tool_choice=choice,
        parallel_tools=known.parallel_tool_calls,
        reasoning_effort=_read_effort(own),
        own=owned(DIALECT, own),
    )


def _read_choice(own: Json) -> ToolChoice | None:
    given: Any = own.get("tool_choice")
    choice = read_choice(given)
    told = isinstance(choice, str) and given == choice
    # Other kinds of tool are chosen by name, too.
    named = isinstance(choice, tuple) and given == {"type": "function", "name": "".join(choice)}
    if told or named:
        del own["tool_choice"]
    return choice if told or object_of(given).get("type") in ("function", "allowed_tools") else None


def _read_effort(own: Json) -> str | None:
    reasoning = dict(object_of(own.get("reasoning")))
    effort = reasoning.pop("effort") if isinstance(reasoning.get("effort"), str) else None
    if reasoning:
        own["reasoning"] = reasoning
    else:
        own.pop("reasoning", None)
    return effort


def _read_text(own: Json) -> tuple[Json | None, str, bool | None, bool]:
    """The schema of the answer, its name and strictness, and whether it is JSON of any kind."""
    text = dict(object_of(own.get("text")))
    form = object_of(text.get("format"))
    schema, name, strict = object_of(form.get("schema")) or None, form.get("name"), form.get("strict")
    is_json = form == {"type": "json_object"}
    whole = schema and not beside(form, "type", "name", "schema", "strict") and isinstance(strict, bool) and name
    if is_json or whole:
        del text["format"]
    if text:
        own["text"] = text
    else:
        own.pop("text", None)
    return schema, name if isinstance(name, str) else "", strict if isinstance(strict, bool) else None, is_json
