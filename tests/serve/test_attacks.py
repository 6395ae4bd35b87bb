"""Attacks over raw sockets: the answer is the protocol's, nobody waits for ever, and nothing is fetched."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from serve.serving import HELLO, Serving, serving, write_project
from serve.test_gateway import keyed
from vouch.serve.client_connection import HEAD_BYTES, ClientConnection
from vouch.serve.keys.terms import Terms
from vouch.testing.provider import StandIn

NOWHERE = "http://127.0.0.1:9/v1"


async def raw(server: Serving, *pieces: bytes, pause: float = 0.0, end: bool = False) -> bytes:
    """Send bytes as they are, and give all that comes back until the server ends the connection."""
    host, port = server.address.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    got = b""
    with socket.socket() as client:
        client.setblocking(False)
        await loop.sock_connect(client, (host, int(port)))
        with suppress(ConnectionError):
            for piece in pieces:
                await loop.sock_sendall(client, piece)
                await asyncio.sleep(pause)
            if end:
                client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while more := await asyncio.wait_for(loop.sock_recv(client, 65_536), 20):
                got += more
    return got


def request(body: bytes, *headers: bytes, path: bytes = b"/v1/chat/completions", close: bool = True) -> bytes:
    ends = (b"connection: close",) if close else ()
    lines = [b"POST " + path + b" HTTP/1.1", b"host: x", b"content-length: %d" % len(body), *headers, *ends]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"\0" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nname: a\r\n b\rc\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_400_or_the_end(tmp_path: Path, sent: bytes) -> None:
    write_project(tmp_path, NOWHERE)
    async with serving(tmp_path) as server:
        answer = await raw(server, sent, end=True)
        assert not answer or status(answer) in (400, 404, 405, 408, 505), answer
        assert (await server.post("/healthz", b"", method="GET")).status == 200


@pytest.mark.parametrize(
    "line",
    [
        b"GET /../../etc/passwd HTTP/1.1",
        b"GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        b"GET //v1//models HTTP/1.1",
        b"GET /v1/models/%00 HTTP/1.1",
        b"GET http://169.254.169.254/latest/meta-data HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT 127.0.0.1:22 HTTP/1.1",
        b"GET /%0d%0aset-cookie:%20a=b HTTP/1.1",
        b"TRACE /v1/models HTTP/1.1",
        b"GET /" + b"a" * 30_000 + b" HTTP/1.1",
    ],
)
async def test_paths_lead_nowhere(tmp_path: Path, line: bytes) -> None:
    write_project(tmp_path, NOWHERE)
    async with serving(tmp_path) as server:
        answer = await raw(server, line + b"\r\nhost: x\r\nconnection: close\r\n\r\n", end=True)
    assert status(answer) in (400, 404, 405), answer
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"set-cookie" not in head.lower()
    assert b"root:" not in body
    assert len(answer) < 2_000


@pytest.mark.parametrize(
    "model",
    [
        "../../etc/passwd",
        "up/../../x",
        "up/a b",
        "up/a?key=1#x",
        "up/\r\nx-evil: 1",
        "up/\u202e",
        "app/../x",
        "up/" + "m" * 9_000,
    ],
)
async def test_names_of_models_go_into_bodies_alone(tmp_path: Path, model: str) -> None:
    """A name never changes the address that is asked, nor splits a header of the answer."""
    async with StandIn() as provider:
        write_project(tmp_path, provider.address)
        async with serving(tmp_path) as server:
            answer = await raw(server, request(json.dumps({"model": model, **HELLO}).encode()))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert status(answer) in (200, 400, 404), answer
    assert not re.search(rb"(?m)^x-evil", head)
    assert all(one["model"] == model.removeprefix("up/") for one in provider.requests)


async def test_headers_without_end_are_refused(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE)
    async with serving(tmp_path) as server:
        many = b"".join(b"x-%d: %s\r\n" % (number, b"v" * 100) for number in range(5_000))
        assert status(await raw(server, b"GET /healthz HTTP/1.1\r\nhost: x\r\n", many)) == 431
        one = b"x: " + b"v" * (HEAD_BYTES * 2)
        assert status(await raw(server, b"GET /healthz HTTP/1.1\r\nhost: x\r\n", one)) == 431
        assert (await server.post("/healthz", b"", method="GET")).status == 200


async def test_a_head_that_comes_too_slowly_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClientConnection, "head_seconds", 0.1)
    write_project(tmp_path, NOWHERE)
    async with serving(tmp_path) as server:
        assert await raw(server) == b"", "nothing sent at all"
        assert await raw(server, *[bytes([byte]) for byte in b"GET /healthz HTTP/1.1"], pause=0.02) == b""
        first = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        answer = await raw(server, first, *[bytes([byte]) for byte in b"GET /healthz HTTP"], pause=0.02)
        assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_comes_too_slowly_is_ended_by_the_deadline(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE, "[serve]\ntotal = 0.4\n")
    async with serving(tmp_path) as server:
        whole = request(b'{"model": "up/x", "messages": []}')
        head, _, body = whole.partition(b"\r\n\r\n")
        answer = await raw(server, head + b"\r\n\r\n", *[bytes([byte]) for byte in body[:10]], pause=0.1)
        (served,) = await server.served()
    assert status(answer) == 504
    assert (served.status, served.code) == (504, "timeout")


async def test_a_client_that_does_not_read_is_ended_by_the_deadline(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "word " * 400_000) as provider:
        write_project(tmp_path, provider.address, "[serve]\ntotal = 1.0\n")
        async with serving(tmp_path) as server:
            host, port = server.address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port), limit=1_024)
            body = json.dumps({"model": "up/stand-in", "stream": True, **HELLO}).encode()
            writer.write(request(body))
            for _ in range(80):
                await asyncio.sleep(0.1)
                if served := await server.served():
                    break
            assert reader
            writer.close()
    assert served[0].status == 504


async def test_a_client_that_takes_nothing_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClientConnection, "stall_seconds", 0.2)
    async with StandIn(reply=lambda body: "x" * 30_000_000) as provider:
        write_project(tmp_path, provider.address)
        async with serving(tmp_path) as server:
            host, port = server.address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port), limit=1_024)
            writer.write(request(json.dumps({"model": "up/stand-in", **HELLO}).encode()))
            await asyncio.sleep(1.0)
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await reader.readexactly(30_000_000)
            writer.close()


async def test_large_bodies_are_refused_before_they_are_read(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE, "[serve]\nbody_limit = 1000000\n")
    async with serving(tmp_path) as server:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 50000000\r\n"
        answer = await raw(server, head + b"connection: close\r\n\r\n", b"{" * 1000)
        assert status(answer) == 413
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "request_too_large"
        expecting = await raw(server, head + b"expect: 100-continue\r\nconnection: close\r\n\r\n")
        assert status(expecting) == 413, "no 100 before it"
        assert status(await raw(server, head + b"\r\n", b"{" * 1000)) == 413, "and the connection is ended"
        chunked = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        pieces = [b"10000\r\n" + b"a" * 65_536 + b"\r\n"] * 40
        told = await raw(server, chunked, *pieces)
        assert not told or status(told) == 413
        assert all(served.status == 413 for served in await server.served())


async def test_what_smuggles_a_second_request_reaches_nobody(tmp_path: Path) -> None:
    """Two requests in one body: the second is never answered as if it had a key."""
    async with StandIn() as provider:
        write_project(tmp_path, provider.address)
        (tmp_path / ".vouch").mkdir()
        _, token = await keyed(tmp_path, Terms())
        async with serving(tmp_path, demanded=True) as server:
            hidden = request(json.dumps({"model": "up/stand-in", **HELLO}).encode())
            sent = request(hidden, b"authorization: Bearer " + token.encode())
            answer = await raw(server, sent)
            assert status(answer) == 400
            assert answer.count(b"HTTP/1.1") == 1
            split = await raw(server, request(b"{}", b"authorization: Bearer x\r\n y: z"))
            assert status(split) in (400, 401)
            piped = request(b"{}", b"authorization: Bearer " + token.encode(), close=False) + hidden
            assert re.findall(rb"HTTP/1.1 (\d+)", await raw(server, piped)) == [b"400", b"401"]
    assert provider.requests == []


async def test_the_address_of_an_image_is_passed_on_and_never_fetched(tmp_path: Path) -> None:
    fetched: list[str] = []

    async def caught(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fetched.append((await reader.readline()).decode())
        writer.close()

    trap = await asyncio.start_server(caught, "127.0.0.1", 0)
    there = f"http://127.0.0.1:{trap.sockets[0].getsockname()[1]}/meta-data"
    openai = {"type": "image_url", "image_url": {"url": there}}
    anthropic = {"type": "image", "source": {"type": "url", "url": there}}
    async with StandIn() as provider, trap:
        more = "".join(
            f'[providers.{name}]\naddress = "{provider.address}"\ndialect = "{name}"\n'
            for name in ("anthropic", "google", "mistral", "cohere")
        )
        write_project(tmp_path, provider.address, more)
        async with serving(tmp_path) as server:
            for name in ("up", "anthropic", "google", "mistral", "cohere"):
                for path, part in (("/v1/chat/completions", openai), ("/v1/messages", anthropic)):
                    body = {"model": f"{name}/m", "max_tokens": 5, "messages": [{"role": "user", "content": [part]}]}
                    answer = await server.post(path, body, headers={"x-vouch-timeout-ms": "800"})
                    assert answer.status != 500
            sent = json.dumps(provider.requests)
    assert there in sent
    assert fetched == []


def test_nothing_that_speaks_to_clients_or_providers_can_fetch_an_address() -> None:
    """Only the pool opens connections, and it is asked by clients of providers alone."""
    source = Path(__file__).parents[2] / "src/vouch"
    doors = {"urllib.request", "http.client", "requests", "httpx", "aiohttp"}
    for room in ("serve", "models"):
        for file in (source / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not doors & set(names), file
