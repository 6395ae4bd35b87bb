"""OpenAI's answers as typed values, as widely as OpenAI and the servers compatible with it write them.

It does not know what the fields come to in our own terms. Unknown fields are passed over, and nearly all may be missing
or null: what one server promises, another leaves out.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Count = int | float | None


class Function(Struct):
    """The tool a call names; some servers write the arguments as an object instead of a string."""

    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class Call(Struct):
    """A tool call or, in a stream, a piece of one."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Piece(Struct):
    """A part of content that is written as a list: `text`, or `thinking` with parts of its own (Mistral)."""

    type: str = ""
    text: str | None = None
    thinking: list[Piece] | str | None = None


class Words(Struct):
    """A message or, in a stream, the next piece of one. Visible reasoning goes by two names."""

    content: str | list[Piece] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None
    reasoning: Any = None
    reasoning_content: Any = None


class Token(Struct):
    """A token and the likeliest alternatives to it."""

    token: str = ""
    logprob: float | None = None
    top_logprobs: list[Token] | None = None


class Logprobs(Struct):
    """Log-probabilities, token by token; as two lists of equal length at Together."""

    content: list[Token] | None = None
    refusal: list[Token] | None = None
    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None


class Choice(Struct):
    """One answer: whole in `message`, or the next piece in `delta`."""

    index: int | None = None
    message: Words | None = None
    delta: Words | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    error: Any = None


class Details(Struct):
    """What the tokens were."""

    cached_tokens: Count = None
    cache_write_tokens: Count = None
    reasoning_tokens: Count = None
    audio_tokens: Count = None


class Usage(Struct):
    """Tokens. The cached ones stand in the details, or beside under a name of the server's own."""

    prompt_tokens: Count = None
    completion_tokens: Count = None
    total_tokens: Count = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    cached_tokens: Count = None
    num_cached_tokens: Count = None
    prompt_cache_hit_tokens: Count = None


class Groq(Struct):
    """Where Groq puts the usage of a stream."""

    usage: Usage | None = None


class Completion(Struct):
    """A whole answer, or one chunk of a stream."""

    id: str | int | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    usage: Usage | None = None
    x_groq: Groq | None = None
    error: Any = None


class Vector(Struct):
    """An embedding: numbers, or little-endian 32-bit floats in base 64."""

    embedding: str | list[float]
    index: int | None = None


class Embeddings(Struct):
    """Embeddings, in any order."""

    data: list[Vector] | None = None
    error: Any = None


class Declared(Struct):
    """A tool that the caller runs."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Body(Struct):
    """A whole request."""

    messages: list[dict[str, Any]]
    model: str = ""
    tools: list[dict[str, Any]] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    stream: bool | None = None
