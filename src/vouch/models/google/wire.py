"""Google's contents as typed values, as far as we have words for what they hold.

It does not know what the fields come to in our own terms. Google takes every name in camel case and in snake case; here
they stand in camel case, to which `camel` turns one object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from msgspec import Struct, ValidationError

Count = int | float | None

_SNAKE: Final = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


def camel(block: Any) -> dict[str, Any]:
    """An object with its own names in camel case; what stands within it stays as it is.

    Raises `msgspec.ValidationError` for what is no object.
    """
    if not isinstance(block, Mapping):
        raise ValidationError(f"Expected `object`, got {type(block).__name__!r}")
    return {
        _SNAKE.sub(lambda found: found[1].upper(), name): value
        for name, value in cast("Mapping[str, Any]", block).items()
    }


class Blob(Struct):
    """Bytes in base 64."""

    data: str
    mimeType: str = ""  # noqa: N815 - Google's name, here and below


class FileData(Struct):
    """A file at an address."""

    fileUri: str  # noqa: N815
    mimeType: str = ""  # noqa: N815


class FunctionCall(Struct):
    """A tool call; only some models give it an id."""

    name: str
    id: str | None = None
    args: dict[str, Any] | None = None


class FunctionResponse(Struct):
    """What a tool gave back."""

    name: str
    id: str | None = None
    response: dict[str, Any] | None = None
    parts: list[dict[str, Any]] | None = None


class Content(Struct):
    """What one side says."""

    parts: list[dict[str, Any]] | None = None
    role: str | None = None


class Candidate(Struct):
    """One answer or, in a stream, the next piece of one."""

    content: Content | None = None
    finishReason: str | None = None  # noqa: N815
    finishMessage: str | None = None  # noqa: N815
    index: int | None = None


class Modality(Struct):
    """Tokens of one kind: TEXT, IMAGE, AUDIO, VIDEO or DOCUMENT."""

    modality: str = ""
    tokenCount: Count = None  # noqa: N815


class Usage(Struct):
    """Tokens. What was thought, and what the provider's own tools read, stands beside the rest."""

    promptTokenCount: Count = None  # noqa: N815
    candidatesTokenCount: Count = None  # noqa: N815
    thoughtsTokenCount: Count = None  # noqa: N815
    cachedContentTokenCount: Count = None  # noqa: N815
    toolUsePromptTokenCount: Count = None  # noqa: N815
    promptTokensDetails: list[Modality] | None = None  # noqa: N815
    candidatesTokensDetails: list[Modality] | None = None  # noqa: N815
    cacheTokensDetails: list[Modality] | None = None  # noqa: N815
    toolUsePromptTokensDetails: list[Modality] | None = None  # noqa: N815


class Reply(Struct):
    """A whole answer, or one event of a stream."""

    candidates: list[dict[str, Any]] | None = None
    usageMetadata: dict[str, Any] | None = None  # noqa: N815
    modelVersion: str | None = None  # noqa: N815
    responseId: str | None = None  # noqa: N815
    promptFeedback: dict[str, Any] | None = None  # noqa: N815
    error: Any = None


class Declaration(Struct):
    """A tool that the caller runs."""

    name: str
    description: str | None = None
    parametersJsonSchema: dict[str, Any] | None = None  # noqa: N815
    parameters: dict[str, Any] | None = None


class Body(Struct):
    """A whole request."""

    contents: list[dict[str, Any]]
    systemInstruction: dict[str, Any] | str | None = None  # noqa: N815
    tools: list[dict[str, Any]] | dict[str, Any] | None = None
    toolConfig: dict[str, Any] | None = None  # noqa: N815
    generationConfig: dict[str, Any] | None = None  # noqa: N815


class Generation(Struct):
    """How to answer."""

    temperature: float | None = None
    topP: float | None = None  # noqa: N815
    topK: int | float | None = None  # noqa: N815
    maxOutputTokens: int | None = None  # noqa: N815
    stopSequences: list[str] | None = None  # noqa: N815
    seed: int | None = None
    candidateCount: int | None = None  # noqa: N815
    presencePenalty: float | None = None  # noqa: N815
    frequencyPenalty: float | None = None  # noqa: N815
    logprobs: int | None = None
    responseLogprobs: bool | None = None  # noqa: N815
    responseMimeType: str | None = None  # noqa: N815
    responseJsonSchema: dict[str, Any] | None = None  # noqa: N815
    thinkingConfig: dict[str, Any] | None = None  # noqa: N815
