"""The proxy between us and a server, as the environment names it, and the tunnel through it.

It does not know what is sent through the tunnel.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import socket
from collections.abc import Mapping
from typing import Final, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from vouch.errors import ConfigError, ConnectionFailed
from vouch.models.http.address import Origin

_ANSWER_LIMIT: Final = 64 * 1024


class Proxy(NamedTuple):
    """Where the proxy listens. `authorization` is a whole header value, or empty; it is never shown."""

    host: str
    port: int
    authorization: str

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


def proxy_for(origin: Origin, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for `origin`: HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY, unless NO_PROXY or a loopback address says no.

    Lower-case names win, as everywhere. Raises `ConfigError` for a proxy that is not `http://host:port`.
    """
    name = f"{origin.scheme}_proxy"
    # Behind a CGI server HTTP_PROXY is whatever the client's "Proxy:" header says.
    upper = "" if name == "http_proxy" and "REQUEST_METHOD" in environ else environ.get(name.upper(), "")
    url = environ.get(name) or upper or environ.get("all_proxy") or environ.get("ALL_PROXY")
    if not url or _is_loopback(origin.host):
        return None
    if _is_excepted(origin, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    return _parse(url, name)


def _parse(url: str, name: str) -> Proxy:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port, parts = None, 0, urlsplit("")
    if parts.scheme != "http" or not host:
        raise ConfigError(
            f"the proxy in {name.upper()} has scheme {parts.scheme!r} and host {host!r}; "
            "only http://host:port can be used (the tunnel inside is encrypted all the same)"
        )
    if parts.username is None:
        return Proxy(host, port, "")
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(host, port, f"Basic {base64.b64encode(pair.encode()).decode('ascii')}")


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)


def _is_excepted(origin: Origin, listed: str) -> bool:
    return any(_matches(origin, entry) for item in listed.split(",") if (entry := item.strip().lower()))


def _matches(origin: Origin, entry: str) -> bool:
    if entry == "*":
        return True
    address = _address(origin.host)
    if address is not None:
        return _in_network(address, entry.strip("[]"))
    host, _, port = entry.partition(":")
    if port and port != str(origin.port):
        return False
    name = host.lstrip("*").lstrip(".")
    return origin.host == name or origin.host.endswith(f".{name}")


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class _Tunnel(asyncio.Protocol):
    """Asks a proxy for a way to a server and reads its answer, and not a byte more."""

    def __init__(self, proxy: Proxy, origin: Origin, answered: asyncio.Future[None]) -> None:
        self._proxy = proxy
        self._origin = origin
        self._answered = answered
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        target = f"{self._origin.bracketed}:{self._origin.port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"host: {target}"]
        if self._proxy.authorization:
            lines.append(f"proxy-authorization: {self._proxy.authorization}")
        cast(asyncio.Transport, transport).write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def data_received(self, data: bytes) -> None:
        self._answer += data
        whole = b"\r\n\r\n" in self._answer or len(self._answer) > _ANSWER_LIMIT
        if self._answered.done() or not whole:
            return
        version, _, status = self._answer.partition(b"\r\n")[0].partition(b" ")
        if version.startswith(b"HTTP/1.") and status.startswith(b"2"):
            self._answered.set_result(None)
        else:
            self._refuse(status[:100].decode("latin-1") or "no HTTP")

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answered.done():
            self._refuse(f"a closed connection{f' ({exc})' if exc else ''}")

    def _refuse(self, why: str) -> None:
        self._answered.set_exception(
            ConnectionFailed(
                f"the proxy {self._proxy.host}:{self._proxy.port} answered a request for {self._origin} with {why!r}; "
                "check the proxy's address and rights, or list the host in NO_PROXY"
            )
        )


async def open_tunnel(plug: socket.socket, proxy: Proxy, origin: Origin) -> asyncio.Transport:
    """A transport that reaches `origin` over `plug`, which is connected to `proxy`; raises `ConnectionFailed`."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[None] = loop.create_future()
    transport, _ = await loop.create_connection(lambda: _Tunnel(proxy, origin, answered), sock=plug)
    try:
        await answered
    except BaseException:
        transport.abort()
        raise
    return transport
