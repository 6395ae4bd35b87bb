"""Pages of the web, from a server of our own that behaves badly where it is asked to."""

from __future__ import annotations

import gzip
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vouch.knowledge.reading.limits import Limits, Unreadable
from vouch.knowledge.reading.web import Visitor, Web


class Site(BaseHTTPRequestHandler):
    """Answers by path; what it was asked is in `asked`."""

    asked: ClassVar[list[tuple[str, str | None]]] = []
    robots = (404, b"")

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["User-Agent"]))
        answers = {
            "/robots.txt": lambda: self.say(self.robots[0], self.robots[1], "text/plain"),
            "/page": lambda: self.say(200, b"<p>Hello", "text/html; charset=utf-8", ("Last-Modified", "yesterday")),
            "/sjis": lambda: self.say(200, "灯".encode("shift_jis"), "text/plain; charset=shift_jis"),
            "/odd": lambda: self.say(200, b"x", "text/plain; charset=nonsense"),
            "/untyped": lambda: self.say(200, b"x", ""),
            "/gzip": lambda: self.say(200, gzip.compress(b"zipped"), "text/plain", ("Content-Encoding", "gzip")),
            "/bomb": lambda: self.say(200, gzip.compress(b"0" * 9_000_000), "text/plain", ("Content-Encoding", "gzip")),
            "/notgzip": lambda: self.say(200, b"plain", "text/plain", ("Content-Encoding", "gzip")),
            "/large": lambda: self.say(200, b"0" * 100_000, "text/plain"),
            "/moved": lambda: self.say(301, b"", "", ("Location", "/page#part")),
            "/circle": lambda: self.say(302, b"", "", ("Location", "/circle")),
            "/nowhere": lambda: self.say(302, b"", ""),
            "/inner": lambda: self.say(302, b"", "", ("Location", "http://169.254.169.254/latest/meta-data")),
            "/file": lambda: self.say(302, b"", "", ("Location", "file:///etc/passwd")),
            "/cut": self.cut,
            "/slow": self.slow,
            "/mute": lambda: time.sleep(3),
        }
        answers.get(self.path.partition("?")[0], lambda: self.say(404, b"", ""))()

    def say(self, status: int, data: bytes, kind: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, *([("Content-Type", kind)] if kind else [])):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")

    def slow(self) -> None:
        try:
            for sign in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
                self.wfile.write(bytes([sign]))
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked, Site.robots = [], (404, b"")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def visitor(limits: Limits | None = None, **wishes) -> Visitor:
    return Visitor(Web(**{"pause": 0, "allowed": frozenset({"127.0.0.1"}), **wishes}), limits or Limits())


def test_a_page_is_fetched(site):
    page = visitor(agent="our-reader").page(f"{site}/page")
    assert page == (f"{site}/page", ".html", b"<p>Hello", "yesterday")
    assert Site.asked == [("/robots.txt", "our-reader"), ("/page", "our-reader")]


@pytest.mark.parametrize(
    ("path", "kind", "data"),
    [
        ("/sjis", ".txt", b"\xef\xbb\xbf\xe7\x81\xaf"),
        ("/odd", ".txt", b"x"),
        ("/untyped", "", b"x"),
        ("/gzip", ".txt", b"zipped"),
        ("/page?q=a b&c=%20", ".html", b"<p>Hello"),
    ],
)
def test_what_comes_is_known_by_what_the_server_says(site, path, kind, data):
    assert visitor().page(site + path)[1:3] == (kind, data)


def test_redirects_are_followed_and_robots_asked_once(site):
    reader = visitor()
    assert reader.page(f"{site}/moved").address == f"{site}/page"
    reader.page(f"{site}/page")
    assert [path for path, _ in Site.asked] == ["/robots.txt", "/moved", "/page", "/page"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/missing", "its server answered 404"),
        ("/circle", "it leads on more than 5 times"),
        ("/nowhere", "its server says that it moved, but not where to"),
        ("/inner", "'169.254.169.254' is 169.254.169.254, which is no public address"),
        ("/file", "'file:///etc/passwd' is no address of a page"),
        ("/large", "more than 5,000 bytes; raise Limits.bytes"),
        ("/bomb", "more than 5,000 bytes; raise Limits.bytes"),
        ("/notgzip", "did not answer as it should: error"),
        ("/cut", "did not answer as it should: IncompleteRead"),
    ],
)
def test_what_cannot_be_had_is_explained(site, path, why):
    with pytest.raises(Unreadable, match=why):
        visitor(Limits(bytes=5000)).page(site + path)


