"""A Converse request in our own terms: what a client of Bedrock's asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.bedrock import wire
from vouch.models.bedrock.blocks import BESIDE, DIALECT, read_block, read_result_content
from vouch.models.wording import Json, beside, joining, object_of, owned, parsed, shape
from vouch.values.message import Message, Opaque, Part, ToolCall, ToolResult, said_in_order
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_FIELDS: Final = "additionalModelRequestFields"


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`. Raises `BadRequest` where it is not in Bedrock's form."""
    try:
        known = shape(body, wire.Body)
        system = _without_calls(known.system or ())
        messages = [*([Message("system", system)] if system else []), *_read_turns(known.messages)]
        tools = tuple(read_tool(tool) for tool in shape(known.toolConfig or {}, wire.ToolConfig).tools or ())
        settings = read_settings(body, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of Bedrock's Converse: {error}; mend it", status=400) from None
    return ask(frame(model, tools=tools, settings=settings), messages)


def read_tool(tool: Json) -> ToolSpec:
    """A tool of the caller's, or what else may stand among them."""
    spec = object_of(tool.get("toolSpec"))
    if not spec:
        return ToolSpec(next(iter(tool), ""), "", {}, native=DIALECT, own={DIALECT: tool})
    known = shape(spec, wire.Declared)
    own = beside(spec, "name", "description", "inputSchema", "strict")
    schema = object_of(object_of(known.inputSchema).get("json"))
    if rest := beside(tool, "toolSpec"):
        own[BESIDE] = rest
    if rest := beside(known.inputSchema or {}, "json"):
        own["inputSchema"] = known.inputSchema
    return ToolSpec(known.name, known.description or "", schema, strict=known.strict, own=owned(DIALECT, own))


def read_settings(body: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as Bedrock's own."""
    own = beside(body, "messages", "system", "toolConfig", "inferenceConfig")
    inference = shape(known.inferenceConfig or {}, wire.Inference)
    if rest := beside(known.inferenceConfig or {}, *wire.Inference.__struct_fields__):
        own["inferenceConfig"] = rest
    config = beside(known.toolConfig or {}, "tools")
    choice = _read_choice(config)
    if config:
        own["toolConfig"] = config
    fields = object_of(own.get(_FIELDS))
    budget, effort, top_k = (
        object_of(fields.get("thinking")).get("budget_tokens"),
        object_of(fields.get("output_config")).get("effort") or fields.get("reasoning_effort"),
        fields.get("top_k"),
    )
    return Settings(
        temperature=inference.temperature,
        top_p=inference.topP,
        top_k=top_k if isinstance(top_k, int) else None,
        max_tokens=inference.maxTokens,
        stop=tuple(inference.stopSequences or ()),
        output_schema=_read_schema(own),
        tool_choice=choice,
        reasoning_budget=budget if isinstance(budget, int) else None,
        reasoning_effort=effort if isinstance(effort, str) else None,
        own=owned(DIALECT, own),
    )


def _read_choice(config: Json) -> ToolChoice | None:
    """The choice of tools, taken out of `config` where it is understood."""
    chosen = object_of(config.get("toolChoice"))
    tool = object_of(chosen.get("tool"))
    name = tool.get("name")
    choice: ToolChoice | None = None
    if isinstance(name, str):
        choice = (name,)
    elif "auto" in chosen:
        choice = "auto"
    elif "any" in chosen:
        choice = "required"
    if chosen in ({"tool": {"name": name}}, {"auto": {}}, {"any": {}}):
        del config["toolChoice"]
    return choice


def _read_schema(own: Json) -> Json | None:
    form = object_of(object_of(own.get("outputConfig")).get("textFormat"))
    schema = object_of(object_of(form.get("structure")).get("jsonSchema")).get("schema")
    return object_of(parsed(schema)) or None if isinstance(schema, str) else None


def _read_turns(turns: Iterable[Json]) -> Iterator[Message]:
    names: dict[str, str] = {}
    for raw in turns:
        turn = shape(raw, wire.Turn)
        own = beside(raw, "role", "content")
        if turn.role == "assistant":
            said = said_in_order([read_block(block) for block in turn.content], owned(DIALECT, own))
            names |= {call.id: call.name for call in said.calls}
            yield said
        elif turn.role == "user":
            yield from _read_user(turn.content, names, own)
        else:
            raise BadRequest(f"a message has the role {turn.role!r}; give 'user' or 'assistant'", status=400)


def _read_user(blocks: list[Json], names: dict[str, str], own: Json) -> Iterator[Message]:
    """The user's blocks: each result of a tool is a message of its own, and what stands between them is, too."""
    joined = False
    for results, group in groupby(blocks, lambda block: "toolResult" in block):
        if results:
            for block in group:
                result = read_result(block, names)
                yield Message("tool", result=result, own=joining(DIALECT, joined, own))
                joined = True
        else:
            yield Message("user", _without_calls(group), own=joining(DIALECT, joined, own))
            joined = True


def read_result(block: Json, names: dict[str, str]) -> ToolResult:
    """What a tool gave back; its name is that of the call, `names` by id."""
    result = object_of(block["toolResult"])
    known = shape(result, wire.ToolResult)
    content, parts = read_result_content(known.content or [])
    own = beside(result, "toolUseId", "content", *(("status",) if known.status in ("success", "error") else ()))
    if rest := beside(block, "toolResult"):
        own[BESIDE] = rest
    name = names.get(known.toolUseId, "")
    return ToolResult(known.toolUseId, name, content, known.status == "error", parts, owned(DIALECT, own))


def _without_calls(blocks: Iterable[Json]) -> tuple[Part, ...]:
    """Parts among which a call has no place, so that it is `Opaque`."""
    read = [(block, read_block(block)) for block in blocks]
    return tuple(Opaque(DIALECT, block) if isinstance(one, ToolCall) else one for block, one in read)
