"""Our request as the JSON of a chat request of Cohere's.

It does not know where it is sent.
"""

from __future__ import annotations

from typing import Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.cohere.content import DIALECT, write_message
from vouch.models.wording import Json, beside, given, object_of
from vouch.values.message import own_of
from vouch.values.request import Request, Settings, ToolSpec

_CHOICES: Final = {"required": "REQUIRED", "none": "NONE"}


def write_request(request: Request, model: str, *, stream: bool) -> bytes:
    """The request for `model`. Raises `BadRequest` for a message that has no form there."""
    frame = request.frame
    body: Json = {"model": model, "messages": [write_message(message) for message in request.messages]}
    tools = [tool for one in frame.tools if (tool := write_tool(one)) is not None]
    if tools:
        body["tools"] = tools
    body |= write_settings(frame.settings) | own_of(frame.settings.own, DIALECT)
    body |= frame.settings.extra
    # Whatever `extra` says: how the answer is read depends on it.
    body["stream"] = stream
    return msgspec.json.encode(body)


def write_tool(tool: ToolSpec) -> Json | None:
    """One tool as a function; one that only another provider runs is left out."""
    own = own_of(tool.own, DIALECT)
    if tool.native:
        return own if tool.native == DIALECT else None
    function: Json = {"name": tool.name, "description": tool.description or None, "parameters": tool.parameters or None}
    return {"type": "function", "function": given(function) | object_of(own.get("function"))} | beside(own, "function")


def write_settings(settings: Settings) -> Json:
    """The settings that were made. A wish for one of several tools is that for any of all."""
    if settings.choices not in (None, 1):
        raise BadRequest(f"choices = {settings.choices!r}: Cohere's models give one answer; ask several times")
    wanted = settings.tool_choice
    budget = settings.reasoning_budget
    thinking = None
    if budget is not None:
        thinking = {"type": "enabled", "token_budget": budget} if budget else {"type": "disabled"}
    elif settings.reasoning_effort is not None:
        thinking = {"type": "disabled" if settings.reasoning_effort == "none" else "enabled"}
    form: Json | None = None
    if settings.output_schema is not None or settings.output_json:
        form = {"type": "json_object"} | given({"json_schema": settings.output_schema})
    return given(
        {
            "temperature": settings.temperature,
            "p": settings.top_p,
            "k": settings.top_k,
            "max_tokens": settings.max_tokens,
            "stop_sequences": list(settings.stop) or None,
            "seed": settings.seed,
            "presence_penalty": settings.presence_penalty,
            "frequency_penalty": settings.frequency_penalty,
            "tool_choice": "REQUIRED" if isinstance(wanted, tuple) else _CHOICES.get(wanted or ""),
            "logprobs": True if settings.top_logprobs is not None else None,
            "thinking": thinking,
            "response_format": form,
        }
    )
