"""Pages of the web, asked for politely: as robots.txt allows, with pauses, and never from inner machines.

It does not know what the pages hold, and follows no links.
"""

from __future__ import annotations

import http.client
import ssl
import time
import zlib
from contextlib import closing, suppress
from email.message import Message
from socket import SHUT_RDWR
from threading import Timer
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from msgspec import Struct

from vouch.knowledge.reading.dialing import connected, public_addresses
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.knowledge.reading.robots import NOTHING, Robots, robots

_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_ROBOTS_MOST: Final = 500_000
_PAUSE_MOST: Final = 60.0
_KINDS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
}


class Web(Struct, frozen=True):
    """How the web is asked: the name we give ourselves, seconds that a page may take, and between two of one host.

    `allowed` names hosts (or `host:port`) that may be inner machines, and have other ports than 80 and 443; `robots`
    may be switched off for sites of your own. `trust` is the TLS context, where a company has certificates of its own.
    """

    agent: str = "vouch"
    seconds: float = 20.0
    pause: float = 1.0
    redirects: int = 5
    robots: bool = True
    allowed: frozenset[str] = frozenset()
    trust: ssl.SSLContext | None = None


class Page(NamedTuple):
    """What a server answered: where in the end, what kind of file (an ending such as `.html`), and its bytes."""

    address: str
    kind: str
    data: bytes
    modified: str = ""


class _Answer(NamedTuple):
    status: int
    headers: Message
    data: bytes


class Visitor:
    """Asks for pages one after the other, and remembers what their hosts wish. Not for several threads."""

    def __init__(self, web: Web | None = None, limits: Limits = LIMITS) -> None:
        self._web = web or Web()
        self._limits = limits
        self._robots: dict[str, Robots] = {}
        self._last: dict[str, float] = {}

    def page(self, address: str) -> Page:
        """The page at an address; raises `Unreadable` where it cannot or may not be had."""
        for _ in range(self._web.redirects + 1):
            parts = _parts(address)
            if self._web.robots and not self._rules(parts).allows(_target(parts)):
                raise Unreadable("the robots.txt of its host asks programs not to read it")
            answer = self._asked(parts, self._limits.bytes)
            if answer.status not in _MOVED:
                return _page(address, answer)
            address = _moved(address, answer.headers.get("location", ""))
        raise Unreadable(f"it leads on more than {self._web.redirects} times; give the address where it ends")

    def _rules(self, parts: SplitResult) -> Robots:
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._learned(f"{site}/robots.txt")
        return self._robots[site]

    def _learned(self, address: str) -> Robots:
        """What a robots.txt says; no file means that all is allowed, no answer that nothing is."""
        for _ in range(self._web.redirects + 1):
            try:
                answer = self._asked(_parts(address), _ROBOTS_MOST)
                if answer.status not in _MOVED:
                    break
                address = _moved(address, answer.headers.get("location", ""))
            except Unreadable as error:
                raise Unreadable(f"its robots.txt cannot be had: {error}") from error
        else:
            return Robots()
        if answer.status >= 500 or answer.status == 429:
            return NOTHING
        return robots(answer.data.decode("utf-8", "replace"), self._web.agent) if answer.status == 200 else Robots()

    def _asked(self, parts: SplitResult, most: int) -> _Answer:
        host = str(parts.hostname)
        port = parts.port or _PORTS[parts.scheme]
        if port not in _PORTS.values() and not {host, f"{host}:{port}"} & self._web.allowed:
            raise Unreadable(f"port {port} is none of the web; name Web(allowed={{'{host}:{port}'}}) if it is yours")
        addresses = public_addresses(host, port, allowed=self._web.allowed)
        self._wait(parts, host)
        try:
            return self._exchanged(parts, connected(addresses, self._web.seconds), most)
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            raise Unreadable(f"{host!r} did not answer as it should: {type(error).__name__}: {error}") from error
        finally:
            self._last[host] = time.monotonic()

    def _wait(self, parts: SplitResult, host: str) -> None:
        known = self._robots.get(f"{parts.scheme}://{parts.netloc}", Robots())
        pause = max(self._web.pause, min(known.delay, _PAUSE_MOST))
        if host in self._last:
            time.sleep(max(0.0, self._last[host] + pause - time.monotonic()))

    def _exchanged(self, parts: SplitResult, plug: Any, most: int) -> _Answer:
        """One request on a connection, which is cut when its time is over, however slowly the other side sends."""
        late: list[bool] = []

        def cut() -> None:
            late.append(True)
            with suppress(OSError):
                plug.shutdown(SHUT_RDWR)

        timer = Timer(self._web.seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            with closing(plug):
                if parts.scheme == "https":
                    trust = self._web.trust or ssl.create_default_context()
                    plug = trust.wrap_socket(plug, server_hostname=parts.hostname, do_handshake_on_connect=False)
                with closing(plug):
                    if parts.scheme == "https":
                        plug.do_handshake()
                    return _answered(plug, parts, self._web.agent, most)
        except (OSError, http.client.HTTPException) as error:
            if late:
                raise TimeoutError(f"no whole answer within {self._web.seconds} seconds") from error
            raise
        finally:
            timer.cancel()


def _answered(plug: Any, parts: SplitResult, agent: str, most: int) -> _Answer:
    connection = http.client.HTTPConnection(str(parts.hostname))
    connection.sock = plug
    headers = {"Host": parts.netloc, "User-Agent": agent, "Accept-Encoding": "gzip", "Connection": "close"}
    connection.request("GET", _target(parts), headers=headers)
    response = connection.getresponse()
    data = response.read(most + 1)
    if response.length:
        raise http.client.IncompleteRead(data) if len(data) <= most else ValueError(_too_large(most))
    if response.headers.get("content-encoding", "").lower() in {"gzip", "x-gzip"}:
        data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, most + 1)
    if len(data) > most:
        raise ValueError(_too_large(most))
    return _Answer(response.status, response.headers, data)


def _too_large(most: int) -> str:
    return f"more than {most:,} bytes; raise Limits.bytes"


def _page(address: str, answer: _Answer) -> Page:
    if answer.status != 200:
        raise Unreadable(f"its server answered {answer.status}")
    said = answer.headers.get_content_type() if "content-type" in answer.headers else ""
    charset = answer.headers.get_content_charset()
    data = answer.data
    if charset and charset not in {"utf-8", "utf8"} and said.startswith("text/"):
        with suppress(LookupError):
            data = data.decode(charset, "replace").encode("utf-8-sig", "replace")
    return Page(address, _KINDS.get(said, ""), data, answer.headers.get("last-modified", ""))


def _parts(address: str) -> SplitResult:
    """An address taken apart; raises `Unreadable` for what is none of the web."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _PORTS and parts.hostname and (parts.port or 1) > 0
    except ValueError as error:
        raise Unreadable(f"{address!r} is no address: {error}") from error
    if not usable:
        raise Unreadable(f"{address!r} is no address of a page; it begins with https:// or http:// and a host")
    if parts.username is not None:
        raise Unreadable("its address holds a user name or password, which would be sent to whoever it names")
    return parts


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe="/?&=%*$,;:@!'()+~[]|#")


def _moved(address: str, location: str) -> str:
    """Where an answer leads on to; never from an encrypted connection to an open one."""
    if not location:
        raise Unreadable("its server says that it moved, but not where to")
    target = urljoin(address, location).partition("#")[0]
    if address.startswith("https:") and not target.startswith("https:"):
        raise Unreadable(f"it leads on to {target!r}, which is not encrypted")
    return target
