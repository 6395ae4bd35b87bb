"""Anthropic's messages as typed values, as far as we have words for what they hold.

It does not know what the fields come to in our own terms. Fields and kinds of block that stand in none of these are
kept as they are by whoever reads.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Count = int | float | None


class TextBlock(Struct):
    """Words, and what they rest on."""

    text: str
    citations: list[dict[str, Any]] | None = None


class Thinking(Struct):
    """Reasoning with the provider's seal."""

    thinking: str
    signature: str | None = None


class ToolUse(Struct):
    """A tool call; in a stream `input` is the JSON as it was written, which may be broken."""

    id: str
    name: str
    input: dict[str, Any] | str


class ToolOutcome(Struct):
    """What a tool gave back: words or blocks."""

    tool_use_id: str
    content: str | list[dict[str, Any]] | None = None
    is_error: bool | None = None


class Source(Struct):
    """Where a picture or document is: `base64`, `url`, `file` or `text`."""

    type: str
    data: str | None = None
    media_type: str | None = None
    url: str | None = None
    file_id: str | None = None


class Media(Struct):
    """A picture or document."""

    source: dict[str, Any]
    title: str | None = None


class CacheCreation(Struct):
    """Tokens written to the prompt cache, by how long they stay."""

    ephemeral_1h_input_tokens: Count = None
    ephemeral_5m_input_tokens: Count = None


class ServerTools(Struct):
    """How often the provider's own tools were used."""

    web_search_requests: Count = None
    web_fetch_requests: Count = None


class OutputDetails(Struct):
    """What the output tokens were."""

    thinking_tokens: Count = None


class Usage(Struct):
    """Tokens. `input_tokens` are those that were neither read from nor written to the cache."""

    input_tokens: Count = None
    output_tokens: Count = None
    cache_creation_input_tokens: Count = None
    cache_read_input_tokens: Count = None
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerTools | None = None
    output_tokens_details: OutputDetails | None = None


class Reply(Struct):
    """A whole answer."""

    content: list[dict[str, Any]]
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: dict[str, Any] | None = None


class Event(Struct):
    """An event of a stream, of whichever type."""

    type: str
    index: int | None = None
    message: dict[str, Any] | None = None
    content_block: dict[str, Any] | None = None
    delta: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class Turn(Struct):
    """One message of a request."""

    role: str
    content: str | list[dict[str, Any]]


class Tool(Struct):
    """A tool that the caller runs."""

    name: str
    description: str | None = None
    input_schema: dict[str, Any] | None = None
    strict: bool | None = None


class Choice(Struct):
    """Whether tools are called."""

    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Body(Struct):
    """A whole request."""

    model: str
    messages: list[dict[str, Any]]
    system: str | list[dict[str, Any]] | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: dict[str, Any] | None = None
    thinking: dict[str, Any] | None = None
    output_config: dict[str, Any] | None = None
    stream: bool | None = None
