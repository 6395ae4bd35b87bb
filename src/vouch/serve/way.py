"""The promise of a way: how one upstream is asked, and how its answer reaches the client.

It does not know any upstream.
"""

from __future__ import annotations

from typing import Protocol

from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet


class Failure(Exception):
    """An upstream answered with an error: its status and its body, in its own words."""

    def __init__(self, name: str, status: int, body: bytes, wait: float | None) -> None:
        super().__init__(f"{name} answered with status {status}")
        self.name = name
        self.status = status
        self.body = body
        self.wait = wait


class Reply(Protocol):
    """An answer that has begun: until its first byte has gone to the client, another upstream could have been asked."""

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        """Hand it to the client, and charge what it used. Raises a `ModelError` when it breaks."""
        ...

    def close(self) -> None:
        """Give back what it holds, whether or not it was delivered."""
        ...


class Way(Protocol):
    """How one upstream is asked."""

    async def ask(self, exchange: Exchange) -> Reply:
        """Ask, and wait until the answer begins. Raises `Failure`, or a `ModelError` when there is none."""
        ...
