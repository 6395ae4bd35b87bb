"""Where the words of responses are.

It does not know what they are looked at for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vouch.models.wording import Json, object_of
from vouch.serve.faces.chat.texts import SPEAKERS
from vouch.serve.faces.spots import Channel, Spot, about_the_user, content, everywhere, objects, only, within

_OUTPUTS: Final = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_ENDS: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
_WHOLE: Final = ("text", "refusal", "arguments", "input")


class ResponsesTexts:
    """Of requests, answers and streams."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        yield from within(request, "instructions", by="author")
        yield from within(request, "input", by="user")
        for item in objects(request.get("input")):
            yield from _given(item)
        yield from everywhere(object_of(request.get("prompt")).get("variables"), by="user")
        yield from about_the_user(request)

    def question(self, request: Json) -> Spot | None:
        """The last item's."""
        items = list(objects(request.get("input")))
        if not items:
            return next(within(request, "input", by="user"), None)
        return only(content(items[-1], "content", by="user")) if items[-1].get("role") == "user" else None

    def answered(self, answer: Json) -> Iterator[Spot]:
        """Those of a whole response."""
        for place, item in enumerate(objects(answer.get("output"))):
            yield from _said(item, (place,))

    def streamed(self, event: Json) -> Iterator[Spot]:
        """Those of one event; most end with one that holds their whole text again."""
        kind = str(event.get("type"))
        at: Channel = (
            event.get("output_index") or 0,
            event.get("content_index") or event.get("summary_index") or 0,
            kind.rpartition(".")[0],
        )
        arguments = "arguments" in kind
        if kind.endswith(".delta"):
            for spot in within(event, "delta", more=True):
                yield spot._replace(channel=at, arguments=arguments)
        elif kind.endswith(".done") and "item" not in event:
            for spot in within(event, *_WHOLE, channel=at):
                yield spot._replace(arguments=arguments and spot.key == "arguments")
            yield from within(event.get("part"), "text", "refusal", channel=at)
        elif "item" in event:
            yield from _said(event["item"], at)
        else:
            yield from self.answered(object_of(event.get("response")))

    def ends(self, event: Json) -> Channel | None:
        """The item that is done, or all when the response is."""
        if str(event.get("type")).endswith(".done"):
            return (event.get("output_index") or 0,)
        return () if event.get("type") in _ENDS else None

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:  # noqa: ARG002
        """An event with these words."""
        return event | {"delta": text}

    def bare(self, event: Json) -> None:
        """Without log-probabilities."""
        for one in (event, *objects(event.get("content"))):
            if one.get("logprobs"):
                one["logprobs"] = []
        for item in objects(event.get("output")):
            self.bare(item)
        for name in ("response", "item", "part"):
            if isinstance(event.get(name), dict):
                self.bare(event[name])


def _given(item: Json) -> Iterator[Spot]:
    kind = item.get("type")
    if kind in _OUTPUTS:
        yield from content(item, "output", by="tool")
    elif kind in ("function_call", "custom_tool_call"):
        yield from _said(item, ())
    elif kind in (None, "message"):
        yield from content(item, "content", by=SPEAKERS.get(str(item.get("role")), "user"))


def _said(item: object, channel: Channel) -> Iterator[Spot]:
    known = object_of(item)
    yield from content(known, "content", channel=channel)
    for place, part in enumerate(objects(known.get("summary"))):
        yield from within(part, "text", channel=(*channel, "summary", place))
    for spot in within(known, "arguments", channel=channel):
        yield spot._replace(arguments=True)
    if known.get("type") == "custom_tool_call":
        yield from within(known, "input", channel=channel)
