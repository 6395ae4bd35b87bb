"""Servers that do exactly what a test says, byte by byte, and a proxy that really is one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Raw:
    """A running server: its address, how many have connected, and what was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def raw_server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[Raw]:
    """A server that hands every connection to `serve` and closes it afterwards."""
    raw = Raw()
    running: set[asyncio.Task[None]] = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await serve(reader, writer)
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.connections += 1
        task = asyncio.get_running_loop().create_task(run(reader, writer))
        running.add(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0.001)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One whole request."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(size)


def always(*answers: bytes, raw: list[Raw] | None = None) -> Serve:
    """Answer the requests of a connection with these bytes, one after the other, then close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            request = await read_request(reader)
            if raw:
                raw[0].requests.append(request)
            writer.write(answer)
            await writer.drain()

    return serve


def ok(body: bytes, *more: bytes) -> bytes:
    """A plain answer, with more headers before its own."""
    head = b"".join(header + b"\r\n" for header in more)
    return b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)


@asynccontextmanager
async def proxy_server(upstream: int, refuse: bytes = b"") -> AsyncIterator[Raw]:
    """A proxy that knows one server, at port `upstream`, under whatever name it is asked for."""
    asked: list[bytes] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        if refuse:
            writer.write(refuse)
            return
        there, back = await asyncio.open_connection("127.0.0.1", upstream)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection")
            await asyncio.sleep(0.005)
            writer.write(b" established\r\n\r\n")
        else:
            method, url, version = head.split(b"\r\n")[0].split(b" ")
            path = b"/" + url.split(b"/", 3)[3]
            back.write(b" ".join((method, path, version)) + head[head.index(b"\r\n") :])
        try:
            await asyncio.gather(pipe(reader, back), pipe(there, writer))
        finally:
            back.transport.abort()

    async with raw_server(serve) as raw:
        raw.requests = asked
        yield raw
