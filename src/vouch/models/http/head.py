"""The first lines of a request: method, target and headers, as bytes.

It does not know what the headers mean, and never shows a value: a value may be a key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from vouch.errors import ConfigError

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN: Final = re.compile(r"[\r\n\0]")
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_RESERVED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


def write_head(method: str, target: str, host: str, headers: Mapping[str, str], *, size: int) -> bytes:
    """The head of a request whose body has `size` bytes.

    Compressed answers are declined, so that a body is what it says. Raises `ConfigError` for a header that could
    smuggle in another one, or that is written here anyway.
    """
    head = _same_for_all(method, target, host, tuple(headers.items()))
    return head + b"content-length: %d\r\n\r\n" % size if size or method != "GET" else head + b"\r\n"


@lru_cache(maxsize=1024)
def _same_for_all(method: str, target: str, host: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """All but the size of the body: to check and write it costs more than to send it, and it seldom changes."""
    if method not in _METHODS:
        raise ConfigError(f"{method!r} is no method of a model's API; use one of {', '.join(sorted(_METHODS))}")
    lines = [f"{method} {target} HTTP/1.1\r\nhost: {host}\r\naccept-encoding: identity\r\n"]
    lines += [_line(name, value) for name, value in headers]
    return "".join(lines).encode("latin-1")


def _line(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no header name; use letters, digits and hyphens")
    if name.lower() in _RESERVED:
        raise ConfigError(f"the header {name!r} is written by the connection itself; leave it out")
    if _FORBIDDEN.search(value):
        raise ConfigError(f"the value of header {name!r} holds a line break; remove it (a key read from a file?)")
    if not value.isascii() and max(value) > "\xff":
        raise ConfigError(f"the value of header {name!r} holds characters beyond Latin-1; remove or encode them")
    return f"{name}: {value}\r\n"
