"""Requests and runs of apps as spans, in the terms of OpenTelemetry's conventions for generative AI.

It does not know where spans go. No words of clients, models or tools are in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal

from msgspec import Struct

from vouch.values.event import (
    AnyBody,
    EffectDone,
    Event,
    ModelAnswered,
    ModelFailed,
    RequestServed,
    RunFinished,
    ToolRead,
)
from vouch.values.money import Money, Usage

Value = str | int | float | bool

Kind = Literal[1, 2, 3]
"""As OpenTelemetry numbers them: 1 internal, 2 server, 3 client."""

_OPERATIONS: Final = {"embeddings": "embeddings", "completions": "text_completion"}
_PROVIDERS: Final = {
    "google": "gcp.gemini",
    "bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "mistral": "mistral_ai",
}
_CROCKFORD: Final = {sign: place for place, sign in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}


class Span(Struct, frozen=True):
    """One piece of work. Times in Unix seconds; `parent` is empty for the first of a trace."""

    trace: str
    id: str
    parent: str
    name: str
    kind: Kind
    begun: float
    ended: float
    attributes: Mapping[str, Value]
    error: str = ""


def of_request(run: str, at: float, served: RequestServed) -> Iterator[Span]:
    """A request that ended at a time, and its attempts.

    The journal keeps how long each attempt took, not when it began: they are laid one after the other.
    """
    trace, root = trace_of(run), _id(run, "request")
    begun = at - served.seconds
    operation = _OPERATIONS.get(served.face, "chat")
    error = served.code if served.status >= 500 else ""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": served.asked,
        "gen_ai.request.stream": served.streamed,
        "http.response.status_code": served.status,
        "vouch.run": run,
        "vouch.face": served.face,
    }
    attributes |= _answered(served.model) | _used(served.usage, served.cost)
    told = {"error.type": served.code, "vouch.key": served.key, "vouch.cache": served.cached}
    attributes |= {name: value for name, value in told.items() if value}
    yield Span(trace, root, "", f"{operation} {served.asked}".strip(), 2, begun, at, attributes, error)
    for place, attempt in enumerate(served.attempts):
        ended = min(begun + attempt.seconds, at)
        asked: dict[str, Value] = {"gen_ai.operation.name": operation} | _asked(attempt.model)
        if attempt.status:
            asked["http.response.status_code"] = attempt.status
        failed = attempt.error or (str(attempt.status) if attempt.status >= 400 else "")
        if failed:
            asked["error.type"] = failed
        name = f"{operation} {_model(attempt.model)}"
        yield Span(trace, _id(run, f"attempt {place}"), root, name, 3, begun, ended, asked, failed)
        begun = ended


def of_run(app: str, events: Sequence[Event]) -> Iterator[Span]:
    """A part of a run of an app, up to where it waited or ended, and what it asked and called meanwhile."""
    first, last = events[0], events[-1]
    trace, root = trace_of(first.run), _id(first.run, f"run {first.seq}")
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": app,
        "gen_ai.conversation.id": first.run,
        "vouch.run": first.run,
    }
    error = ""
    if isinstance(last.body, RunFinished):
        attributes |= {"vouch.status": last.body.status, **_used(last.body.usage, last.body.cost)}
        error = last.body.status if last.body.status == "failed" else ""
    if error:
        attributes["error.type"] = error
    yield Span(trace, root, "", f"invoke_agent {app}", 1, first.at, last.at, attributes, error)
    for event in events:
        if (child := _child(trace, root, event)) is not None:
            yield child


def trace_of(run: str) -> str:
    """The trace of a run: the 128 bits of its name, so that either leads to the other."""
    number = 0
    for sign in run:
        if sign not in _CROCKFORD:  # a run that was imported may have any name
            return blake2b(run.encode(), digest_size=16).hexdigest()
        number = number << 5 | _CROCKFORD[sign]
    return f"{number & (1 << 128) - 1:032x}"


def _child(trace: str, root: str, event: Event) -> Span | None:
    body: AnyBody = event.body
    place = _id(event.run, str(event.seq))
    if isinstance(body, ModelAnswered | ModelFailed):
        attributes: dict[str, Value] = {"gen_ai.operation.name": "chat"} | _asked(body.model)
        failed = body.error if isinstance(body, ModelFailed) else ""
        if isinstance(body, ModelAnswered):
            attributes |= {"gen_ai.response.model": body.served or _model(body.model), **_used(body.usage, body.cost)}
        else:
            attributes["error.type"] = failed
        name = f"chat {_model(body.model)}"
        return Span(trace, place, root, name, 3, event.at - body.seconds, event.at, attributes, failed)
    if isinstance(body, ToolRead | EffectDone):
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": body.name,
            "gen_ai.tool.call.id": body.call_id,
        }
        failed = "tool_failed" if body.failed else ""
        if failed:
            attributes["error.type"] = failed
        name = f"execute_tool {body.name}"
        return Span(trace, place, root, name, 1, event.at - body.seconds, event.at, attributes, failed)
    return None


def _asked(model: str) -> dict[str, Value]:
    provider = model.partition("/")[0]
    return {"gen_ai.provider.name": _PROVIDERS.get(provider, provider), "gen_ai.request.model": _model(model)}


def _answered(model: str) -> dict[str, Value]:
    if not model:
        return {}
    provider = model.partition("/")[0]
    return {"gen_ai.provider.name": _PROVIDERS.get(provider, provider), "gen_ai.response.model": _model(model)}


def _used(usage: Usage, cost: Money | None) -> dict[str, Value]:
    told: dict[str, Value] = {}
    if usage.input_tokens or usage.output_tokens:
        told |= {"gen_ai.usage.input_tokens": usage.input_tokens, "gen_ai.usage.output_tokens": usage.output_tokens}
    if cost is not None:
        told |= {"vouch.cost": float(cost.amount), "vouch.currency": cost.currency}
    return told


def _model(name: str) -> str:
    return name.partition("/")[2] or name


def _id(run: str, what: str) -> str:
    return blake2b(f"{run}\0{what}".encode(), digest_size=8).hexdigest()
