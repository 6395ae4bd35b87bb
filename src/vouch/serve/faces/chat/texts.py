"""Where the words of chat completions are.

It does not know what they are looked at for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vouch.models.wording import Json, object_of
from vouch.serve.faces.spots import Channel, Speaker, Spot, about_the_user, content, objects, only, within

SPEAKERS: Final[dict[str, Speaker]] = {"system": "author", "developer": "author", "assistant": "model", "tool": "tool"}
"""Whose words a message of this role holds; of any other role, the user's."""

_SAID: Final = ("refusal", "reasoning_content", "reasoning")


class ChatTexts:
    """Of requests, answers and streams."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        for message in objects(request.get("messages")):
            by = SPEAKERS.get(str(message.get("role")), "tool" if message.get("role") == "function" else "user")
            yield from _message(message, by)
        yield from content(request.get("prediction"), "content", by="author")
        yield from about_the_user(request)

    def question(self, request: Json) -> Spot | None:
        """The last message's."""
        messages = list(objects(request.get("messages")))
        if not messages or messages[-1].get("role") != "user":
            return None
        return only(content(messages[-1], "content", by="user"))

    def answered(self, answer: Json) -> Iterator[Spot]:
        """Those of a whole answer."""
        for place, choice in enumerate(objects(answer.get("choices"))):
            yield from _message(choice.get("message"), "model", (place,))

    def streamed(self, event: Json) -> Iterator[Spot]:
        """Those of one chunk."""
        for choice in objects(event.get("choices")):
            yield from _message(choice.get("delta"), "model", (choice.get("index") or 0,), more=True)

    def ends(self, event: Json) -> Channel | None:
        """The choice that says why it ended."""
        choices = objects(event.get("choices"))
        if not any(choice.get("finish_reason") for choice in choices):
            return None
        return (choices[0].get("index") or 0,) if len(choices) == 1 else ()

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:
        """A chunk with these words."""
        index, *rest = channel
        delta: Json = {"content": text}
        if rest[0] == "call":
            delta = {"tool_calls": [{"index": rest[1], "function": {"arguments": text}}]}
        elif rest[0] in _SAID:
            delta = {str(rest[0]): text}
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": None}
        return {name: value for name, value in event.items() if name != "usage"} | {"choices": [choice]}

    def bare(self, event: Json) -> None:
        """Without log-probabilities."""
        for choice in objects(event.get("choices")):
            if choice.get("logprobs"):
                choice["logprobs"] = None


def _message(message: object, by: Speaker, channel: Channel = (), *, more: bool = False) -> Iterator[Spot]:
    known = object_of(message)
    yield from content(known, "content", by=by, channel=channel, more=more)
    yield from within(known, *_SAID, by="model", channel=channel, more=more)
    for place, call in enumerate(objects(known.get("tool_calls"))):
        at = (*channel, "call", call.get("index", place))
        for one in within(call.get("function"), "arguments", channel=at, more=more):
            yield one._replace(arguments=True, channel=at)
        yield from within(call.get("custom"), "input", channel=at, more=more)
    for one in within(known.get("function_call"), "arguments", channel=(*channel, "function"), more=more):
        yield one._replace(arguments=True)
