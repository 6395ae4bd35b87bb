from __future__ import annotations

import asyncio
import json

import pytest

from models.http.raw import Serve, raw_server, read_request
from models.target.asking import asked, request
from vouch.errors import ConfigError, ConnectionFailed, MalformedAnswer, ModelError, RateLimited
from vouch.models.target.http_target import HttpTarget
from vouch.models.target.target import UNSEEN
from vouch.values.message import assistant, system


def serving(body: str, status: str = "200 OK") -> tuple[list[object], Serve]:
    """A server that answers every request alike, and what it was sent."""
    sent: list[object] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            sent.append(await read_request(reader))
            data = body.encode()
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
            await writer.drain()

    return sent, serve


async def test_the_body_is_a_template_and_the_answer_stands_at_a_path(no_proxy: None) -> None:
    sent, serve = serving('{"data": [{"text": "on its way"}]}')
    async with raw_server(serve) as raw:
        target = HttpTarget(
            f"{raw.url}/ask",
            {"question": "Q: {input}", "history": "{messages}", "options": [1, {"to": "{input}"}]},
            answer="data.0.text",
            headers={"Authorization": "Bearer secret-key"},
        )
        assert (await asked(target, system("s"), "hi", assistant("?"), "where?")).text == "on its way"
        await target.aclose()
    head, _, body = str(sent[0], "utf-8").partition("\r\n\r\n") if isinstance(sent[0], bytes) else ("", "", "{}")
    assert "POST /ask HTTP/1.1" in head
    assert "authorization: Bearer secret-key" in head
    assert json.loads(body) == {
        "question": "Q: where?",
        "history": [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "?"},
            {"role": "user", "content": "where?"},
        ],
        "options": [1, {"to": "where?"}],
    }


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ('{"output": "a"}', "output", "a"),
        ('{"a": 1}', "", '{"a":1}'),
        ("plain words", "", "plain words"),
    ],
)
async def test_the_answer_may_be_all_of_it(no_proxy: None, body: str, path: str, text: str) -> None:
    async with raw_server(serving(body)[1]) as raw:
        target = HttpTarget(raw.url, answer=path, name="my/bot", version="3")
        assert (await asked(target, "x")).text == text
        assert target.version == "3"
        await target.aclose()


@pytest.mark.parametrize(
    ("body", "status", "kind", "why"),
    [
        (
            '{"data": {}}',
            "200 OK",
            MalformedAnswer,
            r"answered without 'text' of answer='data.text': \{\"data\": \{\}\}",
        ),
        ('{"data": [1]}', "200 OK", MalformedAnswer, "answered without 'text'"),
        ("<html>", "200 OK", MalformedAnswer, "answered what is no JSON: <html>"),
        ('{"error": "slow down"}', "429 Too Many", RateLimited, "refused with 429: slow down; ask less often"),
    ],
)
async def test_what_goes_wrong_is_an_error_of_a_model(
    no_proxy: None, body: str, status: str, kind: type[ModelError], why: str
) -> None:
    async with raw_server(serving(body, status)[1]) as raw:
        target = HttpTarget(raw.url, answer="data.text")
        with pytest.raises(kind, match=why):
            await target.answer(request(target, "x"))
        await target.aclose()


async def test_nobody_there(no_proxy: None) -> None:
    async with raw_server(serving("")[1]) as raw:
        address = raw.url
    target = HttpTarget(address)
    with pytest.raises(ConnectionFailed):
        await target.answer(request(target, "x"))


def test_it_is_named_after_its_host_and_keeps_its_headers_to_itself() -> None:
    target = HttpTarget("http://shop.example/ask?x=1", headers={"X-Key": "secret"})
    assert target.name == "target/shop.example"
    assert target.version == UNSEEN
    assert "secret" not in repr(target)
    with pytest.raises(ConfigError, match=r"HttpTarget\(name='bot'\)"):
        HttpTarget("http://shop.example", name="bot")
    with pytest.raises(ConfigError):
        HttpTarget("shop.example")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
