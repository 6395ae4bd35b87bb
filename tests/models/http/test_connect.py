"""Tests of encrypted connections, with a certificate made for the test and real handshakes."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from models.http.raw import ok, proxy_server, raw_server, read_request
from vouch.errors import ConnectionFailed
from vouch.models.http.pool import HttpPool


class Certificate:
    """A self-signed certificate for `models.example` and 127.0.0.1, and its server's side."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "certificate.pem"
        key = folder / "key.pem"
        names = "subjectAltName=DNS:models.example,IP:127.0.0.1"
        command = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -addext {names}"
        files = ["-subj", "/CN=models.example", "-keyout", str(key), "-out", str(self.file)]
        subprocess.run([*command.split(), *files], check=True, capture_output=True)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self.file, key)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    return Certificate(tmp_path_factory.mktemp("certificate"))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(ok((await read_request(reader)).partition(b"\r\n\r\n")[2]))


async def test_encrypted_connections_are_made_with_one_context_and_kept(
    pool: HttpPool, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    assert pool._tls is None
    async with raw_server(echo, certificate.server) as server:
        url = f"https://127.0.0.1:{server.port}/"
        for number in range(3):
            response = await pool.request("POST", url, {}, b"%d" % number * 300_000)
            assert await response.read() == b"%d" % number * 300_000
        assert server.connections == 1
        context = pool._tls
        await asyncio.gather(*(pool.request("POST", url, {}, b"x") for _ in range(3)))
        assert pool._tls is context is not None
        await pool.aclose()


async def test_an_unknown_certificate_is_refused_with_the_way_to_trust_it(
    pool: HttpPool, certificate: Certificate
) -> None:
    async with raw_server(echo, certificate.server) as server:
        with pytest.raises(ConnectionFailed, match=r"certificate of 127\.0\.0\.1:\d+ is not trusted .*SSL_CERT_FILE"):
            await pool.request("GET", f"https://127.0.0.1:{server.port}/", {})


async def test_a_certificate_for_another_host_is_refused(
    pool: HttpPool, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    async with raw_server(echo, certificate.server) as server:
        with pytest.raises(ConnectionFailed, match="not trusted"):
            await pool.request("GET", f"https://localhost:{server.port}/", {})


async def test_a_server_that_is_not_encrypted_is_no_https_server(pool: HttpPool) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(ok(b"plain"))

    async with raw_server(plain) as server:
        with pytest.raises(ConnectionFailed, match="no connection to"):
            await pool.request("GET", f"https://127.0.0.1:{server.port}/", {})


async def test_a_server_that_does_not_shake_hands_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    pool = HttpPool(connect_timeout=0.1)
    async with raw_server(silent) as server:
        with pytest.raises(ConnectionFailed, match=r"no connection to 127\.0\.0\.1:\d+ within 0\.1 s"):
            await pool.request("GET", f"https://127.0.0.1:{server.port}/", {})
    await pool.aclose()


async def test_a_tunnel_through_a_proxy_is_encrypted_from_end_to_end(
    pool: HttpPool, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    async with raw_server(echo, certificate.server) as server, proxy_server(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass@127.0.0.1:{proxy.port}")
        for number in range(2):
            headers = {"authorization": "Bearer sk-secret"}
            response = await pool.request("POST", "https://models.example/v1", headers, b"%d" % number)
            assert await response.read() == b"%d" % number
        await pool.aclose()
    (head,) = proxy.requests
    assert head.startswith(b"CONNECT models.example:443 HTTP/1.1\r\nhost: models.example:443\r\n")
    assert b"proxy-authorization: Basic bWU6cGFzcw==\r\n" in head
    assert b"sk-secret" not in head


async def test_a_tunnel_that_ends_in_no_encryption_is_refused(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with raw_server(slam) as server, proxy_server(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(ConnectionFailed, match=r"models\.example through the proxy"):
            await pool.request("GET", "https://models.example/", {})
