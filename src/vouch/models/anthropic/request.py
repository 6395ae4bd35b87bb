"""A Messages request in our own terms: what an Anthropic client asks for.

It does not know who asked, or which model will answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.anthropic import wire
from vouch.models.anthropic.blocks import DIALECT, read_block, read_parts
from vouch.models.anthropic.write import INLINE
from vouch.models.wording import Json, beside, is_plain, joining, object_of, owned, shape
from vouch.values.message import Message, ToolResult, said_in_order, words_of
from vouch.values.request import Request, Settings, ToolChoice, ToolSpec, ask, frame

_CHOICES: Final[dict[str, ToolChoice]] = {"auto": "auto", "any": "required", "none": "none"}
_WORDED: Final = (
    "model",
    "messages",
    "system",
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "tools",
    "stream",
)


def read_request(body: Json, model: str = "") -> Request:
    """A request for `model`, or for the one that it names. Raises `BadRequest` where it is not in Anthropic's form."""
    try:
        known = shape(body, wire.Body)
        messages = [*_read_system(known.system), *_read_turns(known.messages)]
        tools = tuple(read_tool(tool) for tool in known.tools or ())
        settings = read_settings(body, known)
    except (msgspec.ValidationError, KeyError) as error:
        raise BadRequest(f"this is no request of Anthropic's Messages API: {error}; mend it", status=400) from None
    return ask(frame(model or known.model, tools=tools, settings=settings), messages)


def read_tool(tool: Json) -> ToolSpec:
    """A tool of the caller's, or one that Anthropic runs itself."""
    if tool.get("type", "custom") != "custom":
        return ToolSpec(str(tool.get("name", "")), "", {}, native=DIALECT, own={DIALECT: tool})
    known = shape(tool, wire.Tool)
    own = owned(DIALECT, beside(tool, "name", "description", "input_schema", "strict"))
    return ToolSpec(known.name, known.description or "", known.input_schema or {}, strict=known.strict, own=own)


def read_settings(body: Json, known: wire.Body) -> Settings:
    """How to answer; what we have no word for is kept as Anthropic's own."""
    own = beside(body, *_WORDED)
    choice, parallel = _read_choice(own)
    budget = _read_thinking(own)
    effort, schema = _read_output(own)
    return Settings(
        temperature=known.temperature,
        top_p=known.top_p,
        top_k=known.top_k,
        max_tokens=known.max_tokens,
        stop=tuple(known.stop_sequences or ()),
        output_schema=schema,
        tool_choice=choice,
        parallel_tools=parallel,
        reasoning_effort=effort,
        reasoning_budget=budget,
        own=owned(DIALECT, own),
    )


def _read_choice(own: Json) -> tuple[ToolChoice | None, bool | None]:
    """The choice of tools, taken out of `own` where nothing of it would be lost."""
    given = own.get("tool_choice")
    if given is None:
        return None, None
    known = shape(given, wire.Choice)
    choice = (known.name or "",) if known.type == "tool" else _CHOICES.get(known.type)
    if choice is not None and not beside(given, "type", "name", "disable_parallel_tool_use"):
        del own["tool_choice"]
    single = known.disable_parallel_tool_use
    return choice, None if single is None else not single


def _read_thinking(own: Json) -> int | None:
    thinking = object_of(own.get("thinking"))
    budget: Any = thinking.get("budget_tokens")
    if thinking == {"type": "enabled", "budget_tokens": budget} and isinstance(budget, int) and budget > 0:
        del own["thinking"]
    elif thinking == {"type": "disabled"}:
        del own["thinking"]
        return 0
    return budget if isinstance(budget, int) else None


def _read_output(own: Json) -> tuple[str | None, Json | None]:
    rest = dict(object_of(own.get("output_config")))
    effort = rest.pop("effort") if isinstance(rest.get("effort"), str) else None
    form = object_of(rest.get("format"))
    schema = object_of(form.get("schema"))
    if schema and form == {"type": "json_schema", "schema": schema}:
        del rest["format"]
    if rest:
        own["output_config"] = rest
    else:
        own.pop("output_config", None)
    return effort, schema or None


def _read_system(system: str | list[Json] | None) -> Iterator[Message]:
    parts = read_parts(system)
    if parts:
        yield Message("system", parts)


def _read_turns(turns: list[Json]) -> Iterator[Message]:
    names: dict[str, str] = {}
    for turn in turns:
        known = shape(turn, wire.Turn)
        blocks = [{"type": "text", "text": known.content}] if isinstance(known.content, str) else known.content
        own = beside(turn, "role", "content")
        match known.role:
            case "assistant":
                said = said_in_order([read_block(block) for block in blocks], owned(DIALECT, own))
                names |= {call.id: call.name for call in said.calls}
                yield said
            case "system":
                yield Message("system", read_parts(blocks), own={DIALECT: {**own, INLINE: True}})
            case "user":
                yield from _read_user(blocks, names, own)
            case _:
                raise BadRequest(f"a message has the role {known.role!r}; give 'user' or 'assistant'", status=400)


def _read_user(blocks: list[Json], names: dict[str, str], own: Json) -> Iterator[Message]:
    """The user's blocks: each result of a tool is a message of its own, and what stands between them is, too."""
    joined = False
    for results, group in groupby(blocks, lambda block: block.get("type") == "tool_result"):
        if results:
            for block in group:
                yield Message("tool", result=read_result(block, names), own=joining(DIALECT, joined, own))
                joined = True
        else:
            yield Message("user", read_parts(list(group)), own=joining(DIALECT, joined, own))
            joined = True


def read_result(block: Json, names: dict[str, str]) -> ToolResult:
    """What a tool gave back; its name is that of the call, `names` by id."""
    known = shape(block, wire.ToolOutcome)
    parts = read_parts(known.content) if isinstance(known.content, list) else ()
    return ToolResult(
        known.tool_use_id,
        names.get(known.tool_use_id, ""),
        known.content if isinstance(known.content, str) else words_of(parts),
        failed=bool(known.is_error),
        parts=() if is_plain(parts) else parts,
        own=owned(DIALECT, beside(block, "type", "tool_use_id", "content", "is_error")),
    )
