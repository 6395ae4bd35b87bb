"""Where the words of a request for embeddings are; its answer has none.

It does not know what they are looked at for.
"""

from __future__ import annotations

from collections.abc import Iterator

from vouch.models.wording import Json
from vouch.serve.faces.spots import Channel, Spot, about_the_user, everywhere, within


class EmbeddingsTexts:
    """Of requests."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        yield from within(request, "input", by="user")
        yield from everywhere(request.get("input"), by="user")
        yield from about_the_user(request)

    def question(self, request: Json) -> Spot | None:  # noqa: ARG002
        """Nothing is asked."""
        return None

    def answered(self, answer: Json) -> Iterator[Spot]:  # noqa: ARG002
        """None."""
        return iter(())

    def streamed(self, event: Json) -> Iterator[Spot]:  # noqa: ARG002
        """None."""
        return iter(())

    def ends(self, event: Json) -> Channel | None:  # noqa: ARG002
        """Nothing is streamed."""
        return None

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:  # noqa: ARG002
        """The same."""
        return event

    def bare(self, event: Json) -> None:
        """There is nothing to take out."""
