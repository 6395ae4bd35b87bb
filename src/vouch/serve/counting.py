"""The way to a count of tokens where the provider cannot be asked.

It does not know any model.
"""

from __future__ import annotations

from vouch.serve.exchange import Exchange
from vouch.serve.faces.messages.count_tokens import CountTokens
from vouch.serve.outlet import Outlet
from vouch.serve.way import Reply


class Counting:
    """Counts by length."""

    def __init__(self, face: CountTokens) -> None:
        self._face = face

    async def ask(self, exchange: Exchange) -> Reply:
        """The count."""
        return _Count(self._face.counted(exchange.body))


class _Count:
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:  # noqa: ARG002 - nothing is charged
        await outlet.whole(200, self._body)

    def close(self) -> None:
        pass
