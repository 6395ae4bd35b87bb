"""An answer in our own terms as a chat completion, whole or chunk by chunk.

It does not know where the answer came from.
"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from vouch.models.openai.content import write_call
from vouch.models.openai.write import write_message
from vouch.serve.faces.face import Wanted
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, Finish, PartDelta, ReasoningDelta, TextDelta

_FINISHES: Final[dict[Finish, str]] = {
    "stop": "stop",
    "length": "length",
    "tools": "tool_calls",
    "filtered": "content_filter",
    "refused": "stop",
    "abstained": "stop",
    "paused": "stop",
}
_encode: Final = msgspec.json.Encoder().encode


def write_answer(answer: Answer, wanted: Wanted, run: str) -> bytes:
    """The whole answer."""
    choices = [_choice(one, index) for index, one in enumerate((answer, *answer.others))]
    head = _head(run, "chat.completion", answer.model or wanted.model)
    return _encode({**head, "choices": choices, "usage": write_usage(answer.usage)})


def write_usage(usage: Usage) -> dict[str, Any]:
    """The tokens as OpenAI counts them."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


class ChatWriter:
    """Writes one stream: the role first, then pieces, then why it ended, then the usage where the client wants it."""

    def __init__(self, wanted: Wanted, run: str) -> None:
        self._wanted = wanted
        self._run = run
        self._head = _head(run, "chat.completion.chunk", wanted.model)

    def begin(self) -> bytes:
        """Who speaks."""
        return self._chunk({"role": "assistant", "content": ""})

    def write(self, delta: Delta) -> bytes:
        """The next piece."""
        match delta:
            case TextDelta(text=text):
                return self._chunk({"content": text})
            case ReasoningDelta(text=text):
                return self._chunk({"reasoning_content": text}) if text else b""
            case CallDelta():
                return self._chunk({"tool_calls": [_call_piece(delta)]})
            case PartDelta():
                return b""  # no chunk has a place for it
            case Done(answer=answer):
                return self._end(answer)

    def _end(self, answer: Answer) -> bytes:
        finish = _FINISHES[answer.finish]
        data = self._chunk({}, finish)
        if self._wanted.tells_usage:
            data += _event({**self._head, "choices": [], "usage": write_usage(answer.usage)})
        return data + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**self._head, "choices": [choice]})


def _choice(answer: Answer, index: int) -> dict[str, Any]:
    said = answer.message
    message = write_message(said)
    message["content"] = said.text or None
    message.setdefault("refusal", None)
    if reasoning := said.reasoning:
        message["reasoning_content"] = reasoning
    if said.calls:
        message["tool_calls"] = [write_call(call) for call in said.calls]
    return {
        "index": index,
        "message": message,
        "logprobs": _logprobs(answer),
        "finish_reason": _FINISHES[answer.finish],
    }


def _logprobs(answer: Answer) -> dict[str, Any] | None:
    if not answer.logprobs:
        return None
    return {
        "content": [
            {
                "token": one.token,
                "logprob": one.logprob,
                "bytes": None,
                "top_logprobs": [{"token": token, "logprob": value, "bytes": None} for token, value in one.top],
            }
            for one in answer.logprobs
        ],
        "refusal": None,
    }


def _call_piece(delta: CallDelta) -> dict[str, Any]:
    function: dict[str, Any] = {"arguments": delta.arguments}
    piece: dict[str, Any] = {"index": delta.index, "function": function}
    if delta.name:
        function["name"] = delta.name
        piece |= {"id": delta.id, "type": "function"}
    return piece


def _head(run: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{run}", "object": kind, "created": int(time.time()), "model": model}


def _event(value: object) -> bytes:
    return b"data: " + _encode(value) + b"\n\n"
