"""A chat request of Cohere's in our own terms: what a client of theirs asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.cohere import wire
from vouch.models.cohere.content import DIALECT, read_content, read_message
from vouch.models.openai.wire import Declared
from vouch.models.wording import Json, beside, is_plain, object_of, owned, shape
from vouch.values.message import Message, ToolResult, words_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_CHOICES: Final[dict[str, ToolChoice]] = {"REQUIRED": "required", "NONE": "none"}


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`, or for the one that it names. Raises `BadRequest` where it is not in Cohere's form."""
    try:
        known = shape(body, wire.Body)
        messages = list(_read_messages(known.messages))
        tools = tuple(read_tool(tool) for tool in known.tools or ())
        settings = read_settings(body, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of Cohere's chat: {error}; mend it", status=400) from None
    return ask(frame(model or known.model, tools=tools, settings=settings), messages)


def read_tool(tool: Json) -> ToolSpec:
    """A tool of the caller's, or one that Cohere runs itself."""
    function = object_of(tool.get("function"))
    if not function:
        return ToolSpec(str(tool.get("type")), "", {}, native=DIALECT, own={DIALECT: tool})
    known = shape(function, Declared)
    own = beside(tool, "type", "function")
    if rest := beside(function, "name", "description", "parameters"):
        own["function"] = rest
    return ToolSpec(known.name, known.description or "", known.parameters or {}, own=owned(DIALECT, own))


def read_settings(body: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as Cohere's own."""
    own = beside(body, *wire.Body.__struct_fields__)
    choice = _CHOICES.get(str(own.get("tool_choice")))
    if choice is not None:
        del own["tool_choice"]
    logprobs = own.pop("logprobs", None) is True
    form = object_of(own.get("response_format"))
    schema = object_of(form.get("json_schema")) or None
    is_json = form.get("type") == "json_object"
    if is_json and not beside(form, "type", "json_schema"):
        del own["response_format"]
    budget = object_of(own.get("thinking")).get("token_budget")
    return Settings(
        temperature=known.temperature,
        top_p=known.p,
        top_k=known.k,
        max_tokens=known.max_tokens,
        stop=tuple(known.stop_sequences or ()),
        seed=known.seed,
        presence_penalty=known.presence_penalty,
        frequency_penalty=known.frequency_penalty,
        top_logprobs=0 if logprobs else None,
        tool_choice=choice,
        output_schema=schema,
        output_json=is_json and schema is None,
        reasoning_budget=budget if isinstance(budget, int) else None,
        own=owned(DIALECT, own),
    )


def _read_messages(messages: Iterable[Json]) -> Iterator[Message]:
    names: dict[str, str] = {}
    for message in messages:
        own = owned(DIALECT, beside(message, "role", "content"))
        match message.get("role"):
            case "system" | "user" as role:
                yield Message(role, tuple(read_content(message.get("content"))), own=own)
            case "assistant":
                said = read_message(message)
                names |= {call.id: call.name for call in said.calls}
                yield said
            case "tool":
                yield Message("tool", result=_read_result(message, names))
            case role:
                wanted = "'system', 'user', 'assistant' or 'tool'"
                raise BadRequest(f"a message has the role {role!r}; give {wanted}", status=400)


def _read_result(message: Json, names: dict[str, str]) -> ToolResult:
    identity, content = str(message["tool_call_id"]), message.get("content")
    parts = () if isinstance(content, str) else tuple(read_content(content))
    text = content if isinstance(content, str) else words_of(parts)
    own = owned(DIALECT, beside(message, "role", "tool_call_id", "content"))
    return ToolResult(identity, names.get(identity, ""), text, parts=() if is_plain(parts) else parts, own=own)
