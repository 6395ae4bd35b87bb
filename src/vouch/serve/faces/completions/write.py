"""An answer in our own terms as the completion of a text, whole or chunk by chunk.

It does not know where the answer came from.
"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from vouch.serve.faces.chat.write import write_usage
from vouch.serve.faces.face import Wanted
from vouch.values.request import Answer, Delta, Done, TextDelta

_encode: Final = msgspec.json.Encoder().encode


def write_answer(answer: Answer, wanted: Wanted, run: str) -> bytes:
    """The whole answer."""
    choices = [_choice(one.text, index, _finish(one)) for index, one in enumerate((answer, *answer.others))]
    return _encode({**_head(run, answer.model or wanted.model), "choices": choices, "usage": write_usage(answer.usage)})


class CompletionsWriter:
    """Writes one stream: words, then why it ended, then the usage where the client wants it."""

    def __init__(self, wanted: Wanted, run: str) -> None:
        self._wanted = wanted
        self._head = _head(run, wanted.model)

    def begin(self) -> bytes:
        """Nothing comes before the first words."""
        return b""

    def write(self, delta: Delta) -> bytes:
        """The next piece; what are no words has no place here."""
        if isinstance(delta, TextDelta):
            return self._event(_choice(delta.text, 0, None))
        if not isinstance(delta, Done):
            return b""
        data = self._event(_choice("", 0, _finish(delta.answer)))
        if self._wanted.tells_usage:
            last: dict[str, Any] = {**self._head, "choices": [], "usage": write_usage(delta.answer.usage)}
            data += b"data: " + _encode(last) + b"\n\n"
        return data + b"data: [DONE]\n\n"

    def _event(self, choice: dict[str, Any]) -> bytes:
        return b"data: " + _encode({**self._head, "choices": [choice]}) + b"\n\n"


def _choice(text: str, index: int, finish: str | None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _finish(answer: Answer) -> str:
    return {"length": "length", "filtered": "content_filter"}.get(answer.finish, "stop")


def _head(run: str, model: str) -> dict[str, Any]:
    return {"id": f"cmpl-{run}", "object": "text_completion", "created": int(time.time()), "model": model}
