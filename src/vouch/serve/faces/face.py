"""The promise of a face: one format in which clients ask and are answered.

It does not know any format.
"""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from vouch.errors import RequestRefused
from vouch.values.money import Usage
from vouch.values.request import Answer, Delta, Request

JSON: Final = "application/json"


class Wanted(Struct, frozen=True):
    """What the gateway must know of a request: the rest is passed on as it came.

    `most` is how many tokens the answer may have, where the client says so. `tells_usage` is False for a stream whose
    client did not ask for its usage: then the gateway asks for it, and keeps it to itself.
    """

    model: str
    stream: bool = False
    most: int | None = None
    user: str = ""
    tells_usage: bool = True


class Watch(Protocol):
    """Looks at a stream that is passed on as it came: its usage, how many events it had, and whether it was whole."""

    usage: Usage | None
    done: bool
    events: int

    def pass_on(self, piece: bytes) -> bytes:
        """What of the stream's next bytes goes to the client."""
        ...

    def rest(self) -> bytes:
        """What is left to go to the client when the stream has ended."""
        ...


class Writer(Protocol):
    """Writes one streamed answer that did not come in this format."""

    def begin(self) -> bytes:
        """What comes before everything else."""
        ...

    def write(self, delta: Delta) -> bytes:
        """The next piece; with the last comes all that ends the stream."""
        ...


class Face(Protocol):
    """One format. A provider that speaks it gets the client's own bytes."""

    @property
    def name(self) -> str:
        """Its name in the journal, such as `chat`."""
        ...

    @property
    def path(self) -> str:
        """Where clients ask, such as `/v1/chat/completions`."""
        ...

    @property
    def upstream(self) -> str:
        """The path below a provider's address that takes the same format, such as `chat/completions`."""
        ...

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400) for one that is none of this format."""
        ...

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request as it goes to a provider that speaks this format, for its model of this name."""
        ...

    def usage(self, body: bytes) -> Usage | None:
        """The tokens that a whole answer says it used."""
        ...

    def watch(self, wanted: Wanted) -> Watch:
        """For one streamed answer that is passed on."""
        ...

    def read(self, body: bytes, model: str) -> Request:
        """The request in our own terms, for a model of this name; raises `BadRequest`."""
        ...

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """A whole answer that did not come in this format."""
        ...

    def writer(self, wanted: Wanted, run: str) -> Writer:
        """For one streamed answer that did not come in this format."""
        ...

    def error(self, refused: RequestRefused) -> bytes:
        """The body that tells a client of this format that its request is turned away."""
        ...

    def broken(self, refused: RequestRefused) -> bytes:
        """What ends a stream that broke after it had begun, by the rules of the format."""
        ...
