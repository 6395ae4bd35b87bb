"""What operators ask a gateway: whether it lives, whether it takes requests, and its counters.

It does not know requests to models.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from vouch.journal.journal import Journal
from vouch.serve.operations.desk import Desk
from vouch.serve.operations.exposition import CONTENT_TYPE, Gauge, exposition
from vouch.serve.operations.readiness import Readiness
from vouch.serve.plan import Plans
from vouch.serve.reply import Receive, Scope, Send, respond
from vouch.store.database import Database

Shown = Literal["local", "open", "off"]
"""`local`: to whoever asks from this machine, and not through a proxy. `open`: to everybody. `off`: to nobody."""

_JSON: Final = [(b"content-type", b"application/json")]
_TEXT: Final = [(b"content-type", CONTENT_TYPE)]
_PASSED_ON: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


class Operations:
    """The pages of one gateway."""

    def __init__(self, desk: Desk, plans: Plans, journal: Journal, database: Database, shown: Shown) -> None:
        self._desk = desk
        self._plans = plans
        self._journal = journal
        self._readiness = Readiness(journal, database)
        self._shown: Shown = shown

    async def healthy(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """200: it lives."""
        await respond(send, 200, b'{"status":"ok"}', _JSON)

    async def ready(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """200 when it takes requests; 503 while it drains, or when its journal cannot be written."""
        why = "draining" if self._desk.draining else await self._readiness.why_not()
        told = {"status": "not ready", "why": why} if why else {"status": "ready"}
        await respond(send, 503 if why else 200, msgspec.json.encode(told), _JSON)

    async def metrics(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """The counters as Prometheus reads them; 404 for whoever may not see them."""
        if not self._may_see(scope):
            await respond(send, 404, b'{"error":{"message":"there are no metrics for you here"}}', _JSON)
            return
        await respond(send, 200, exposition(self._desk.counts, self._gauges()), _TEXT)

    def _may_see(self, scope: Scope) -> bool:
        if self._shown != "local":
            return self._shown == "open"
        client = scope.get("client") or ("", 0)
        # Whoever asks through a proxy comes from the proxy's machine, which may be this one.
        passed_on = any(name in _PASSED_ON for name, _ in scope["headers"])
        return client[0] in ("127.0.0.1", "::1", "::ffff:127.0.0.1") and not passed_on

    def _gauges(self) -> Iterator[Gauge]:
        upstreams = self._plans.opened[:256]
        now = time.monotonic()
        left_alone = {one.name: float(one.breaker.opens(now) > 0) for one in upstreams}
        yield Gauge("vouch_under_way", "Requests that this process answers now.", {"": self._desk.under_way})
        yield Gauge("vouch_upstream_left_alone", "1 while a breaker keeps requests off.", left_alone, "model")
        busy = {one.name: float(one.busy) for one in upstreams}
        yield Gauge("vouch_upstream_busy", "Requests that an upstream answers now.", busy, "model")
        pending = {"": float(self._journal.pending)}
        yield Gauge("vouch_journal_pending_bytes", "About how much waits to be written.", pending)
        yield Gauge("vouch_draining", "1 once it was told to end.", {"": float(self._desk.draining)})
