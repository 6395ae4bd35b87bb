"""Where the words of a text's completion are.

It does not know what they are looked at for.
"""

from __future__ import annotations

from collections.abc import Iterator

from vouch.models.wording import Json
from vouch.serve.faces.chat.texts import ChatTexts
from vouch.serve.faces.spots import Channel, Spot, about_the_user, everywhere, objects, within


class CompletionsTexts(ChatTexts):
    """Of requests, answers and streams; they end as chats do."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        yield from within(request, "prompt", "suffix", by="user")
        yield from everywhere(request.get("prompt"), by="user")
        yield from about_the_user(request)

    def question(self, request: Json) -> Spot | None:
        """The text to be completed."""
        return next(within(request, "prompt", by="user"), None)

    def answered(self, answer: Json) -> Iterator[Spot]:
        """Those of a whole answer."""
        for place, choice in enumerate(objects(answer.get("choices"))):
            yield from within(choice, "text", channel=(place,))

    def streamed(self, event: Json) -> Iterator[Spot]:
        """Those of one chunk."""
        for choice in objects(event.get("choices")):
            yield from within(choice, "text", channel=(choice.get("index") or 0,), more=True)

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:
        """A chunk with these words."""
        choice = {"index": channel[0], "text": text, "logprobs": None, "finish_reason": None}
        return {name: value for name, value in event.items() if name != "usage"} | {"choices": [choice]}
