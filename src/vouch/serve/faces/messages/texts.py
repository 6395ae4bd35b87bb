"""Where the words of Anthropic's messages are.

It does not know what they are looked at for. What a model thought is sealed: it goes back as it came, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vouch.models.wording import Json, object_of
from vouch.serve.faces.spots import (
    Channel,
    Speaker,
    Spot,
    about_the_user,
    content,
    everywhere,
    objects,
    only,
    within,
)

_PLACES: Final = {"text": "text_delta", "thinking": "thinking_delta", "partial_json": "input_json_delta"}


class MessagesTexts:
    """Of requests, answers and streams."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        yield from content(request, "system", by="author")
        for message in objects(request.get("messages")):
            by: Speaker = "model" if message.get("role") == "assistant" else "user"
            yield from within(message, "content", by=by)
            for block in objects(message.get("content")):
                yield from _given(block, by)
        yield from about_the_user(request)

    def question(self, request: Json) -> Spot | None:
        """The last message's."""
        messages = list(objects(request.get("messages")))
        if not messages or messages[-1].get("role") != "user":
            return None
        found = [*within(messages[-1], "content", by="user")]
        found += [spot for block in objects(messages[-1].get("content")) for spot in _given(block, "user")]
        return only(found) if all(spot.by == "user" for spot in found) else None

    def answered(self, answer: Json) -> Iterator[Spot]:
        """Those of a whole answer."""
        for place, block in enumerate(objects(answer.get("content"))):
            yield from _said(block, (place,))

    def streamed(self, event: Json) -> Iterator[Spot]:
        """Those of one event."""
        channel = (event.get("index") or 0,)
        if event.get("type") == "content_block_start":
            yield from _said(event.get("content_block"), channel, more=True)
        elif event.get("type") == "content_block_delta":
            delta = event.get("delta")
            yield from within(delta, "text", channel=channel, more=True)
            for spot in within(delta, "thinking", channel=channel, more=True):
                yield spot._replace(sealed=True)
            for spot in within(delta, "partial_json", channel=channel, more=True):
                yield spot._replace(arguments=True)
            yield from within(object_of(delta).get("citation"), "cited_text")

    def ends(self, event: Json) -> Channel | None:
        """The block that stops, or all when the message does."""
        if event.get("type") == "content_block_stop":
            return (event.get("index") or 0,)
        return () if event.get("type") in ("message_delta", "message_stop") else None

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:  # noqa: ARG002
        """An event with these words."""
        index, name = channel
        delta = {"type": _PLACES[str(name)], str(name): text}
        return {"type": "content_block_delta", "index": index, "delta": delta}

    def bare(self, event: Json) -> None:
        """There is nothing to take out."""


def _given(block: Json, by: Speaker) -> Iterator[Spot]:
    match block.get("type"):
        case "tool_result":
            yield from content(block, "content", by="tool")
        case "tool_use":
            yield from everywhere(block.get("input"), by="model")
        case "document":
            yield from (
                within(block.get("source"), "data", by="tool")
                if object_of(block.get("source")).get("type") == "text"
                else ()
            )
            yield from within(block, "title", "context", by="tool")
        case "search_result":
            yield from content(block, "content", by="tool")
        case "text":
            yield from within(block, "text", by=by)
        case _:
            pass


def _said(block: object, channel: Channel, *, more: bool = False) -> Iterator[Spot]:
    known = object_of(block)
    yield from within(known, "text", channel=channel, more=more)
    for spot in within(known, "thinking", channel=channel, more=more):
        yield spot._replace(sealed=True)
    yield from everywhere(known.get("input"), by="model", channel=channel)
    for citation in objects(known.get("citations")):
        yield from within(citation, "cited_text")
