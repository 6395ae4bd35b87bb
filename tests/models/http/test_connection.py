"""Tests of one connection: what a server may do, and what it may not."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from models.http.raw import Raw, always, ok, raw_server, read_request
from vouch.errors import ConnectionFailed, MalformedAnswer, ModelTimeout
from vouch.models.http.body import HELD_MOST
from vouch.models.http.pool import HttpPool

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


async def get(pool: HttpPool, server: Raw, body: bytes = b"") -> tuple[int, bytes]:
    response = await pool.request("POST", f"{server.url}/v1", {}, body)
    return response.status, await response.read()


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (ok(b"hello"), 200, b"hello"),
        (ok(b""), 200, b""),
        (CHUNKED + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nx-trailer: 1\r\n\r\n", 200, b"hello world"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + ok(b"hi"), 200, b"hi"),
        (b"HTTP/1.1 500 \r\ncontent-length: 4\r\n\r\noops", 500, b"oops"),
    ],
)
async def test_every_way_to_write_a_body_is_read(pool: HttpPool, answer: bytes, status: int, body: bytes) -> None:
    async with raw_server(always(answer)) as server:
        assert await get(pool, server) == (status, body)

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for place in range(len(answer)):
            writer.write(answer[place : place + 1])
            await asyncio.sleep(0)

    async with raw_server(slowly) as server:
        assert await get(pool, server) == (status, body)


async def test_headers_are_lower_case_repeated_ones_joined_and_trailers_left_out(pool: HttpPool) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx-one: c\r\n\r\n"
    )
    async with raw_server(always(answer)) as server:
        response = await pool.request("GET", server.url, {})
        assert await response.read() == b"x"
    assert response.headers == {"x-one": "a, b", "transfer-encoding": "chunked"}


async def test_chunks_come_as_they_are_sent(pool: HttpPool) -> None:
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CHUNKED + b"1\r\na\r\n")
        await go.wait()
        writer.write(b"1\r\nb\r\n0\r\n\r\n")

    async with raw_server(serve) as server:
        response = await pool.request("GET", server.url, {})
        seen: list[bytes] = []
        async for piece in response.chunks():
            seen.append(piece)
            go.set()
    assert seen == [b"a", b"b"]
    assert response.ended


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", b"half"),
        (CHUNKED + b"5\r\nhello\r\n", b"hello"),
        (CHUNKED + b"5\r\nhel", b"hel"),
    ],
)
async def test_a_cut_body_is_no_body_but_what_came_can_be_read(pool: HttpPool, answer: bytes, received: bytes) -> None:
    async with raw_server(always(answer)) as server:
        with pytest.raises(ConnectionFailed, match="broke before the answer was whole"):
            await get(pool, server)
        response = await pool.request("GET", server.url, {})
        chunks = response.chunks()
        assert await anext(chunks) == received
        with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1"):
            await anext(chunks)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.0\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        CHUNKED + b"xyz\r\n",
    ],
)
async def test_what_is_no_http_is_malformed(pool: HttpPool, answer: bytes) -> None:
    async with raw_server(always(answer)) as server:
        with pytest.raises(MalformedAnswer, match=r"127\.0\.0\.1:\d+ answered with what is no HTTP"):
            await get(pool, server)


async def test_endless_heads_and_bodies_are_cut_off() -> None:
    async def endless(piece: bytes, begin: bytes, pool: HttpPool) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(begin)
            while True:
                writer.write(piece)
                await writer.drain()

        async with raw_server(serve) as server:
            await get(pool, server)

    pool = HttpPool(head_limit=2000, body_limit=5000)
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    heads = [(b"x" * 999, b"HTTP/1.1 200 OK\r\nx: "), (b"x: y\r\n" * 99, b"HTTP/1.1 200 OK\r\n"), (interim * 99, b"")]
    for piece, begin in heads:
        with pytest.raises(MalformedAnswer, match="more than 2000 bytes of headers"):
            await endless(piece, begin, pool)
    with pytest.raises(MalformedAnswer, match="more than 2000 bytes of headers"):
        await endless(b"x" * 999, CHUNKED + b"0\r\ntrailer: ", pool)
    with pytest.raises(MalformedAnswer, match="a body of more than 5000 bytes"):
        await endless(b"5\r\nhello\r\n" * 99, CHUNKED, pool)
    await pool.aclose()


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    pool = HttpPool(first_byte_timeout=0.05)
    async with raw_server(serve) as server:
        with pytest.raises(ModelTimeout, match=r"did not begin to answer within 0\.05 s"):
            await get(pool, server)
    await pool.aclose()


async def test_a_server_that_falls_silent_is_given_up_but_a_slow_reader_is_not() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CHUNKED + b"1\r\na\r\n")
        await reader.read()

    pool = HttpPool(idle_timeout=0.05)
    async with raw_server(serve) as server:
        response = await pool.request("GET", server.url, {})
        chunks = response.chunks()
        assert await anext(chunks) == b"a"
        await asyncio.sleep(0.1)
        assert not response.ended
        with pytest.raises(ModelTimeout, match=r"fell silent in its answer for 0\.05 s"):
            await anext(chunks)
    await pool.aclose()


async def test_the_time_to_answer_begins_when_a_large_request_is_through() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        await read_request(reader)
        await asyncio.sleep(0.4)
        writer.write(ok(b"done"))

    pool = HttpPool(first_byte_timeout=0.7)
    async with raw_server(serve) as server:
        assert await get(pool, server, b"x" * 12_000_000) == (200, b"done")
    await pool.aclose()


async def test_a_slow_reader_holds_the_sender_back(pool: HttpPool) -> None:
    size, written = 30_000_000, 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        while written < size:
            writer.write(b"x" * 100_000)
            await writer.drain()
            written += 100_000
        await read_request(reader)
        writer.write(ok(b"next"))

    async with raw_server(serve) as server:
        response = await pool.request("GET", server.url, {})
        await asyncio.sleep(0.2)
        assert written < size
        assert len(await anext(response.chunks())) <= 2 * HELD_MOST + 1
        assert len(await response.read()) > size - 2 * HELD_MOST - 1
        assert await get(pool, server) == (200, b"next")
    assert server.connections == 1


@pytest.mark.parametrize("seconds", [0.0, 0.02])
async def test_a_cancelled_request_never_leaves_its_answer_to_the_next(pool: HttpPool, seconds: float) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await read_request(reader)
            await asyncio.sleep(0.05)
            writer.write(ok(request[-1:]))

    async with raw_server(serve) as server:
        assert await get(pool, server, b"0") == (200, b"0")
        task = asyncio.create_task(get(pool, server, b"1"))
        await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await get(pool, server, b"2") == (200, b"2")


async def test_a_request_cancelled_just_as_its_head_comes_in_leaves_nothing_behind(pool: HttpPool) -> None:
    half = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await read_request(reader)
            writer.write(
                ok(request[-1:]) if request[-1:] != b"h" else b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"
            )
            half.set()

    async with raw_server(serve) as server:
        for body in (b"1", b"h", b"e"):
            task = asyncio.create_task(get(pool, server, body))
            # As soon as the answer has been handed over, but before the task has run on, it is cancelled.
            for _ in range(200):
                await asyncio.sleep(0)
                if half.is_set() and _head_is_in(pool):
                    task.cancel()
            half.clear()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert await get(pool, server, b"4") == (200, b"4")


def _head_is_in(pool: HttpPool) -> bool:
    standing = [one for lane, _ in pool._here.lanes.values() for one in lane._standing]
    return any(one._head is None for one in standing)


async def test_closing_a_half_read_response_closes_its_connection(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CHUNKED + b"1\r\na\r\n")
        await reader.read()

    async with raw_server(serve) as server:
        response = await pool.request("GET", server.url, {})
        await response.aclose()
        assert response.ended
        with pytest.raises(ConnectionFailed, match="closed here"):
            await response.read()
        await (await pool.request("GET", server.url, {})).aclose()
    assert server.connections == 2


async def test_closing_a_response_late_does_not_hurt_the_next_on_its_connection(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(ok(b"one"))
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nt")
        await asyncio.sleep(0.02)
        writer.write(b"wo")

    async with raw_server(serve) as server:
        first = await pool.request("GET", server.url, {})
        await first.read()
        second = await pool.request("GET", server.url, {})
        await first.aclose()
        assert await second.read() == b"two"
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"a") + ok(b"nobody asked"),
        ok(b"a") + b"garbage",
        ok(b"a", b"connection: close") + b"garbage",
        b"HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na",
        ok(b"a", b"connection: close"),
    ],
)
async def test_after_words_that_nobody_asked_for_or_a_farewell_a_connection_is_not_used_again(
    pool: HttpPool, answer: bytes
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(answer)

    async with raw_server(serve) as server:
        for _ in range(3):
            assert await get(pool, server) == (200, b"a")
    assert server.connections == 3


async def test_a_word_on_an_idle_connection_ends_it(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(ok(b"a"))
        await asyncio.sleep(0.01)
        writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
        await reader.read()

    async with raw_server(serve) as server:
        assert await get(pool, server) == (200, b"a")
        await asyncio.sleep(0.05)
        assert await get(pool, server) == (200, b"a")
    assert server.connections == 2


async def test_a_server_that_answers_before_it_has_read_everything_gets_no_second_request(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
        await writer.drain()
        await asyncio.sleep(0.05)

    async with raw_server(serve) as server:
        for _ in range(2):
            assert await get(pool, server, b"x" * 20_000_000) == (413, b"big")
    assert server.connections == 2
