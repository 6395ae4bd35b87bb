"""Tests of proxies: which one the environment means, and that requests really go through it."""

from __future__ import annotations

import asyncio
import base64

import pytest

from models.http.raw import ok, proxy_server, raw_server, read_request
from vouch.errors import ConfigError, ConnectionFailed
from vouch.models.http.address import Origin
from vouch.models.http.pool import HttpPool
from vouch.models.http.proxy import Proxy, proxy_for

OPENAI = Origin("https", "api.openai.com", 443)
PLAIN = Origin("http", "models.example", 8080)
ADDRESS = Origin("http", "10.1.2.3", 80)
IPV6 = Origin("http", "fd00::1", 80)


@pytest.mark.parametrize(
    ("origin", "environ", "expected"),
    [
        (OPENAI, {}, None),
        (OPENAI, {"HTTPS_PROXY": "http://p:3128"}, ("p", 3128)),
        (OPENAI, {"HTTPS_PROXY": "p:3128"}, ("p", 3128)),
        (OPENAI, {"HTTPS_PROXY": "http://p"}, ("p", 80)),
        (OPENAI, {"HTTP_PROXY": "http://p:1"}, None),
        (OPENAI, {"ALL_PROXY": "http://p:1"}, ("p", 1)),
        (OPENAI, {"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, ("low", 1)),
        (PLAIN, {"HTTP_PROXY": "http://p:1"}, ("p", 1)),
        (PLAIN, {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, None),
        (PLAIN, {"http_proxy": "http://p:1", "REQUEST_METHOD": "GET"}, ("p", 1)),
        (Origin("http", "localhost", 80), {"HTTP_PROXY": "http://p:1"}, None),
        (Origin("http", "127.0.0.1", 80), {"HTTP_PROXY": "http://p:1"}, None),
        (Origin("http", "::1", 80), {"HTTP_PROXY": "http://p:1"}, None),
    ],
)
def test_the_environment_names_the_proxy(
    origin: Origin, environ: dict[str, str], expected: tuple[str, int] | None
) -> None:
    proxy = proxy_for(origin, environ)
    assert (proxy and (proxy.host, proxy.port)) == expected


@pytest.mark.parametrize(
    ("origin", "no_proxy", "direct"),
    [
        (OPENAI, "*", True),
        (OPENAI, "openai.com", True),
        (OPENAI, ".openai.com", True),
        (OPENAI, "*.openai.com", True),
        (OPENAI, "other.com, API.OPENAI.COM", True),
        (OPENAI, "penai.com", False),
        (OPENAI, "api.openai.com:443", True),
        (OPENAI, "api.openai.com:8443", False),
        (OPENAI, "10.0.0.0/8", False),
        (OPENAI, ",,", False),
        (ADDRESS, "10.0.0.0/8", True),
        (ADDRESS, "10.1.2.3", True),
        (ADDRESS, "10.1.2.4", False),
        (ADDRESS, "example.com", False),
        (IPV6, "[fd00::1]", True),
        (IPV6, "fd00::/8", True),
    ],
)
def test_no_proxy_makes_exceptions(origin: Origin, no_proxy: str, direct: bool) -> None:
    environ = {"HTTP_PROXY": "http://p:1", "HTTPS_PROXY": "http://p:1", "NO_PROXY": no_proxy}
    assert (proxy_for(origin, environ) is None) == direct


def test_credentials_become_a_header_and_are_never_shown() -> None:
    proxy = proxy_for(OPENAI, {"HTTPS_PROXY": "http://me:p%40ss@p:1"})
    assert proxy == Proxy("p", 1, f"Basic {base64.b64encode(b'me:p@ss').decode()}")
    assert repr(proxy) == "Proxy('p', 1)"
    for broken in ("socks5://me:hunter2@p:1", "https://me:hunter2@p:1", "http://me:hunter2@p:port", "http://"):
        with pytest.raises(ConfigError, match=r"HTTPS_PROXY .* only http://host:port") as caught:
            proxy_for(OPENAI, {"HTTPS_PROXY": broken})
        assert "hunter2" not in str(caught.value)


async def test_a_plain_request_goes_through_the_proxy_whole(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok((await read_request(reader)).split(b"\r\n")[0]))

    async with raw_server(serve) as server, proxy_server(server.port) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{proxy.port}")
        response = await pool.request("POST", "http://models.example/v1/x?y=z", {"x-a": "b"}, b"body")
        assert await response.read() == b"POST /v1/x?y=z HTTP/1.1"
    (head,) = proxy.requests
    assert head.startswith(b"POST http://models.example/v1/x?y=z HTTP/1.1\r\nhost: models.example\r\n")
    assert b"proxy-authorization: Basic bWU6cGFzcw==\r\n" in head


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "'407 Proxy Authentication Required'"),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "'403 Forbidden'"),
        (b"banana\r\n\r\n", "no HTTP"),
        (b"x" * 70000, "no HTTP"),
    ],
)
async def test_a_proxy_that_refuses_is_named(
    pool: HttpPool, monkeypatch: pytest.MonkeyPatch, refusal: bytes, said: str
) -> None:
    async with proxy_server(0, refuse=refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{proxy.port}")
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{proxy.port} answered .* models.example") as caught:
            await pool.request("GET", "https://models.example/", {})
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_proxy_that_hangs_up_or_is_not_there_is_named(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with raw_server(hang_up) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(ConnectionFailed, match="a closed connection"):
            await pool.request("GET", "https://models.example/", {})
    with pytest.raises(ConnectionFailed, match=f"models.example through the proxy 127.0.0.1:{proxy.port}"):
        await pool.request("GET", "https://models.example/", {})
