"""OpenAI's responses as typed values, as far as we have words for what they hold.

It does not know what the fields come to in our own terms. Fields and kinds of item that stand in none of these are kept
as they are by whoever reads.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Count = int | float | None


class FunctionCall(Struct):
    """A tool call; `id` is the item's, `call_id` the call's."""

    call_id: str
    name: str
    arguments: str = "{}"


class FunctionOutput(Struct):
    """What a tool gave back: words or blocks."""

    call_id: str
    output: str | list[dict[str, Any]]


class Reasoning(Struct):
    """What was thought: a summary, or the thoughts themselves, or both only sealed."""

    id: str | None = None
    summary: list[dict[str, Any]] | None = None
    content: list[dict[str, Any]] | None = None
    encrypted_content: str | None = None


class InputDetails(Struct):
    """What the input tokens were."""

    cached_tokens: Count = None
    cache_write_tokens: Count = None


class OutputDetails(Struct):
    """What the output tokens were."""

    reasoning_tokens: Count = None


class Usage(Struct):
    """Tokens."""

    input_tokens: Count = None
    output_tokens: Count = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class Incomplete(Struct):
    """Why a response is not whole."""

    reason: str | None = None


class Reply(Struct):
    """A whole response."""

    output: list[dict[str, Any]]
    id: str | None = None
    model: str | None = None
    status: str | None = None
    error: Any = None
    incomplete_details: Incomplete | None = None
    usage: dict[str, Any] | None = None


class Event(Struct):
    """An event of a stream, of whichever type."""

    type: str
    output_index: int | None = None
    delta: Any = None
    item: dict[str, Any] | None = None
    response: dict[str, Any] | None = None


class Tool(Struct):
    """A tool that the caller runs."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Body(Struct):
    """A whole request."""

    model: str = ""
    input: str | list[dict[str, Any]] | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    top_logprobs: int | None = None
    parallel_tool_calls: bool | None = None
    reasoning: dict[str, Any] | None = None
    text: dict[str, Any] | None = None
    stream: bool | None = None
