"""The gateway on a port, until it is told to stop: then it finishes what is under way.

It does not know what it serves.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from vouch.errors import ConfigError
from vouch.serve.client_connection import ClientConnection

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that only this machine reaches."""

KEEP_ALIVE: Final = 75
WAITING: Final = 2048
"""Connections that may wait to be taken."""

BACKLOG: Final = 16
"""Connections that one process takes at once: with more, one of several that share a socket would take them all."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises `ConfigError` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, what it accepts sends at once (TCP_NODELAY): or else a stream stalls for 40 ms.
    place = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
        place.listen(WAITING)
        place.setblocking(False)  # noqa: FBT003
    except (OSError, OverflowError) as error:
        place.close()
        raise ConfigError(f"cannot listen on {host}:{port} ({error}); name another --port or --host") from error
    return place


class Server:
    """Serves an ASGI application on a socket until it is stopped; requests under way then have `drain` seconds."""

    def __init__(self, app: Any, place: socket.socket, *, drain: float) -> None:
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            http=ClientConnection,
            interface="asgi3",
            backlog=BACKLOG,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=max(1, round(drain)),
        )
        self._place = place
        self._server = _Uvicorn(config)

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve; `ready` is called as soon as it listens."""
        self._server.ready = ready
        try:
            await self._server.serve([self._place])
        finally:
            self._place.close()

    def stop(self) -> None:
        """Take no more requests, and end when those under way are answered."""
        self._server.should_exit = True


@contextmanager
def stopped_by_signals(server: Server) -> Generator[None]:
    """SIGINT and SIGTERM stop the server meanwhile."""
    loop = asyncio.get_running_loop()
    wanted = (signal.SIGINT, signal.SIGTERM)
    for one in wanted:
        loop.add_signal_handler(one, server.stop)
    try:
        yield
    finally:
        for one in wanted:
            loop.remove_signal_handler(one)


class _Uvicorn(uvicorn.Server):
    ready: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals are ours: uvicorn would raise them again when it has stopped, and end the process before its time."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """It listens now."""
        await super().startup(sockets)
        for place in sockets or ():
            place.listen(WAITING)  # what was said to asyncio is for its own use
        self.ready()
