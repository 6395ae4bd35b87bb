"""Our request as the JSON of a generateContent request.

It does not know where it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.google.parts import DIALECT, TOGETHER, write_outcome, write_parts
from vouch.models.wording import Json, beside, beside_content, given, is_joined, object_of
from vouch.values.message import Message, own_of
from vouch.values.request import Request, Settings, ToolSpec

_MODES: Final = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_LEVELS: Final = {"xhigh": "high", "max": "high"}
_BUDGETS: Final = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
"""What a wish in words is in tokens for models that know no words: Google's own figures for OpenAI's clients."""


def write_request(request: Request, model: str, *, stream: bool) -> bytes:  # noqa: ARG001 - the path says it
    """The request for `model`. Raises `BadRequest` for a message that has no form there."""
    frame = request.frame
    own = own_of(frame.settings.own, DIALECT)
    body: Json = {"contents": write_contents(request.messages)}
    system = [message for message in request.messages if message.role == "system"]
    if system:
        parts = [part for message in system for part in message.parts]
        body["systemInstruction"] = {"parts": write_parts(parts)} | own_of(system[0].own, DIALECT)
    if frame.tools:
        body["tools"] = write_tools(frame.tools)
    generation = write_generation(frame.settings, model) | object_of(own.get("generationConfig"))
    if generation:
        body["generationConfig"] = generation
    config = write_choice(frame.settings) | object_of(own.get("toolConfig"))
    if config:
        body["toolConfig"] = config
    body |= beside(own, "generationConfig", "toolConfig")
    return msgspec.json.encode(body | frame.settings.extra)


def write_contents(messages: Sequence[Message]) -> list[Json]:
    """The conversation. Results of tools that follow each other are one turn of the user's."""
    contents: list[Json] = []
    for before, message in zip((None, *messages), messages, strict=False):
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        parts = _parts(message)
        results = message.role == "tool" and before is not None and before.role == "tool"
        joined = (
            bool(contents) and contents[-1]["role"] == role == "user" and (results or is_joined(message.own, DIALECT))
        )
        if joined:
            contents[-1]["parts"] += parts
        elif parts:
            contents.append({"role": role, "parts": parts} | beside_content(message.own, DIALECT))
    return contents


def _parts(message: Message) -> list[Json]:
    if message.role != "tool":
        return write_parts(message.pieces())
    if message.result is None:
        raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
    return [write_outcome(message.result)]


def write_tools(tools: Iterable[ToolSpec]) -> list[Json]:
    """Tools: those that follow each other in one list of declarations; one of another provider's is left out."""
    written: list[Json] = []
    for tool in tools:
        if tool.native == DIALECT and written and TOGETHER in (tool.own or ()):
            written[-1] |= own_of(tool.own, DIALECT)
        elif tool.native:
            written += [own_of(tool.own, DIALECT)] if tool.native == DIALECT else []
        elif written and "functionDeclarations" in written[-1]:
            written[-1]["functionDeclarations"].append(write_declaration(tool))
        else:
            written.append({"functionDeclarations": [write_declaration(tool)]})
    return written


def write_declaration(tool: ToolSpec) -> Json:
    """One tool."""
    own = own_of(tool.own, DIALECT)
    schema = None if "parameters" in own else tool.parameters or None
    declared = {"name": tool.name, "description": tool.description or None, "parametersJsonSchema": schema}
    return given(declared) | own


def write_generation(settings: Settings, model: str) -> Json:
    """The settings that were made."""
    named = "application/json" if settings.output_schema is not None or settings.output_json else None
    return given(
        {
            "temperature": settings.temperature,
            "topP": settings.top_p,
            "topK": settings.top_k,
            "maxOutputTokens": settings.max_tokens,
            "stopSequences": list(settings.stop) or None,
            "seed": settings.seed,
            "candidateCount": settings.choices,
            "presencePenalty": settings.presence_penalty,
            "frequencyPenalty": settings.frequency_penalty,
            "responseLogprobs": True if settings.top_logprobs is not None else None,
            "logprobs": settings.top_logprobs or None,
            "responseMimeType": named,
            "responseJsonSchema": settings.output_schema,
            "thinkingConfig": _thinking(settings, model) or None,
        }
    )


def write_choice(settings: Settings) -> Json:
    """Whether tools are called."""
    wanted = settings.tool_choice
    if wanted is None:
        return {}
    choice: dict[str, Any] = {"mode": "ANY" if isinstance(wanted, tuple) else _MODES[wanted]}
    if isinstance(wanted, tuple):
        choice["allowedFunctionNames"] = list(wanted)
    return {"functionCallingConfig": choice}


def _thinking(settings: Settings, model: str) -> Json:
    config = dict(object_of(own_of(settings.own, DIALECT).get("thinkingConfig")))
    if settings.reasoning_budget is not None:
        config["thinkingBudget"] = settings.reasoning_budget
    effort = settings.reasoning_effort
    if effort is None:
        return config
    if effort == "none" or "gemini-2" in model:
        return {"thinkingBudget": _BUDGETS.get(effort.lower(), 8192)} | config
    return {"thinkingLevel": _LEVELS.get(effort, effort)} | config
