"""OpenAI's common answer as typed values that hold all of it: words or calls, usage, log-probabilities, and no more.

It does not know what the fields come to in our own terms. Whatever else an answer holds, or holds otherwise, is not
read here at all: so what is read here is read whole, in one go, and nothing of it is lost.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Function(Struct, forbid_unknown_fields=True):
    """The tool a call names, with its arguments as they were written."""

    name: str
    arguments: str


class Call(Struct, forbid_unknown_fields=True):
    """A tool call."""

    id: str
    function: Function
    type: Literal["function"] = "function"
    index: int | None = None


class Words(Struct, forbid_unknown_fields=True):
    """A message: what must be null or empty here has a meaning where it is not."""

    content: str | None = None
    role: Literal["assistant"] | None = None
    tool_calls: list[Call] | None = None
    refusal: None = None
    annotations: tuple[()] | None = None
    audio: None = None
    function_call: None = None
    reasoning: None = None
    reasoning_content: None = None


class Token(Struct, forbid_unknown_fields=True, gc=False):
    """A token and the likeliest alternatives to it."""

    token: str
    logprob: float
    bytes: list[int] | UnsetType | None = UNSET
    top_logprobs: list[Token] | UnsetType | None = UNSET


class Logprobs(Struct, forbid_unknown_fields=True):
    """Log-probabilities, token by token."""

    content: list[Token] | UnsetType | None = UNSET
    refusal: list[Token] | UnsetType | None = UNSET


class Choice(Struct, forbid_unknown_fields=True):
    """One answer."""

    message: Words
    index: int | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Completion(Struct, forbid_unknown_fields=True):
    """A whole answer; what stands beside its one choice is kept as it is."""

    choices: tuple[Choice]
    id: str | int | None = None
    model: str | None = None
    object: Any = UNSET
    created: Any = UNSET
    usage: Any = UNSET
    service_tier: Any = UNSET
    system_fingerprint: Any = UNSET

    @property
    def beside(self) -> dict[str, Any]:
        """The fields that are there, but for the choice and what names the answer."""
        fields = {
            "created": self.created,
            "service_tier": self.service_tier,
            "system_fingerprint": self.system_fingerprint,
            "usage": self.usage,
        }
        return {name: value for name, value in fields.items() if value is not UNSET}


_decoder: Final = msgspec.json.Decoder(Completion)


def plain_of(body: bytes | str) -> Completion | None:
    """The answer, where it is a common one; None for any other, and for what is no answer."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
