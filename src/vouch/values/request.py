"""One question to a model and its answer, whole or as a stream.

It does not know who asks, which provider answers, or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct, field

from vouch.values.digest import digest
from vouch.values.message import Message
from vouch.values.money import Usage

Finish = Literal["stop", "length", "tools", "filtered", "abstained"]
"""Why an answer ended: `stop` it was whole; `length` it reached the token limit; `tools` it waits for tool results;
`filtered` the provider cut it; `abstained` the model would not commit itself."""


class ToolSpec(Struct, frozen=True, omit_defaults=True):
    """A tool as a model sees it: `parameters` is the JSON Schema of its arguments.

    `returns`, the schema of its result, and `examples`, what people say when they want it, are for models that choose
    and fill by them; language models see neither.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    returns: dict[str, Any] | None = None
    examples: tuple[str, ...] = ()
    writes: bool = False


class Settings(Struct, frozen=True, omit_defaults=True):
    """How to answer. None leaves the choice to the provider; `extra` is passed through untouched."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    output_schema: dict[str, Any] | None = None
    top_logprobs: int | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


class Example(Struct, frozen=True):
    """A worked example: what was given, and the answer that is right."""

    input: str
    output: str


def extend(history: str, message: Message) -> str:
    """The digest of a conversation after `message`, from its digest before: cost does not grow with its length."""
    return digest((history, message))


def history_of(messages: Sequence[Message]) -> str:
    """The digest of a whole conversation."""
    history = ""
    for message in messages:
        history = extend(history, message)
    return history


class Frame(Struct, frozen=True):
    """What stays the same from step to step of a run: model, tools, settings, examples.

    `digest` addresses by content all but the model, so that one model's recorded answers can stand in for another's.
    """

    model: str
    tools: tuple[ToolSpec, ...] = ()
    settings: Settings = Settings()
    examples: tuple[Example, ...] = ()
    """All worked examples, for models that learn from them; language models find their few in the messages."""
    digest: str = ""


def frame(
    model: str,
    *,
    tools: tuple[ToolSpec, ...] = (),
    settings: Settings = Settings(),  # noqa: B008 - frozen
    examples: tuple[Example, ...] = (),
) -> Frame:
    """A frame with its digest; make it once and use it for every request of an app, since examples may be many."""
    return Frame(model, tools, settings, examples, digest((tools, settings, examples)))


class Request(Struct, frozen=True):
    """One question to a model: a frame and the conversation so far.

    `digest` addresses it by content, whichever model is asked: equal requests have equal digests.
    """

    frame: Frame
    messages: tuple[Message, ...]
    digest: str

    @property
    def model(self) -> str:
        """The full `provider/model` name asked for."""
        return self.frame.model


def ask(frame: Frame, messages: Sequence[Message], *, history: str = "") -> Request:
    """A request; `history`, the digest of the messages, may be passed in where it is already known."""
    known = frame.digest or digest((frame.tools, frame.settings, frame.examples))
    return Request(frame, tuple(messages), digest((known, history or history_of(messages))))


class TokenLogprob(Struct, frozen=True):
    """A token the model wrote, its log-probability, and the likeliest alternatives at that place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a model answered. `confidence` is its calibrated chance of being right, where the model gives one."""

    message: Message
    usage: Usage = Usage()
    finish: Finish = "stop"
    model: str = ""
    confidence: float | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    id: str = ""

    @property
    def text(self) -> str:
        """The words of the answer."""
        return self.message.text


class TextDelta(Struct, frozen=True, tag="text"):
    """The next words of a streamed answer."""

    text: str


class ReasoningDelta(Struct, frozen=True, tag="reasoning"):
    """The next words of a model's visible reasoning."""

    text: str


class CallDelta(Struct, frozen=True, tag="call"):
    """A piece of the tool call at place `index`: its id and name come first, then its arguments piece by piece."""

    index: int
    arguments: str = ""
    id: str = ""
    name: str = ""


class Done(Struct, frozen=True, tag="done"):
    """The end of a stream: the same answer that an unstreamed request would have given."""

    answer: Answer


Delta = TextDelta | ReasoningDelta | CallDelta | Done
"""A stream is any number of deltas and then exactly one `Done`, or an exception."""


def in_one_piece(answer: Answer) -> Iterator[Delta]:
    """A whole answer as a stream: its words at once, then its calls."""
    if answer.text:
        yield TextDelta(answer.text)
    for index, call in enumerate(answer.message.calls):
        yield CallDelta(index, call.arguments, call.id, call.name)
    yield Done(answer)
