"""What is said between a user, a model and its tools.

It does not know any provider's wire format.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["system", "user", "assistant", "tool"]
"""Who speaks: `system` the app's author, `user` the person, `assistant` the model, `tool` a tool's result."""


class Text(Struct, frozen=True, tag="text"):
    """A part of a message in words."""

    text: str


class Image(Struct, frozen=True, tag="image"):
    """A picture: an https address or a `data:` URL with its bytes in base 64."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


Part = Text | Image


class ToolCall(Struct, frozen=True):
    """A model's wish to call a tool. `arguments` is JSON exactly as the model wrote it, so it may be broken."""

    id: str
    name: str
    arguments: str


class ToolResult(Struct, frozen=True, omit_defaults=True):
    """What a tool gave back for the call `call_id`; `failed` when it is an error message for the model to act on."""

    call_id: str
    name: str
    content: str
    failed: bool = False


class Message(Struct, frozen=True, omit_defaults=True):
    """One message: parts in order, the calls an assistant makes, or the result a tool returns."""

    role: Role
    parts: tuple[Part, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    result: ToolResult | None = None

    @property
    def text(self) -> str:
        """All words of the message; a tool's message is its result."""
        if self.result is not None:
            return self.result.content
        return "".join(part.text for part in self.parts if isinstance(part, Text))


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
