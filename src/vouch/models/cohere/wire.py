"""Cohere's chat as typed values, as far as we have words for what it holds.

It does not know what the fields come to in our own terms.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Count = int | float | None


class Tokens(Struct):
    """Tokens by direction."""

    input_tokens: Count = None
    output_tokens: Count = None


class Usage(Struct):
    """What is paid for, and what was read and written: prompts of Cohere's own are in the second only."""

    billed_units: Tokens | None = None
    tokens: Tokens | None = None
    cached_tokens: Count = None


class Reply(Struct):
    """A whole answer."""

    message: dict[str, Any]
    id: str | None = None
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None


class Event(Struct):
    """An event of a stream, of whichever type."""

    type: str
    index: int | None = None
    id: str | None = None
    delta: dict[str, Any] | None = None


class Body(Struct):
    """A whole request."""

    messages: list[dict[str, Any]]
    model: str = ""
    tools: list[dict[str, Any]] | None = None
    temperature: float | None = None
    p: float | None = None
    k: int | None = None
    max_tokens: int | None = None
    stop_sequences: list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    stream: bool | None = None
