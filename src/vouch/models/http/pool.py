"""The pool: one request in, one response out, over as few connections as it takes.

It does not know models, keys or formats.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress

from vouch.errors import ConfigError, ConnectionFailed
from vouch.models.http.address import Origin, locate
from vouch.models.http.connect import connect
from vouch.models.http.connection import Connection, Limits
from vouch.models.http.head import write_head
from vouch.models.http.lane import Lane
from vouch.models.http.proxy import Proxy, proxy_for
from vouch.models.http.response import Response

Lanes = dict[Origin, tuple[Lane, Proxy | None]]


class _Here(threading.local):
    """What belongs to this thread, in which one loop runs at a time."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.lanes: Lanes = {}
        self.watch: AsyncGenerator[None, None] | None = None


class HttpPool:
    """HTTP/1.1 connections to any number of servers, kept open between requests.

    It may be made anywhere and used in any event loop, and in several at once: each loop has connections of its own,
    which end with the loop at the latest. Timeouts are in seconds: to connect; from the request to the head of the
    response; and between any two pieces of a body while somebody waits for one.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = 10.0,
        first_byte_timeout: float = 120.0,
        idle_timeout: float = 60.0,
        max_connections: int = 256,
        head_limit: int = 64 * 1024,
        body_limit: int = 256 * 1024 * 1024,
    ) -> None:
        if max_connections < 1:
            raise ConfigError(f"max_connections is {max_connections!r}; at least 1 is needed")
        self._limits = Limits(connect_timeout, first_byte_timeout, idle_timeout, head_limit, body_limit)
        self._most = max_connections
        self._here = _Here()
        self._tls: ssl.SSLContext | None = None

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Send one request and wait for the head of its response, whatever its status; redirects are not followed.

        Raises `ConnectionFailed` or `ModelTimeout` when no response comes, `MalformedAnswer` when it is no HTTP, and
        `ConfigError` for an address or header that cannot be sent. Messages name the host, never a header's value.
        """
        origin, target = locate(url)
        lane, proxy = self._lane(origin)
        if proxy is not None and origin.scheme == "http":
            target = f"http://{origin}{target}"
            if proxy.authorization:
                headers = {**headers, "proxy-authorization": proxy.authorization}
        request = write_head(method, target, str(origin), headers, size=len(body)) + body
        connection = await lane.take()
        try:
            return await connection.send(request)
        except ConnectionFailed:
            # A kept connection may have been closed by the server just as the request left: then nobody read it.
            if connection.touched or not connection.used:
                raise
        return await (await lane.take(fresh=True)).send(request)

    async def aclose(self) -> None:
        """Close this loop's connections and wait until they are gone; requests under way get `ConnectionFailed`."""
        lanes = self._lanes()
        closing = [lane for lane, _ in lanes.values()]
        lanes.clear()
        for lane in closing:
            await lane.aclose()

    def _lane(self, origin: Origin) -> tuple[Lane, Proxy | None]:
        lanes = self._lanes()
        found = lanes.get(origin)
        if found is None:
            proxy = proxy_for(origin, os.environ)

            async def make(lane: Lane) -> Connection:
                connection = Connection(str(origin), asyncio.get_running_loop(), self._limits, lane)
                await connect(connection, origin, proxy=proxy, tls=self._context, within=self._limits.connect_timeout)
                return connection

            found = lanes[origin] = (Lane(str(origin), self._most, make), proxy)
        return found

    def _lanes(self) -> Lanes:
        here, loop = self._here, asyncio.get_running_loop()
        if here.loop is not loop:
            here.loop, here.lanes = loop, {}
            here.watch = _closed_with_the_loop(here.lanes)
            with suppress(StopIteration):
                here.watch.asend(None).send(None)
        return here.lanes

    def _context(self) -> ssl.SSLContext:
        # Made once, and only when it is needed: reading the system's certificates takes tens of milliseconds.
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls


async def _closed_with_the_loop(lanes: Lanes) -> AsyncGenerator[None, None]:
    # A loop that ends closes the generators that have begun in it: that is where its connections end too.
    try:
        yield
    finally:
        for lane, _ in lanes.values():
            lane.close()
