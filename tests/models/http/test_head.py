"""Tests of the head of a request."""

from __future__ import annotations

import pytest

from vouch.errors import ConfigError
from vouch.models.http.head import write_head


def test_a_head_names_host_and_length_and_declines_compression() -> None:
    head = write_head("POST", "/v1?a=b", "host:81", {"x-a": "1", "X-B": "ü"}, size=7)
    assert head == (
        b"POST /v1?a=b HTTP/1.1\r\nhost: host:81\r\naccept-encoding: identity\r\n"
        b"x-a: 1\r\nX-B: \xfc\r\ncontent-length: 7\r\n\r\n"
    )
    assert b"content-length" not in write_head("GET", "/", "h", {}, size=0)
    assert b"content-length: 0" in write_head("POST", "/", "h", {}, size=0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("authorization", "Bearer sk-secret\r\nx-evil: 1", "line break"),
        ("authorization", "Bearer sk-secret\n", "line break"),
        ("authorization", "sk-secret\0", "line break"),
        ("x-a\r\nx-evil", "sk-secret", "no header name"),
        ("x a", "sk-secret", "no header name"),
        ("", "sk-secret", "no header name"),
        ("x-a", "sk-secret→", "Latin-1"),
        ("Content-Length", "sk-secret", "itself"),
        ("transfer-encoding", "sk-secret", "itself"),
    ],
)
def test_a_header_cannot_smuggle_in_another_and_is_never_shown(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        write_head("POST", "/", "h", {name: value}, size=0)
    assert "sk-secret" not in str(caught.value)


def test_only_methods_whose_answers_have_bodies_are_sent() -> None:
    with pytest.raises(ConfigError, match="'HEAD' is no method"):
        write_head("HEAD", "/", "h", {}, size=0)
    with pytest.raises(ConfigError):
        write_head("GET / HTTP/1.1\r\nx: y\r\n\r\nPOST", "/", "h", {}, size=0)
