"""A TCP connection to a host, whichever of its addresses can be reached.

It does not know what will be said, or whether it is encrypted.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any, Final

_FAMILIES: Final = ((socket.AF_INET, ()), (socket.AF_INET6, (0, 0)))
"""Kinds of numeric addresses, and what follows the port in a socket's address."""


async def dial(host: str, port: int, *, within: float) -> socket.socket:
    """A connected socket; the addresses of `host` are tried in turn, each for its share of `within` seconds.

    So a host whose first address cannot be reached is reached all the same. Raises `OSError` with all reasons, and
    leaves no socket open when it fails or is cancelled (unlike the loop's own race between addresses).
    """
    addresses = _numeric(host, port)
    if not addresses:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    reasons: list[str] = []
    for family, kind, protocol, _, address in addresses:
        try:
            return await _connect(socket.socket(family, kind, protocol), address, within / len(addresses))
        except TimeoutError:
            reasons.append(f"{address[0]} did not answer")
        except OSError as error:
            reasons.append(f"{address[0]}: {os.strerror(error.errno) if error.errno else error}")
    raise OSError("; ".join(dict.fromkeys(reasons)) or "it has no address")


def _numeric(host: str, port: int) -> list[tuple[int, int, int, str, Any]]:
    """A host that is an address already: looking it up would take a turn of one of the loop's few threads."""
    for family, rest in _FAMILIES:
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, *rest))]
    return []


async def _connect(plug: socket.socket, address: Any, within: float) -> socket.socket:
    try:
        plug.settimeout(0)
        async with asyncio.timeout(within):
            await asyncio.get_running_loop().sock_connect(plug, address)
    except BaseException:
        plug.close()
        raise
    return plug
