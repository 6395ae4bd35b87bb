"""A chat-completions request in our own terms: what an OpenAI client asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.openai import wire
from vouch.models.openai.content import DIALECT, read_content
from vouch.models.openai.read import own_of_call, read_arguments, read_thoughts
from vouch.models.wording import Json, beside, is_plain, list_of, object_of, owned, shape, written
from vouch.values.message import Audio, Message, Part, Refusal, ToolCall, ToolResult, words_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_CHOICES: Final[dict[str, ToolChoice]] = {"auto": "auto", "none": "none", "required": "required", "any": "required"}
_WORDED: Final = (
    "model",
    "messages",
    "tools",
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "n",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "parallel_tool_calls",
    "reasoning_effort",
    "stream",
)
_SPOKEN: Final = ("role", "content", "refusal", "tool_calls", "reasoning", "reasoning_content", "audio", "tool_call_id")


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`, or for the one that it names. Raises `BadRequest` where it is not in OpenAI's form."""
    try:
        known = shape(body, wire.Body)
        messages = list(read_messages(known.messages))
        tools = tuple(read_tool(tool) for tool in known.tools or ())
        settings = read_settings(body, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of OpenAI's chat completions: {error}; mend it", status=400) from None
    return ask(frame(model or known.model, tools=tools, settings=settings), messages)


def read_messages(messages: Iterable[Json]) -> Iterator[Message]:
    """The conversation."""
    names: dict[str, str] = {}
    for place, message in enumerate(messages):
        match message.get("role"):
            case "system" | "user" as role:
                own = owned(DIALECT, beside(message, "role", "content"))
                yield Message(role, tuple(read_content(message.get("content"))), own=own)
            case "developer":
                own = owned(DIALECT, beside(message, "content"))
                yield Message("system", tuple(read_content(message.get("content"))), own=own)
            case "assistant":
                said = read_spoken(message)
                names |= {call.id: call.name for call in said.calls}
                yield said
            case "tool" | "function":
                yield Message("tool", result=read_result(message, names))
            case role:
                raise BadRequest(
                    f"message {place} has the role {role!r}; give 'system', 'user', 'assistant' or 'tool'", status=400
                )


def read_spoken(message: Json) -> Message:
    """What a model said before."""
    parts: list[Part] = [*read_thoughts(message), *read_content(message.get("content"))]
    own = beside(message, *_SPOKEN)
    if isinstance(message.get("refusal"), str):
        parts.append(Refusal(message["refusal"]))
    sound = object_of(message.get("audio"))
    if isinstance(sound.get("id"), str):
        parts.append(Audio(id=sound["id"]))
    calls = tuple(_read_call(object_of(call)) for call in list_of(message.get("tool_calls")))
    return Message("assistant", tuple(parts), calls, own=owned(DIALECT, own))


def _read_call(raw: Json) -> ToolCall:
    known = shape(raw, wire.Call)
    function = known.function or wire.Function()
    own = owned(DIALECT, own_of_call(raw) | ({"index": known.index} if known.index is not None else {}))
    return ToolCall(known.id or "", function.name or "", read_arguments(function), own=own)


def read_result(message: Json, names: dict[str, str]) -> ToolResult:
    """What a tool gave back; its name is that of the call, `names` by id."""
    identity = str(message.get("tool_call_id") or message.get("name") or "")
    content = message.get("content")
    parts = tuple(read_content(content)) if isinstance(content, list) else ()
    text = content if isinstance(content, str) else words_of(parts)
    own = beside(message, "tool_call_id", "content", *(("role",) if message["role"] == "tool" else ()))
    name = names.get(identity) or str(message.get("name") or "")
    return ToolResult(identity, name, text, parts=() if is_plain(parts) else parts, own=owned(DIALECT, own))


def read_tool(tool: Json) -> ToolSpec:
    """A tool of the caller's, or one that the provider runs itself."""
    function = object_of(tool.get("function"))
    if not function:
        return ToolSpec(str(tool.get("name") or tool.get("type")), "", {}, native=DIALECT, own={DIALECT: tool})
    known = shape(function, wire.Declared)
    own = beside(tool, "type", "function")
    if rest := beside(function, "name", "description", "parameters", "strict"):
        own["function"] = rest
    return ToolSpec(
        known.name, known.description or "", known.parameters or {}, strict=known.strict, own=owned(DIALECT, own)
    )


def read_settings(body: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as this dialect's own."""
    own = beside(body, *_WORDED)
    choice = _read_choice(own)
    schema, name, strict, is_json = _read_format(own)
    options = beside(object_of(own.pop("stream_options", None)), "include_usage")
    if options:
        own["stream_options"] = options
    stop = known.stop
    return Settings(
        temperature=known.temperature,
        top_p=known.top_p,
        top_k=known.top_k,
        max_tokens=known.max_completion_tokens if known.max_tokens is None else known.max_tokens,
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        seed=known.seed,
        choices=known.n,
        presence_penalty=known.presence_penalty,
        frequency_penalty=known.frequency_penalty,
        top_logprobs=(known.top_logprobs or 0) if known.logprobs else None,
        output_schema=schema,
        output_json=is_json,
        output_name=name,
        output_strict=strict,
        tool_choice=choice,
        parallel_tools=known.parallel_tool_calls,
        reasoning_effort=known.reasoning_effort,
        own=owned(DIALECT, own),
    )


def _read_choice(own: Json) -> ToolChoice | None:
    """The choice of tools, taken out of `own` where nothing of it would be lost."""
    given: Any = own.get("tool_choice")
    choice = read_choice(given)
    told = isinstance(choice, str) and given == choice
    named = isinstance(choice, tuple) and given == {"type": "function", "function": {"name": "".join(choice)}}
    if told or named:
        del own["tool_choice"]
    return choice


def read_choice(given: Any) -> ToolChoice | None:
    """Whether tools are called: a word, the one tool, or those among which the model chooses."""
    if isinstance(given, str):
        return _CHOICES.get(given)
    chosen = object_of(given)
    allowed = object_of(chosen.get("allowed_tools")) or chosen
    if allowed.get("mode") in ("auto", "required") and "tools" in allowed:
        named = [object_of(tool) for tool in list_of(allowed["tools"])]
        names = tuple(str((object_of(tool.get("function")) or tool).get("name", "")) for tool in named)
        return names if allowed["mode"] == "required" else _CHOICES["auto"]
    name = (object_of(chosen.get("function")) or chosen).get("name")
    return (name,) if isinstance(name, str) else None


def _read_format(own: Json) -> tuple[Json | None, str, bool | None, bool]:
    """The schema of the answer, its name and strictness, and whether it is JSON of any kind."""
    form = object_of(own.get("response_format"))
    if form == {"type": "json_object"}:
        del own["response_format"]
        return None, "", None, True
    inner = object_of(form.get("json_schema"))
    schema = object_of(inner.get("schema"))
    if form.get("type") != "json_schema" or not schema:
        return None, "", None, False
    name, strict = written(inner.get("name") or ""), inner.get("strict")
    rest = beside(form, "type", "json_schema") | beside(inner, "name", "schema", "strict")
    if not rest and isinstance(strict, bool) and name:
        del own["response_format"]
    return schema, name, strict if isinstance(strict, bool) else None, False