@pytest.mark.parametrize("path", ["/slow", "/mute"])
def test_a_server_that_keeps_us_waiting_is_left(site, path):
    started = time.monotonic()
    with pytest.raises(Unreadable, match="did not answer as it should: TimeoutError"):
        visitor(seconds=0.3, robots=False).page(site + path)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("answer", "path", "allowed"),
    [
        ((200, b"User-agent: *\nDisallow: /page"), "/page", False),
        ((200, b"User-agent: *\nDisallow: /other"), "/page", True),
        ((404, b""), "/page", True),
        ((500, b""), "/page", False),
        ((429, b""), "/page", False),
    ],
)
def test_what_robots_txt_asks_for_is_kept(site, answer, path, allowed):
    Site.robots = answer
    if allowed:
        assert visitor().page(site + path).data
    else:
        with pytest.raises(Unreadable, match=r"the robots.txt of its host asks programs not to read it"):
            visitor().page(site + path)
        assert [asked for asked, _ in Site.asked] == ["/robots.txt"]
        assert visitor(robots=False).page(site + path).data


def test_robots_that_cannot_be_had_stop_us():
    with pytest.raises(Unreadable, match=r"its robots.txt cannot be had: '127.0.0.1' did not answer"):
        visitor(seconds=2).page("http://127.0.0.1:9/page")


def test_redirects_of_robots_txt_are_followed(site, monkeypatch):
    monkeypatch.setattr(Site, "robots", (301, b""))
    with pytest.raises(Unreadable, match="its server says that it moved"):
        visitor().page(f"{site}/page")
    original = Site.say

    def say(self, status, data, kind, *headers):
        to = "/robots.txt" if status == 301 else "/"
        original(self, status, data, kind, *headers, *([("Location", to)] if status == 301 else []))

    monkeypatch.setattr(Site, "say", say)
    assert visitor().page(f"{site}/page").data == b"<p>Hello"


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(secret)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_encrypted_pages_are_fetched_from_who_can_prove_its_name_and_never_lead_to_open_ones(certificate):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    address = f"https://127.0.0.1:{server.server_port}"
    try:
        ours = ssl.create_default_context(cafile=str(certificate[0]))
        assert visitor(trust=ours).page(f"{address}/page").data == b"<p>Hello"
        with pytest.raises(Unreadable, match=r"it leads on to 'http://169\.254.*', which is not encrypted"):
            visitor(trust=ours).page(f"{address}/inner")
        with pytest.raises(Unreadable, match="SSLCertVerificationError"):
            visitor(robots=False).page(f"{address}/page")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_between_two_requests_to_a_host_there_is_a_pause(site):
    Site.robots = (200, b"User-agent: *\nCrawl-delay: 0.2")
    reader = visitor(pause=0.01)
    reader.page(f"{site}/page")
    started = time.monotonic()
    reader.page(f"{site}/page")
    assert time.monotonic() - started >= 0.19


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://127.0.0.1:8080/", r"port 8080 is none of the web; name Web\(allowed="),
        ("http://127.0.0.1/", "which is no public address"),
        ("http://[::1]/", "which is no public address"),
        ("http://user:secret@example.com/", "its address holds a user name or password"),
        ("ftp://example.com/", "is no address of a page"),
        ("http:///x", "is no address of a page"),
        ("http://example.com:99999/", "is no address: Port out of range"),
        ("http://[bad/", "is no address"),
    ],
)
def test_addresses_that_lead_elsewhere_are_refused(address, why):
    with pytest.raises(Unreadable, match=why):
        visitor(allowed=frozenset(), robots=False).page(address)
