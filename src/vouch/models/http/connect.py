"""How a connection comes to stand: directly or through a proxy, in the open or encrypted.

It does not know what will be sent over it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from vouch.errors import ConnectionFailed
from vouch.models.http.address import Origin
from vouch.models.http.connection import Connection
from vouch.models.http.dial import dial
from vouch.models.http.proxy import Proxy, open_tunnel


async def connect(
    connection: Connection,
    origin: Origin,
    *,
    proxy: Proxy | None,
    tls: Callable[[], ssl.SSLContext],
    within: float,
) -> None:
    """Let `connection` stand, to `origin` or, for plain http through a proxy, to the proxy.

    Raises `ConnectionFailed`, also when it takes longer than `within` seconds.
    """
    try:
        async with asyncio.timeout(within):
            await _open(connection, origin, proxy, tls, within)
    except TimeoutError:
        raise ConnectionFailed(
            f"no connection to {_way(origin, proxy)} within {within:g} s; check the address and the network"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise ConnectionFailed(
            f"the certificate of {origin} is not trusted ({error.verify_message}); for a private authority, "
            "name its file in SSL_CERT_FILE"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ConnectionFailed(
            f"no connection to {_way(origin, proxy)} ({error}); check the address and the network"
        ) from error


async def _open(
    connection: Connection, origin: Origin, proxy: Proxy | None, tls: Callable[[], ssl.SSLContext], within: float
) -> None:
    loop = asyncio.get_running_loop()
    context = tls() if origin.scheme == "https" else None
    host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
    plug = await dial(host, port, within=within)
    if context is None:
        await loop.create_connection(lambda: connection, sock=plug)
    elif proxy is None:
        await loop.create_connection(lambda: connection, sock=plug, ssl=context, server_hostname=host)
    else:
        await _encrypt(await open_tunnel(plug, proxy, origin), connection, context, origin)


async def _encrypt(
    transport: asyncio.Transport, connection: Connection, context: ssl.SSLContext, origin: Origin
) -> None:
    loop = asyncio.get_running_loop()
    try:
        encrypted = await loop.start_tls(transport, connection, context, server_hostname=origin.host)
    except BaseException:
        transport.abort()
        raise
    if encrypted is None:
        raise ConnectionFailed(f"the proxy closed the connection to {origin}; ask again")
    connection.connection_made(encrypted)


def _way(origin: Origin, proxy: Proxy | None) -> str:
    return f"{origin}" if proxy is None else f"{origin} through the proxy {proxy.host}:{proxy.port}"
