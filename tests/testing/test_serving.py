"""Tests of the server's side of HTTP, byte by byte."""

from __future__ import annotations

import asyncio
import json

from vouch.testing.provider import StandIn

BODY = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n"
REQUEST = HEAD % len(BODY) + b"\r\n" + BODY


async def talk(provider: StandIn, *pieces: bytes, until: bytes) -> bytes:
    port = int(provider.address.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.005)
    while until not in heard and (data := await asyncio.wait_for(reader.read(65536), 2)):
        heard += data
    writer.close()
    await writer.wait_closed()
    return heard


async def test_requests_that_come_at_once_are_answered_in_order() -> None:
    requests = [
        REQUEST.replace(b'"hi"', b'"%d!"' % number).replace(b"content-length: ", b"content-length:  ")
        for number in range(3)
    ]
    async with StandIn(latency=0.005) as provider:
        heard = await talk(provider, b"".join(requests), until=b"2!")
    assert heard.index(b"0!") < heard.index(b"1!") < heard.index(b"2!")
    assert heard.count(b"HTTP/1.1 200 OK") == 3


async def test_a_request_may_come_in_pieces() -> None:
    async with StandIn() as provider:
        heard = await talk(provider, *(REQUEST[place : place + 9] for place in range(0, len(REQUEST), 9)), until=b"}}")
    assert b'"content":"hi"' in heard


async def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async with StandIn() as provider:
        head = HEAD % len(BODY) + b"expect: 100-continue\r\n\r\n"
        heard = await talk(provider, head, BODY, until=b"service_tier")
    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_what_is_no_http_ends_the_connection() -> None:
    async with StandIn() as provider:
        assert await talk(provider, b"banana\r\n\r\n", until=b"never") == b""
        assert await talk(provider, b"GET / HTTP/1.1\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n", until=b"never")


async def test_a_client_that_leaves_early_does_no_harm() -> None:
    async with StandIn(latency=0.01) as provider:
        await talk(provider, REQUEST, until=b"")
        await asyncio.sleep(0.03)
        assert b'"content":"hi"' in await talk(provider, REQUEST, until=b"service_tier")
