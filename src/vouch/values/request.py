"""One question to a model and its answer, whole or as a stream.

It does not know who asks, which provider answers, or how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct, field

from vouch.values.digest import digest
from vouch.values.message import Message, Own, Part, Reasoning, Refusal, Text, ToolCall
from vouch.values.money import Usage

Finish = Literal["stop", "length", "tools", "filtered", "abstained", "refused", "paused"]
"""Why an answer ended: `stop` it was whole; `length` it reached the token limit; `tools` it waits for tool results;
`filtered` the provider cut it; `abstained` the model would not commit itself; `refused` the model would not answer;
`paused` the provider's own tools need another turn: send the answer back as it is to let it go on."""

ToolChoice = Literal["auto", "none", "required"] | tuple[str, ...]
"""Whether tools are called: `auto` the model decides, `none` no tool, `required` at least one; names, one of these."""


class ToolSpec(Struct, frozen=True, omit_defaults=True):
    """A tool as a model sees it: `parameters` is the JSON Schema of its arguments.

    `returns`, the schema of its result, and `examples`, what people say when they want it, are for models that choose
    and fill by them; language models see neither. `strict` asks the provider to hold the model to the schema.

    A tool that a provider runs itself is `native` to the dialect of that name and written there as its `own` fields
    say; other dialects leave it out.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    returns: dict[str, Any] | None = None
    examples: tuple[str, ...] = ()
    writes: bool = False
    strict: bool | None = None
    native: str = ""
    own: Own | None = None


class Settings(Struct, frozen=True, omit_defaults=True):
    """How to answer. None leaves the choice to the provider.

    `extra` is passed through untouched to whichever provider is asked, `own` only to the dialect that it names. An
    answer is JSON by `output_schema`, or any JSON with `output_json`; `output_name` and `output_strict` are what some
    providers want to know of the schema. Reasoning is wished for in words (`reasoning_effort`, such as `low`) or
    limited in tokens (`reasoning_budget`). `choices` answers are given at once; the first is the answer.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    output_schema: dict[str, Any] | None = None
    top_logprobs: int | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    choices: int | None = None
    tool_choice: ToolChoice | None = None
    parallel_tools: bool | None = None
    output_json: bool = False
    output_name: str = ""
    output_strict: bool | None = None
    reasoning_effort: str | None = None
    reasoning_budget: int | None = None
    own: Own | None = None


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
    """What a model answered. `confidence` is its calibrated chance of being right, where the model gives one.

    `reason` is why it ended in the provider's own word, and `stopped_at` the stop sequence that ended it. `others` are
    further choices, where several were asked for; all usage is the first one's.
    """

    message: Message
    usage: Usage = Usage()
    finish: Finish = "stop"
    model: str = ""
    confidence: float | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    id: str = ""
    reason: str = ""
    stopped_at: str = ""
    others: tuple[Answer, ...] = ()
    own: Own | None = None

    @property
    def text(self) -> str:
        """The words of the answer."""
        return self.message.text


class TextDelta(Struct, frozen=True, tag="text"):
    """The next words of a streamed answer."""

    text: str


class ReasoningDelta(Struct, frozen=True, tag="reasoning"):
    """The next words of a model's visible reasoning; its `signature` comes with the last of them."""

    text: str
    signature: str = ""


class CallDelta(Struct, frozen=True, tag="call"):
    """A piece of the tool call at place `index`: its id and name come first, then its arguments piece by piece."""

    index: int
    arguments: str = ""
    id: str = ""
    name: str = ""


class PartDelta(Struct, frozen=True, tag="part"):
    """A part that came in one piece, such as an image or a block that only its own dialect understands."""

    part: Part


class Done(Struct, frozen=True, tag="done"):
    """The end of a stream: the same answer that an unstreamed request would have given."""

    answer: Answer


Delta = TextDelta | ReasoningDelta | CallDelta | PartDelta | Done
"""A stream is any number of deltas and then exactly one `Done`, or an exception."""


def in_one_piece(answer: Answer) -> Iterator[Delta]:
    """A whole answer as a stream: every part and call at once, in their order."""
    calls = 0
    for piece in answer.message.pieces():
        match piece:
            case ToolCall():
                yield CallDelta(calls, piece.arguments, piece.id, piece.name)
                calls += 1
            case Text() | Refusal():
                if piece.text:
                    yield TextDelta(piece.text)
            case Reasoning():
                yield ReasoningDelta(piece.text, piece.signature)
            case _:
                yield PartDelta(piece)
    yield Done(answer)
