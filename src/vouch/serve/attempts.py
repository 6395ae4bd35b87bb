"""Asking upstreams until one answers: in order, with pauses, none whose breaker is open, never beyond the deadline.

It does not know what is asked. Whoever calls bounds the whole by a timeout; here only waiting is kept within it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final

from vouch.errors import ModelError, RequestRefused
from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet
from vouch.serve.upstream import Upstream
from vouch.serve.way import Failure, Reply
from vouch.values.event import Attempt

RETRYABLE: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses after which the same request may be answered later, or elsewhere."""

OURS: Final = frozenset({401, 403})
"""Statuses that speak of the gateway's own key at the provider: nothing that the client can mend."""

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 8.0


class Attempts:
    """At most `most` attempts a request."""

    def __init__(self, *, most: int) -> None:
        self._most = most

    async def answer(self, exchange: Exchange, upstreams: Sequence[Upstream], outlet: Outlet) -> None:
        """Have one of them answer, and hand its answer to the client.

        Raises `Failure` for an error in a provider's own words, `ModelError` when none could be reached or one broke
        off, and `RequestRefused` (503) when all are left alone for now.
        """
        upstream, reply = await self._answered(exchange, upstreams)
        exchange.model = upstream.name
        try:
            await reply.deliver(exchange, outlet)
            upstream.breaker.succeeded()
        except ModelError:
            upstream.breaker.failed(time.monotonic())
            raise
        finally:
            upstream.busy -= 1
            upstream.breaker.left()
            reply.close()

    async def _answered(self, exchange: Exchange, upstreams: Sequence[Upstream]) -> tuple[Upstream, Reply]:
        last: Exception | None = None
        pause = FIRST_PAUSE
        while True:
            for upstream in upstreams:
                if len(exchange.attempts) >= self._most and last is not None:
                    raise last
                if upstream.breaker.opens(time.monotonic()):
                    continue
                try:
                    return upstream, await self._ask(exchange, upstream)
                except (Failure, ModelError) as error:
                    if not _goes_on(error, alone=len(upstreams) == 1):
                        raise
                    last = error
            if len(exchange.attempts) >= self._most and last is not None:
                raise last
            await self._pause(exchange, upstreams, pause, last)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _ask(self, exchange: Exchange, upstream: Upstream) -> Reply:
        begun = time.perf_counter()
        upstream.breaker.begin()
        upstream.busy += 1
        status, error = 0, ""
        try:
            reply = await upstream.way(exchange.face.name).ask(exchange)
        except Failure as failure:
            status, error = failure.status, "Failure"
            self._judge(upstream, failure.status in RETRYABLE, failure.wait)
            raise
        except ModelError as failed:
            status, error = failed.status or 0, type(failed).__name__
            self._judge(upstream, failed.retryable, failed.retry_after)
            raise
        except BaseException:
            error = "left"
            upstream.breaker.left()
            raise
        else:
            status = 200
            return reply
        finally:
            if error:
                upstream.busy -= 1
            seconds = round(time.perf_counter() - begun, 6)
            exchange.attempts.append(Attempt(upstream.name, status, error, seconds))

    def _judge(self, upstream: Upstream, failed: bool, wait: float | None) -> None:
        if failed:
            upstream.breaker.failed(time.monotonic(), retry_after=wait)
        else:
            upstream.breaker.succeeded()

    async def _pause(
        self, exchange: Exchange, upstreams: Sequence[Upstream], pause: float, last: Exception | None
    ) -> None:
        opens = min(upstream.breaker.opens(time.monotonic()) for upstream in upstreams)
        # Half of it at random, so that those who failed together do not come back together.
        wait = max(opens, pause * (0.5 + random.random() / 2))  # noqa: S311 - no secret
        if time.perf_counter() + wait > exchange.deadline:
            raise last or _all_open(upstreams, opens)
        await asyncio.sleep(wait)


def _goes_on(error: Failure | ModelError, *, alone: bool) -> bool:
    """Whether another attempt may help: later, or elsewhere."""
    if isinstance(error, ModelError):
        return error.retryable
    return error.status in RETRYABLE or (error.status in OURS and not alone)


def _all_open(upstreams: Sequence[Upstream], opens: float) -> RequestRefused:
    names = ", ".join(upstream.name for upstream in upstreams)
    return RequestRefused(
        f"{names}: failed again and again, and are left alone for a while; ask again then",
        status=503,
        code="upstream_unavailable",
        retry_after=opens,
    )
