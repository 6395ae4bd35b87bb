"""Tests of taking URLs apart."""

from __future__ import annotations

import pytest

from vouch.errors import ConfigError
from vouch.models.http.address import Origin, locate


@pytest.mark.parametrize(
    ("url", "origin", "target", "shown"),
    [
        ("https://api.openai.com/v1/x", ("https", "api.openai.com", 443), "/v1/x", "api.openai.com"),
        ("http://Example.COM", ("http", "example.com", 80), "/", "example.com"),
        ("http://h:8080/a?b=c#d", ("http", "h", 8080), "/a?b=c", "h:8080"),
        ("http://[::1]:8000/v1", ("http", "::1", 8000), "/v1", "[::1]:8000"),
        ("https://bücher.example/", ("https", "xn--bcher-kva.example", 443), "/", "xn--bcher-kva.example"),
        ("https://h:80/", ("https", "h", 80), "/", "h:80"),
    ],
)
def test_a_url_is_a_server_and_a_target(url: str, origin: tuple[str, str, int], target: str, shown: str) -> None:
    assert locate(url) == (Origin(*origin), target)
    assert str(locate(url)[0]) == shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("api.openai.com/v1", "needs http or https"),
        ("ftp://host/", "scheme 'ftp'"),
        ("https:///path", "host None"),
        ("https://host:port/", "cannot be read"),
        ("https://host/a b", "percent-encode"),
        ("https://host/ä", "percent-encode"),
        ("https://user:hunter2@host/", "user name or password"),
        ("https://bü..cher/", "no host name"),
    ],
)
def test_what_is_no_address_is_refused_without_showing_a_secret(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        locate(url)
    assert "hunter2" not in str(caught.value)
