"""Tests of reaching a host by whichever of its addresses answers."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from models.http.raw import always, ok, raw_server
from vouch.errors import ConnectionFailed
from vouch.models.http.dial import dial
from vouch.models.http.pool import HttpPool


def host_with(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    async def getaddrinfo(host: Any, port: Any, **_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


def closed_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


def full_server() -> socket.socket:
    """A server that accepts nobody, and whose queue is full."""
    plug = socket.socket()
    plug.bind(("127.0.0.1", 0))
    plug.listen(0)
    return plug


async def fill(server: socket.socket) -> list[socket.socket]:
    queued: list[socket.socket] = []
    for _ in range(4):
        plug = socket.socket()
        plug.settimeout(0)
        plug.connect_ex(server.getsockname())
        queued.append(plug)
    await asyncio.sleep(0.01)
    return queued


async def test_a_dead_first_address_does_not_hide_the_next(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(always(ok(b"here"))) as server:
        host_with(monkeypatch, ("127.0.0.1", closed_port()), ("127.0.0.1", server.port))
        response = await pool.request("GET", "http://models.example/", {})
        assert await response.read() == b"here"


async def test_an_address_that_does_not_answer_takes_only_its_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with full_server() as full:
        queued = await fill(full)
        async with raw_server(always(ok(b""))) as server:
            host_with(monkeypatch, full.getsockname(), ("127.0.0.1", server.port))
            (await asyncio.wait_for(dial("models.example", 80, within=0.1), 5)).close()
        host_with(monkeypatch, full.getsockname())
        with pytest.raises(OSError, match=r"127\.0\.0\.1 did not answer"):
            await dial("models.example", 80, within=0.05)
        task = asyncio.create_task(dial("models.example", 80, within=60.0))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for plug in queued:
            plug.close()


async def test_all_reasons_are_told(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    host_with(monkeypatch, ("127.0.0.1", closed_port()), ("127.0.0.2", closed_port()))
    with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1: Connection refused; 127\.0\.0\.2: Connection refused"):
        await pool.request("GET", "http://models.example/", {})
    host_with(monkeypatch)
    with pytest.raises(ConnectionFailed, match=r"models\.example \(it has no address\)"):
        await pool.request("GET", "http://models.example/", {})


async def test_an_address_in_numbers_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> Any:
        raise AssertionError("nobody need be asked")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with raw_server(always(ok(b"here"))) as server:
        with await dial("127.0.0.1", server.port, within=5) as plug:
            assert plug.getpeername() == ("127.0.0.1", server.port)
    with pytest.raises(OSError, match="::1: "):
        await dial("::1", closed_port(), within=5)
