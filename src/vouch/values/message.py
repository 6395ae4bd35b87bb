"""What is said between a user, a model and its tools.

It does not know any provider's wire format.

A format may say more than these values have words for. Whatever it does stands in a field `own` under the name of the
dialect that says it (`openai`, `responses`, `anthropic`, `google`, `bedrock`, `cohere`, `mistral`), and a block that
only its own dialect understands is `Opaque`: nothing is lost, and what is not understood is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct, field

Role = Literal["system", "user", "assistant", "tool"]
"""Who speaks: `system` the app's author, `user` the person, `assistant` the model, `tool` a tool's result."""

Own = dict[str, dict[str, Any]]
"""Fields that only one dialect knows, as they stood on its wire, by the dialect's name."""


class Citation(Struct, frozen=True, omit_defaults=True):
    """What a text rests on: where that is, its title and its words, and which characters of the text it backs."""

    url: str = ""
    title: str = ""
    quote: str = ""
    start: int | None = None
    end: int | None = None
    own: Own | None = None


class Text(Struct, frozen=True, omit_defaults=True, tag="text"):
    """A part of a message in words."""

    text: str
    citations: tuple[Citation, ...] = ()
    own: Own | None = None


class Refusal(Struct, frozen=True, omit_defaults=True, tag="refusal"):
    """Words with which a model says that it will not answer."""

    text: str
    own: Own | None = None


class Reasoning(Struct, frozen=True, omit_defaults=True, tag="reasoning"):
    """What a model thought before it spoke, as far as its provider shows it.

    `signature` is the provider's seal: it must come back unchanged with the text, or the text is refused; it is worth
    something in `dialect` only.
    """

    text: str
    signature: str = ""
    dialect: str = ""
    id: str = ""
    own: Own | None = None


class Image(Struct, frozen=True, omit_defaults=True, tag="image"):
    """A picture: an https address or a `data:` URL with its bytes in base 64, or the `id` of a file at the provider.

    `media` is its media type where the address does not tell it.
    """

    url: str
    # By a factory, so that it is always written: the content address of a request with a picture must never change.
    detail: Literal["auto", "low", "high"] = field(default_factory=lambda: "auto")
    id: str = ""
    media: str = ""
    own: Own | None = None


class Audio(Struct, frozen=True, omit_defaults=True, tag="audio"):
    """Sound: an address or a `data:` URL, or the `id` of a file at the provider; `transcript` is what it says."""

    url: str = ""
    transcript: str = ""
    id: str = ""
    media: str = ""
    own: Own | None = None


class File(Struct, frozen=True, omit_defaults=True, tag="file"):
    """A document, film or any other file: an address or a `data:` URL, or the `id` of a file at the provider.

    `text` is its content where that is plain text; `name` and `media` are its file name and media type.
    """

    url: str = ""
    id: str = ""
    name: str = ""
    media: str = ""
    text: str = ""
    own: Own | None = None


class Opaque(Struct, frozen=True, omit_defaults=True, tag="opaque"):
    """A block that only `dialect` understands, exactly as it stood there; other dialects leave it out."""

    dialect: str
    content: dict[str, Any]


Part = Text | Refusal | Reasoning | Image | Audio | File | Opaque


class ToolCall(Struct, frozen=True, omit_defaults=True):
    """A model's wish to call a tool. `arguments` is JSON exactly as the model wrote it, so it may be broken.

    `after` says how many parts of the message stand before it; None is after all of them.
    """

    id: str
    name: str
    arguments: str
    after: int | None = None
    own: Own | None = None


class ToolResult(Struct, frozen=True, omit_defaults=True):
    """What a tool gave back for the call `call_id`; `failed` when it is an error message for the model to act on.

    `content` is all of it in words. Where it is more than that, `parts` holds the whole, words included.
    """

    call_id: str
    name: str
    content: str
    failed: bool = False
    parts: tuple[Part, ...] = ()
    own: Own | None = None


class Message(Struct, frozen=True, omit_defaults=True):
    """One message: parts in order, the calls an assistant makes, or the result a tool returns."""

    role: Role
    parts: tuple[Part, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    result: ToolResult | None = None
    own: Own | None = None

    @property
    def text(self) -> str:
        """All words of the message, but not its reasoning; a tool's message is its result."""
        if self.result is not None:
            return self.result.content
        return words_of(self.parts)

    @property
    def reasoning(self) -> str:
        """All visible reasoning of the message."""
        return "".join(part.text for part in self.parts if isinstance(part, Reasoning))

    def pieces(self) -> Iterator[Part | ToolCall]:
        """Parts and calls in the order in which the model gave them."""
        waiting = list(self.calls)
        for place, part in enumerate(self.parts):
            while waiting and waiting[0].after is not None and waiting[0].after <= place:
                yield waiting.pop(0)
            yield part
        yield from waiting


def own_of(own: Own | None, dialect: str) -> dict[str, Any]:
    """The fields that `dialect` alone knows."""
    return own.get(dialect, {}) if own else {}


def words_of(parts: tuple[Part, ...]) -> str:
    """The words among parts, one after the other, refusals included."""
    return "".join(part.text for part in parts if isinstance(part, (Text, Refusal)))


def system(text: str) -> Message:
    """A message of the app's author."""
    return Message("system", (Text(text),))


def user(text: str, *images: Image) -> Message:
    """A message of the person, with any pictures after the words."""
    return Message("user", (Text(text), *images))


def assistant(text: str, *calls: ToolCall) -> Message:
    """A message of the model, with the calls it makes."""
    return Message("assistant", (Text(text),) if text else (), calls)


def tool_result(result: ToolResult) -> Message:
    """The message that carries a tool's result back to the model."""
    return Message("tool", result=result)


def said_in_order(pieces: Sequence[Part | ToolCall], own: Own | None = None) -> Message:
    """A model's message from its parts and calls in the order in which they came."""
    parts = tuple(piece for piece in pieces if not isinstance(piece, ToolCall))
    calls: list[ToolCall] = []
    before = 0
    for piece in pieces:
        if isinstance(piece, ToolCall):
            place = None if before == len(parts) else before
            calls.append(piece if piece.after == place else _at(piece, place))
        else:
            before += 1
    return Message("assistant", parts, tuple(calls), own=own)


def _at(call: ToolCall, place: int | None) -> ToolCall:
    return ToolCall(call.id, call.name, call.arguments, place, call.own)
