"""Answers in ASGI's terms: a whole body, or piece by piece.

It does not know what they say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from vouch.errors import RequestRefused

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Scope = MutableMapping[str, Any]
Header = tuple[bytes, bytes]


async def respond(send: Send, status: int, body: bytes, headers: Iterable[Header]) -> None:
    """A whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def begin(send: Send, status: int, headers: Iterable[Header]) -> None:
    """The head of an answer that comes piece by piece."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def go_on(send: Send, piece: bytes) -> None:
    """The next piece."""
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def end(send: Send) -> None:
    """No more pieces."""
    await send({"type": "http.response.body", "body": b""})


async def body_of(receive: Receive, *, limit: int, declared: int | None) -> bytes:
    """The whole body of a request; raises `RequestRefused` (413) for more than `limit` bytes, `ClientGone`."""
    if declared is not None and declared > limit:
        raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    pieces = [body]
    size = len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise _too_large(limit)
    return b"".join(pieces)


class ClientGone(Exception):
    """The client left before it was answered."""


def _too_large(limit: int) -> RequestRefused:
    return RequestRefused(f"the body has more than {limit} bytes; send less", status=413, code="request_too_large")
