"""Tests of the outlets on their own: what is sealed stays sealed, and what is no JSON is judged as it stands."""

from __future__ import annotations

import json
from typing import Any

from vouch.guards.personal import personal
from vouch.serve.exchange import Exchange
from vouch.serve.faces.messages.messages import Messages
from vouch.serve.faces.texts import TEXTS
from vouch.serve.guarding.masking import Marks
from vouch.serve.guarding.outlets import Restored, words_of, words_of_stream

TEXT = TEXTS["messages"]


class Last:
    """The end of the way."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.body = b""

    async def whole(self, status: int, body: bytes) -> None:
        assert status == 200
        await self.piece(body)

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        assert status == 200
        self.body += data
        self.exchange.sent.append(data)

    async def end(self) -> None:
        pass


async def restoring() -> tuple[Restored, Last]:
    exchange = Exchange(Messages(), lambda _model, _usage: None, started=0.0)
    marks = Marks(personal(["email"]), "")
    await marks.mask("ada@example.org")
    last = Last(exchange)
    return Restored(last, TEXT, marks, exchange), last


def delta(kind: str, **fields: str) -> bytes:
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **fields}}
    return b"event: content_block_delta\ndata: " + json.dumps(event).encode() + b"\n\n"


async def test_what_a_model_thought_goes_back_as_its_provider_sealed_it() -> None:
    outlet, last = await restoring()
    thought = delta("thinking_delta", thinking="about [EMAIL_1]")
    await outlet.piece(thought)
    await outlet.piece(delta("text_delta", text="To [EMA"))
    await outlet.piece(delta("text_delta", text="IL_1]."))
    await outlet.end()
    assert last.body.startswith(thought)
    assert b"ada@example.org" in last.body
    assert b"ada@" not in b"".join(last.exchange.sent)
    outlet, last = await restoring()
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": "about [EMAIL_1]", "signature": "s"},
        {"type": "text", "text": "To [EMAIL_1]."},
    ]
    body = json.dumps({"content": blocks}).encode()
    await outlet.whole(200, body)
    blocks[1]["text"] = "To ada@example.org."
    assert json.loads(last.body) == {"content": blocks}
    assert last.exchange.sent == [body]


async def test_what_holds_no_mark_goes_on_byte_for_byte() -> None:
    outlet, last = await restoring()
    body = b'{"content": [ {"type": "text", "text": "[1] none"} ]}'
    await outlet.whole(200, body)
    assert last.body == body
    outlet, last = await restoring()
    stream = delta("text_delta", text="none") + b": comment\n\n" + b'event: ping\ndata: {"type": "ping"}\n\n'
    await outlet.piece(stream)
    await outlet.end()
    assert last.body == stream


def test_words_of_what_is_no_json() -> None:
    assert words_of(TEXT, b"plain \xff") == "plain \ufffd"
    assert (
        words_of_stream(TEXT, b"data: no\n\n" + delta("text_delta", text="a") + delta("text_delta", text="b")) == "ab"
    )
