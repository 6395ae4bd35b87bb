"""Where words stand in decoded JSON: read there, and replaced there.

It does not know any format. Each face has a `texts.py` that says where its own are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple, Protocol, cast

from vouch.models.wording import Json, list_of, object_of

Speaker = Literal["author", "user", "tool", "model"]
"""Whose words they are: `author` who wrote the prompt, `user` the person, `tool` a tool's result, `model` a model."""

Channel = tuple[str | int, ...]
"""Which of the texts of one answer it is, such as `(0, "content")`."""


class Spot(NamedTuple):
    """One text: `within[key]`.

    `more`: it goes on where the last of its channel ended, as texts in streams do. `arguments`: it is JSON itself.
    `sealed`: its provider takes it back only as it was.
    """

    within: Any
    key: str | int
    by: Speaker = "model"
    channel: Channel = ()
    more: bool = False
    arguments: bool = False
    sealed: bool = False

    @property
    def text(self) -> str:
        """What stands there."""
        return self.within[self.key]

    def put(self, text: str) -> None:
        """Let this stand there from now on."""
        self.within[self.key] = text


class Texts(Protocol):
    """Where the words of one format are. JSON that is not of the format has none; nothing raises."""

    def asked(self, request: Json) -> Iterator[Spot]:
        """Those of a request."""
        ...

    def question(self, request: Json) -> Spot | None:
        """What was asked last: the one text of a user's message at the end; None where there is none, or several."""
        ...

    def answered(self, answer: Json) -> Iterator[Spot]:
        """Those of a whole answer."""
        ...

    def streamed(self, event: Json) -> Iterator[Spot]:
        """Those of one event of a stream."""
        ...

    def ends(self, event: Json) -> Channel | None:
        """How the channels begin that have no more words after this event; None where there are none."""
        ...

    def going_on(self, event: Json, channel: Channel, text: str) -> Json:
        """An event like this one that holds nothing but the next words of a channel."""
        ...

    def bare(self, event: Json) -> None:
        """Take out what tells the words of an answer or an event a second time, such as log-probabilities."""
        ...


def within(
    value: object, *keys: str, by: Speaker = "model", channel: Channel = (), more: bool = False
) -> Iterator[Spot]:
    """The texts under these keys of an object."""
    known = object_of(value)
    for key in keys:
        if isinstance(known.get(key), str) and known[key]:
            yield Spot(known, key, by, (*channel, key), more)


def content(
    value: object, key: str, *, by: Speaker = "model", channel: Channel = (), more: bool = False
) -> Iterator[Spot]:
    """The words under `key`, given as one text or as a list of parts with texts."""
    yield from within(value, key, by=by, channel=channel, more=more)
    for place, part in enumerate(objects(object_of(value).get(key))):
        yield from within(part, "text", "refusal", by=by, channel=(*channel, place), more=more)


def objects(value: object) -> list[Json]:
    """The objects of a list; of anything else none."""
    return [cast("Json", one) for one in list_of(value) if isinstance(one, dict)]


def everywhere(value: object, *, by: Speaker, channel: Channel = ()) -> Iterator[Spot]:
    """Every text in an object or a list, however deep."""
    pending: list[Any] = [value]
    while pending:
        one = pending.pop()
        pairs: list[tuple[Any, Any]] = [*object_of(one).items(), *enumerate(list_of(one))]
        for key, inner in pairs:
            if isinstance(inner, str) and inner:
                yield Spot(one, key, by, channel)
            elif isinstance(inner, (dict, list)):
                pending.append(inner)


def about_the_user(request: Json) -> Iterator[Spot]:
    """Names of the person that a request carries beside its words."""
    yield from within(request, "user", "safety_identifier", by="author")
    yield from everywhere(request.get("metadata"), by="author")


def only(spots: Iterable[Spot]) -> Spot | None:
    """The spot where there is exactly one."""
    found = list(spots)
    return found[0] if len(found) == 1 else None
