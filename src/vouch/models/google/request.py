"""A generateContent request in our own terms: what a client of Google's asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, cast

import msgspec

from vouch.errors import BadRequest
from vouch.models.google import wire
from vouch.models.google.parts import DIALECT, TOGETHER, read_outcome, read_part
from vouch.models.google.wire import camel
from vouch.models.wording import UNNAMED, Json, beside, joining, list_of, object_of, owned, shape
from vouch.values.message import Message, Opaque, Part, ToolCall, said_in_order
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_MODES: Final[dict[str, ToolChoice]] = {"AUTO": "auto", "NONE": "none", "ANY": "required"}
_JSON: Final = "application/json"


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`. Raises `BadRequest` where it is not in Google's form."""
    whole = camel(body)
    try:
        known = shape(whole, wire.Body)
        messages = [*_read_system(known.systemInstruction), *_read_contents(known.contents)]
        tools = tuple(read_tools(known.tools))
        settings = read_settings(whole, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of Google's generateContent: {error}; mend it", status=400) from None
    return ask(frame(model or str(body.get("model", "")), tools=tools, settings=settings), messages)


def read_tools(tools: list[Json] | Json | None) -> Iterator[ToolSpec]:
    """Tools of the caller's, and those that Google runs itself."""
    for tool in [tools] if isinstance(tools, dict) else tools or ():
        entry = camel(tool)
        declared = entry.pop("functionDeclarations", None)
        for one in list_of(declared):
            yield read_declaration(one)
        if entry:
            own = {DIALECT: entry} | ({TOGETHER: Json()} if declared else {})
            yield ToolSpec(next(iter(entry)), "", {}, native=DIALECT, own=own)


def read_declaration(declaration: Json) -> ToolSpec:
    """A tool of the caller's. A schema in Google's own spelling of JSON Schema is kept beside the usual one."""
    block = camel(declaration)
    known = shape(block, wire.Declaration)
    own = beside(block, "name", "description", "parametersJsonSchema")
    schema = known.parametersJsonSchema or usual(known.parameters or {})
    return ToolSpec(known.name, known.description or "", schema, own=owned(DIALECT, own))


def usual(schema: Any) -> Any:
    """A schema as JSON Schema spells it: Google's own writes its types in capitals."""
    if isinstance(schema, list):
        return [usual(one) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = {name: usual(value) for name, value in cast(Json, schema).items()}
    kind = fields.get("type")
    return fields | {"type": kind.lower()} if isinstance(kind, str) else fields


def read_settings(whole: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as Google's own."""
    own = beside(whole, "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model")
    generation = camel(known.generationConfig or {})
    set_ = shape(generation, wire.Generation)
    rest = beside(generation, *_SETTINGS)
    budget, effort = _read_thinking(generation, rest)
    choice = _read_choice(camel(known.toolConfig or {}), own)
    schema, is_json = _read_form(set_, rest)
    if rest:
        own["generationConfig"] = rest
    return Settings(
        temperature=set_.temperature,
        top_p=set_.topP,
        top_k=None if set_.topK is None else int(set_.topK),
        max_tokens=set_.maxOutputTokens,
        stop=tuple(set_.stopSequences or ()),
        seed=set_.seed,
        choices=set_.candidateCount,
        presence_penalty=set_.presencePenalty,
        frequency_penalty=set_.frequencyPenalty,
        top_logprobs=(set_.logprobs or 0) if set_.responseLogprobs else None,
        output_schema=schema,
        output_json=is_json,
        tool_choice=choice,
        reasoning_budget=budget,
        reasoning_effort=effort,
        own=owned(DIALECT, own),
    )


_SETTINGS: Final = (
    "temperature",
    "topP",
    "topK",
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "candidateCount",
    "presencePenalty",
    "frequencyPenalty",
    "logprobs",
    "responseLogprobs",
    "thinkingConfig",
    "responseMimeType",
    "responseJsonSchema",
)


def _read_thinking(generation: Json, rest: Json) -> tuple[int | None, str | None]:
    config = camel(object_of(generation.get("thinkingConfig")))
    budget, level = config.get("thinkingBudget"), config.get("thinkingLevel")
    # Kept whole: that a wish stood there in tokens or in words depends on the model.
    if config:
        rest["thinkingConfig"] = config
    return budget if isinstance(budget, int) else None, level.lower() if isinstance(level, str) else None


def _read_form(known: wire.Generation, rest: Json) -> tuple[Json | None, bool]:
    """The schema of the answer, and whether it is JSON of any kind."""
    if known.responseMimeType == _JSON:
        return known.responseJsonSchema, known.responseJsonSchema is None
    if known.responseMimeType is not None:
        rest["responseMimeType"] = known.responseMimeType
    if known.responseJsonSchema is not None:
        rest["responseJsonSchema"] = known.responseJsonSchema
    return None, False


def _read_choice(config: Json, own: Json) -> ToolChoice | None:
    calling = camel(object_of(config.get("functionCallingConfig")))
    names = calling.get("allowedFunctionNames")
    choice = _MODES.get(str(calling.get("mode")))
    if isinstance(names, list) and choice == "required":
        choice = tuple(str(name) for name in cast("list[Any]", names))
    if choice is not None and not beside(calling, "mode", "allowedFunctionNames"):
        config = beside(config, "functionCallingConfig")
    if config:
        own["toolConfig"] = config
    return choice


def _read_system(system: Json | str | None) -> Iterator[Message]:
    if not system:
        return
    content = {"parts": [{"text": system}]} if isinstance(system, str) else system
    own = owned(DIALECT, beside(content, "parts"))
    yield Message("system", _without_calls(shape(content, wire.Content).parts or ()), own=own)


def _read_contents(contents: Iterable[Json]) -> Iterator[Message]:
    unanswered: dict[str, str] = {}
    for place, content in enumerate(contents):
        known = shape(content, wire.Content)
        parts = known.parts or []
        own = owned(DIALECT, beside(content, "role", "parts"))
        if known.role == "model":
            said = said_in_order([read_part(one, f"{UNNAMED}{place}-{at}") for at, one in enumerate(parts)], own)
            unanswered |= {call.id: call.name for call in said.calls}
            yield said
        else:
            yield from _read_user(parts, unanswered, beside(content, "role", "parts"))


def _read_user(parts: list[Json], unanswered: dict[str, str], own: Json) -> Iterator[Message]:
    """The user's parts: each result of a tool is a message of its own, and what stands between them is, too."""
    joined = False
    for results, group in groupby([camel(part) for part in parts], lambda part: "functionResponse" in part):
        if results:
            for part in group:
                yield Message("tool", result=read_outcome(part, unanswered), own=joining(DIALECT, joined, own))
                joined = True
        else:
            yield Message("user", _without_calls(group), own=joining(DIALECT, joined, own))
            joined = True


def _without_calls(parts: Iterable[Json]) -> tuple[Part, ...]:
    """Parts among which a call has no place, so that it is `Opaque`."""
    read = [(part, read_part(part, "")) for part in parts]
    return tuple(Opaque(DIALECT, part) if isinstance(one, ToolCall) else one for part, one in read)
