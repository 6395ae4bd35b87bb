"""One request on its way through the gateway, and what becomes of it.

It does not know where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from vouch.errors import RequestRefused
from vouch.serve.faces.face import Face, Wanted
from vouch.serve.keys.gate import Account, Ticket
from vouch.values.event import Attempt, GuardFound, RequestServed
from vouch.values.identifier import new_id
from vouch.values.money import Money, Usage

BYTES_A_TOKEN: Final = 4
NO_USAGE: Final = Usage()
NO_HEADERS: Final[Mapping[bytes, bytes]] = {}
NOTHING: Final = Wanted("")
"""What is wanted before the request is read."""


class Exchange:
    """Filled in step by step by whoever serves it, and written down once at its end."""

    __slots__ = (
        "account",
        "asked",
        "attempts",
        "body",
        "cached",
        "code",
        "cost",
        "cost_of",
        "deadline",
        "face",
        "first",
        "given",
        "guards",
        "guessed",
        "headers",
        "masked",
        "model",
        "run",
        "saved",
        "seconds",
        "sent",
        "started",
        "status",
        "ticket",
        "usage",
        "why",
    )

    def __init__(self, face: Face, cost_of: Callable[[str, Usage], Money | None], *, started: float) -> None:
        self.face = face
        self.cost_of = cost_of
        self.run = new_id()
        self.started = started
        self.deadline = 0.0
        self.body = b""
        self.asked = ""
        self.given = NOTHING
        self.guessed = False
        self.account: Account | None = None
        self.ticket: Ticket | None = None
        self.attempts: list[Attempt] = []
        self.model = ""
        self.status = 200
        self.code = ""
        self.why = ""
        self.usage = NO_USAGE
        self.cost: Money | None = None
        self.first = 0.0
        self.seconds = 0.0
        self.cached: Literal["", "exact", "semantic"] = ""
        self.saved: Money | None = None
        self.guards: tuple[GuardFound, ...] = ()
        self.masked = 0
        self.headers: Mapping[bytes, bytes] = NO_HEADERS
        self.sent: list[bytes] = []

    @property
    def whose(self) -> str:
        """Whose conversation it is: of which key, and of which of its users."""
        return f"{self.account.key.id if self.account is not None else ''}\0{self.given.user}"

    def charge(self, usage: Usage | None) -> None:
        """What the answer of its model used, and so costs; None where it did not say."""
        if usage is not None:
            self.usage = usage
            self.cost = self.cost_of(self.model, usage)

    def guess(self, pieces: int) -> None:
        """A stream ended before it said what it used: about a token a piece, and what was asked."""
        self.guessed = True
        self.charge(Usage(len(self.body) // BYTES_A_TOKEN, pieces))

    def refuse(self, refused: RequestRefused) -> None:
        """It is turned away, or broke."""
        self.status, self.code, self.why = refused.status, refused.code, str(refused)

    def served(self, *, keep: bool) -> RequestServed:
        """The event that says all of it; with the bodies, where they are to be kept."""
        wanted = self.given
        account = self.account
        return RequestServed(
            face=self.face.name,
            asked=self.asked,
            model=self.model,
            key=account.key.id if account is not None else "",
            user=wanted.user,
            status=self.status,
            code=self.code,
            attempts=tuple(self.attempts),
            usage=self.usage,
            cost=self.cost,
            guessed=self.guessed,
            first=round(self.first, 6),
            seconds=round(self.seconds, 6),
            streamed=wanted.stream,
            cached=self.cached,
            saved=self.saved,
            guards=self.guards,
            masked=self.masked,
            why=self.why,
            request=_text(self.body) if keep else "",
            response=_text(b"".join(self.sent)) if keep else "",
        )


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
