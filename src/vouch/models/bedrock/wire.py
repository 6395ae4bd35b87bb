"""Bedrock's conversations as typed values, as far as we have words for what they hold.

It does not know what the fields come to in our own terms. Fields and kinds of block that stand in none of these are
kept as they are by whoever reads.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Count = int | float | None


class ToolUse(Struct):
    """A tool call; in a stream `input` is the JSON as it was written, which may be broken."""

    toolUseId: str  # noqa: N815 - Bedrock's name, here and below
    name: str
    input: Any = None


class ToolResult(Struct):
    """What a tool gave back."""

    toolUseId: str  # noqa: N815
    content: list[dict[str, Any]] | None = None
    status: str | None = None


class ReasoningText(Struct):
    """What was thought, with the provider's seal."""

    text: str
    signature: str | None = None


class CacheDetail(Struct):
    """Tokens written to the prompt cache for one span of time, such as `5m`."""

    ttl: str = ""
    inputTokens: Count = None  # noqa: N815


class Usage(Struct):
    """Tokens. `inputTokens` are those that were neither read from nor written to the cache."""

    inputTokens: Count = None  # noqa: N815
    outputTokens: Count = None  # noqa: N815
    cacheReadInputTokens: Count = None  # noqa: N815
    cacheWriteInputTokens: Count = None  # noqa: N815
    cacheDetails: list[CacheDetail] | None = None  # noqa: N815


class Turn(Struct):
    """What one side says."""

    content: list[dict[str, Any]]
    role: str = "assistant"


class Output(Struct):
    """Where the message stands."""

    message: Turn


class Reply(Struct):
    """A whole answer."""

    output: Output
    stopReason: str | None = None  # noqa: N815
    usage: dict[str, Any] | None = None


class ToolConfig(Struct):
    """Which tools there are, and whether they are called."""

    tools: list[dict[str, Any]] | None = None


class Inference(Struct):
    """How to answer."""

    maxTokens: int | None = None  # noqa: N815
    temperature: float | None = None
    topP: float | None = None  # noqa: N815
    stopSequences: list[str] | None = None  # noqa: N815


class Declared(Struct):
    """A tool that the caller runs."""

    name: str
    description: str | None = None
    inputSchema: dict[str, Any] | None = None  # noqa: N815
    strict: bool | None = None


class Body(Struct):
    """A whole request."""

    messages: list[dict[str, Any]]
    system: list[dict[str, Any]] | None = None
    inferenceConfig: dict[str, Any] | None = None  # noqa: N815
    toolConfig: dict[str, Any] | None = None  # noqa: N815
