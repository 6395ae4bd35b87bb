"""A URL taken apart: the server to connect to, and what to ask it for.

It does not know how a connection is made.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from vouch.errors import ConfigError

_PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[!-~]+")


class Origin(NamedTuple):
    """A server: its scheme (`http` or `https`), its host in lower case, and its port."""

    scheme: str
    host: str
    port: int

    @property
    def bracketed(self) -> str:
        """The host as it stands in a URL: an IPv6 address gets its brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return self.bracketed if self.port == _PORTS[self.scheme] else f"{self.bracketed}:{self.port}"


@lru_cache(maxsize=1024)
def locate(url: str) -> tuple[Origin, str]:
    """The server and the request target of `url`; raises `ConfigError`, which shows nothing that may be secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"an address cannot be read ({error}); write it like https://api.openai.com/v1") from None
    if parts.scheme not in _PORTS or not host:
        raise ConfigError(
            f"an address has scheme {parts.scheme!r} and host {host!r}; it needs http or https and a host, "
            "like https://api.openai.com/v1"
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"the address of {host!r} holds a user name or password; put the key in its own setting")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PRINTABLE.fullmatch(target):
        raise ConfigError(f"the path of an address at {host!r} holds blanks or non-ASCII; percent-encode them")
    return Origin(parts.scheme, _ascii(host), port or _PORTS[parts.scheme]), target


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ConfigError(f"{host!r} is no host name ({error}); check the address") from None
