"""Answers read back from the bytes in which a client got them, whole or streamed, by the name of their face.

It does not know why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from vouch.errors import ModelError
from vouch.models.anthropic.read import StreamReader as MessagesReader
from vouch.models.anthropic.read import read_answer as read_message
from vouch.models.http.sse import EventReader
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, malformed
from vouch.models.openai.read import read_answer as read_chat
from vouch.models.openai.stream import StreamReader as ChatReader
from vouch.models.responses.read import StreamReader as ResponsesReader
from vouch.models.responses.read import read_answer as read_response
from vouch.models.wording import Json
from vouch.serve.faces.chat.usage import usage_of
from vouch.serve.faces.spots import objects
from vouch.values.message import Reasoning, Refusal, Text, assistant
from vouch.values.money import Usage
from vouch.values.request import Answer, Delta, Done


class Reader(Protocol):
    """Puts a stream together."""

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event."""
        ...

    def finish(self) -> list[Delta]:
        """The last of them."""
        ...


class _Completion:
    """The completion of a text, put together from its chunks."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._words: list[str] = []
        self._finish = ""
        self._usage = Usage()
        self._model = ""

    def read(self, data: str) -> list[Delta]:
        if data.strip() != "[DONE]":
            self.take(decode(data, self._asked))
            self._usage = usage_of(data.encode()) or self._usage
        return []

    def take(self, piece: Json) -> None:
        for choice in objects(piece.get("choices")):
            if choice.get("index") or choice.get("logprobs"):
                raise malformed("more than one plain text", self._asked)
            self._words.append(str(choice.get("text") or ""))
            self._finish = str(choice.get("finish_reason") or self._finish)
        self._model = str(piece.get("model") or self._model)

    def finish(self) -> list[Delta]:
        finish: Any = {"stop": "stop", "length": "length"}.get(self._finish, "paused")
        return [Done(Answer(assistant("".join(self._words)), self._usage, finish, self._model))]


def _read_completion(body: bytes, asked: Asked) -> Answer:
    reader = _Completion(asked)
    reader.read(body.decode())
    return _last(reader.finish())


class _Form(NamedTuple):
    whole: Callable[[bytes, Asked], Answer]
    stream: Callable[[Asked], Reader]


_FORMS: Final[Mapping[str, _Form]] = {
    "chat": _Form(read_chat, ChatReader),
    "completions": _Form(_read_completion, _Completion),
    "messages": _Form(read_message, MessagesReader),
    "responses": _Form(read_response, ResponsesReader),
}
_NOBODY: Final = Asked("the cache", "")


def answer_of(face: str, body: bytes, *, streamed: bool) -> Answer | None:
    """The answer that these bytes tell; None where they tell none, or one that is not whole."""
    form = _FORMS.get(face)
    if form is None:
        return None
    try:
        return _joined(form.stream(_NOBODY), body) if streamed else form.whole(body, _NOBODY)
    except (ModelError, ValueError, RecursionError):
        return None


def is_whole(face: str, body: bytes, *, streamed: bool) -> bool:
    """Whether these bytes are a successful answer that ended of itself: only such a one is kept."""
    if face == "embeddings":
        return not streamed and body.lstrip().startswith(b"{") and b'"error"' not in body[:64]
    answer = answer_of(face, body, streamed=streamed)
    return answer is not None and all(one.finish == "stop" for one in (answer, *answer.others))


def is_plain(answer: Answer) -> bool:
    """Whether an answer loses nothing when it is told in another way: whole instead of streamed, or the reverse."""
    if answer.others or answer.logprobs or answer.message.calls:
        return False
    return all(
        isinstance(part, (Reasoning, Refusal)) or (isinstance(part, Text) and not part.citations)
        for part in answer.message.parts
    )


def _joined(reader: Reader, stream: bytes) -> Answer:
    events = EventReader()
    for data in [*events.feed(stream), *events.close()]:
        reader.read(data)
    return _last(reader.finish())


def _last(deltas: list[Delta]) -> Answer:
    last = deltas[-1]
    assert isinstance(last, Done)  # noqa: S101 - as every stream ends
    return last.answer
