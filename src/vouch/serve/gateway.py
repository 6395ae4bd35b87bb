"""The gateway as an ASGI application: who asks is let in, the request is passed on, and all of it is written down.

It does not know formats, which are faces, nor where keys and routes come from.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from vouch.errors import ModelError, RequestRefused
from vouch.journal.journal import Journal
from vouch.project.config import ServeEntry
from vouch.serve.answering import Answering
from vouch.serve.estimate import Estimates
from vouch.serve.exchange import Exchange
from vouch.serve.faces.face import Face
from vouch.serve.keeper import Keepers
from vouch.serve.operations.desk import Desk
from vouch.serve.outlet import JSON, Front
from vouch.serve.plan import Plans
from vouch.serve.records import Records
from vouch.serve.refusal import BROKEN, LATE, LEFT, own_words, refusal_of
from vouch.serve.reply import ClientGone, Receive, Scope, Send, body_of, respond
from vouch.serve.way import Failure
from vouch.values.money import Money, Usage

log: Final = logging.getLogger("vouch.serve")

Endpoint = Callable[[Scope, Receive, Send], Any]


LAST_WORD: Final = 1.0
"""Seconds in which a client must take what it is told when its time is up."""


class Gateway:
    """`faces` by path. `pages` are the other addresses, by method and path."""

    def __init__(
        self,
        *,
        faces: Mapping[str, Face],
        desk: Desk,
        plans: Plans,
        attempts: Answering,
        journal: Journal,
        cost: Callable[[str, Usage], Money | None],
        settings: ServeEntry,
        pages: Mapping[tuple[str, str], Endpoint] = {},
        withheld: Mapping[str, str] = {},
    ) -> None:
        self._faces = dict(faces)
        self._desk = desk
        self._gate = desk.gate
        self._plans = plans
        self._attempts = attempts
        self._journal = journal
        self._keepers = Keepers()
        self._records = Records(journal, desk, keeps=self._keeps)
        self._cost = cost
        self._estimates = Estimates(cost)
        self._settings = settings
        self._pages = dict(pages)
        self.withheld = withheld
        """Why an app is not served, by its name."""
        self.under_way = 0

    async def settled(self) -> None:
        """Return when all requests that have ended are with the journal, and counted."""
        await self._records.settled()

    @property
    def keyed(self) -> bool:
        """Whether there is any key that opens it."""
        return self._gate.keyed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, as ASGI has it."""
        if scope["type"] != "http":
            return
        face = self._faces.get(scope["path"])
        if face is not None and scope["method"] == "POST":
            await self._serve(face, scope, receive, send)
            return
        page = self._pages.get((scope["method"], scope["path"]))
        if page is not None:
            await page(scope, receive, send)
        else:
            await self._lost(scope, send)

    async def _serve(self, face: Face, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(face, self._cost, started=time.perf_counter())
        headers: dict[bytes, bytes] = dict(scope["headers"])
        exchange.headers = headers
        seconds = self._seconds(headers)
        exchange.deadline = exchange.started + seconds
        keeper = self._keepers.watch(receive, seconds=seconds)
        outlet = Front(exchange, send)
        self.under_way += 1
        self._desk.under_way += 1
        try:
            await self._admit(exchange, headers, receive)
            keeper.heard()
            wanted = exchange.given
            upstreams = self._plans.upstreams(wanted.model, user=wanted.user)
            await self._attempts.answer(exchange, upstreams, outlet)
        except asyncio.CancelledError:
            keeper.stop()
            if keeper.late:
                exchange.refuse(LATE)
                # A client that does not read is not waited for again.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORD):
                        await outlet.refuse(LATE)
            else:
                exchange.refuse(LEFT)
                if not keeper.left:
                    raise
        except ClientGone:
            exchange.refuse(LEFT)
        except (RequestRefused, Failure, ModelError) as error:
            await outlet.refuse(refusal_of(error), own_words(error))
        except Exception:
            log.exception("a request (run %s) met a fault of the gateway's own", exchange.run)
            await outlet.refuse(BROKEN)
        finally:
            keeper.stop()
            self.under_way -= 1
            self._desk.under_way -= 1
            if exchange.ticket is not None:
                exchange.ticket.settle(exchange.cost, exchange.usage.total_tokens)
            await self._records.add(exchange)

    async def _admit(self, exchange: Exchange, headers: Mapping[bytes, bytes], receive: Receive) -> None:
        account = self._gate.open(_token(headers))
        exchange.account = account
        exchange.body = await body_of(receive, limit=self._settings.body_limit, declared=_length(headers))
        wanted = exchange.given = exchange.face.wanted(exchange.body)
        exchange.asked = wanted.model
        tokens, cost = 0, None
        if account.counted:
            first = self._plans.upstreams(wanted.model, user=wanted.user)[0]
            tokens, cost = self._estimates.of(first.name, len(exchange.body), wanted.most)
        exchange.ticket = self._gate.reserve(account, wanted.model, cost=cost, tokens=tokens)

    async def _lost(self, scope: Scope, send: Send) -> None:
        known = scope["path"] in self._faces or any(path == scope["path"] for _, path in self._pages)
        what = "method_not_allowed" if known else "not_found"
        refused = RequestRefused(
            f"there is no {scope['method']} {scope['path']!r:.200} here", status=405 if known else 404, code=what
        )
        face = next(iter(self._faces.values()))
        await respond(send, refused.status, face.error(refused), [JSON])

    def _seconds(self, headers: Mapping[bytes, bytes]) -> float:
        """The client's own deadline, where it is the shorter."""
        for name, unit in _DEADLINES:
            if (told := headers.get(name)) is not None:
                try:
                    seconds = float(told) * unit
                except ValueError:
                    continue
                if 0 < seconds < self._settings.total:
                    return seconds
        return self._settings.total

    def _keeps(self) -> bool:
        bodies = self._settings.bodies
        return bodies == "all" or (bodies == "sampled" and random.random() < self._settings.sample)  # noqa: S311


_DEADLINES: Final = (
    (b"x-vouch-timeout-ms", 0.001),
    (b"x-request-timeout-ms", 0.001),
    (b"x-stainless-read-timeout", 1.0),
)
"""Headers in which clients say how long they will wait, and the unit in seconds."""


def _token(headers: Mapping[bytes, bytes]) -> str | None:
    """The key that the client shows, in OpenAI's way or in Anthropic's."""
    told = headers.get(b"authorization")
    if told is not None:
        scheme, _, token = told.partition(b" ")
        if scheme.lower() == b"bearer":
            return token.strip().decode("latin-1")
    token = headers.get(b"x-api-key")
    return token.decode("latin-1") if token is not None else None


def _length(headers: Mapping[bytes, bytes]) -> int | None:
    told = headers.get(b"content-length", b"")
    return int(told) if told.isdigit() else None
