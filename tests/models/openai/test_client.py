"""Tests of the model against a provider over real HTTP, streamed and not, in health and in trouble."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from models.http.raw import always, ok, raw_server, read_request
from vouch.contracts.model import Model
from vouch.errors import (
    ConfigError,
    ConnectionFailed,
    ContentFiltered,
    ContextTooLong,
    MalformedAnswer,
    ModelError,
    ModelTimeout,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    Unauthorized,
)
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.testing.fault import Fault, FaultKind
from vouch.testing.provider import StandIn
from vouch.values.message import ToolCall, user
from vouch.values.request import (
    Answer,
    CallDelta,
    Delta,
    Done,
    Frame,
    ReasoningDelta,
    Request,
    Settings,
    TextDelta,
    ask,
)


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[HttpPool]:
    made = HttpPool(first_byte_timeout=2.0, idle_timeout=2.0)
    yield made
    await made.aclose()


def question(text: str = "hello big world", **settings: Any) -> Request:
    return ask(Frame("openai/gpt-4o", settings=Settings(**settings)), [user(text)])


def model_at(address: str, pool: HttpPool, **rest: Any) -> OpenAI:
    return OpenAI("openai/gpt-4o", http=pool, address=address, **rest)


async def collect(model: OpenAI, request: Request) -> list[Delta]:
    return [delta async for delta in model.stream(request)]


async def streamed(model: OpenAI, request: Request) -> Answer:
    deltas = await collect(model, request)
    assert isinstance(deltas[-1], Done)
    return deltas[-1].answer


def full_reply(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "content": "Let me look.",
        "reasoning_content": "They want an order.",
        "tool_calls": [{"name": "order", "arguments": {"id": 7}}, {"name": "now", "arguments": {}}],
    }


async def test_a_stream_tells_the_same_answer_piece_by_piece(pool: HttpPool) -> None:
    async with StandIn(reply=full_reply) as provider:
        model = model_at(provider.address, pool)
        assert isinstance(model, Model)
        request = question(top_logprobs=2)
        answer = await model.answer(request)
        deltas = await collect(model, request)
    assert answer.text == "Let me look."
    assert answer.finish == "tools"
    assert [(call.name, call.arguments) for call in answer.message.calls] == [("order", '{"id":7}'), ("now", "{}")]
    assert answer.usage.input_tokens > 0
    assert answer.usage.reasoning_tokens == 4
    assert len(answer.logprobs) == 3
    assert isinstance(deltas[-1], Done)
    told = deltas[-1].answer
    assert (told.text, told.finish, told.usage, told.logprobs) == (
        answer.text,
        answer.finish,
        answer.usage,
        answer.logprobs,
    )
    assert [call.arguments for call in told.message.calls] == [call.arguments for call in answer.message.calls]
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == "Let me look."
    assert "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)) == "They want an order."
    assert {delta.index for delta in deltas if isinstance(delta, CallDelta)} == {0, 1}


async def test_many_questions_share_few_connections(pool: HttpPool) -> None:
    async with StandIn() as provider:
        model = model_at(provider.address, pool)
        texts = [f"question {number}" for number in range(20)]
        answers = await asyncio.gather(*(model.answer(question(text)) for text in texts))
        assert [answer.text for answer in answers] == texts
        before = provider.connections
        for text in texts[:5]:
            assert (await streamed(model, question(text))).text == text
        assert provider.connections == before
        await model.aclose()


async def test_what_is_sent_is_the_model_after_the_slash_with_key_and_headers(pool: HttpPool) -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(ok(json.dumps({"choices": [{"message": {"content": "hi"}}]}).encode()))

    async with raw_server(serve) as server:
        model = OpenAI(
            "openrouter/meta/llama",
            http=pool,
            address=f"{server.url}/api/v1/?version=7",
            key="sk-1",
            headers={"X-Title": "app"},
        )
        assert (await model.answer(question(max_tokens=5))).text == "hi"
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/chat/completions?version=7 HTTP/1.1\r\n")
    assert b"authorization: Bearer sk-1\r\n" in head
    assert b"x-title: app\r\n" in head
    assert json.loads(body)["model"] == "meta/llama"
    assert json.loads(body)["max_tokens"] == 5


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rate_limited", RateLimited),
        ("quota", QuotaExhausted),
        ("error", Overloaded),
        ("unavailable", Overloaded),
        ("unauthorized", Unauthorized),
        ("too_long", ContextTooLong),
        ("filtered", ContentFiltered),
        ("cut", ConnectionFailed),
        ("malformed", MalformedAnswer),
    ],
)
async def test_every_fault_is_its_error_streamed_and_not(
    pool: HttpPool, kind: FaultKind, expected: type[ModelError]
) -> None:
    async with StandIn(faults=[Fault(kind=kind, share=1.0, retry_after=0.25)]) as provider:
        model = model_at(provider.address, pool, key="sk-1")
        with pytest.raises(expected) as caught:
            await model.answer(question())
        if kind == "rate_limited":
            assert caught.value.retry_after == 0.25
        with pytest.raises(expected) as caught:
            await collect(model, question())
    assert "127.0.0.1" in str(caught.value)
    assert "sk-1" not in str(caught.value)


async def test_an_empty_answer_is_malformed_and_an_empty_stream_cut(pool: HttpPool) -> None:
    async with StandIn(faults=[Fault(kind="empty", share=1.0)]) as provider:
        model = model_at(provider.address, pool)
        with pytest.raises(MalformedAnswer, match="answered with nothing"):
            await model.answer(question())
        with pytest.raises(ConnectionFailed, match="broke off"):
            await collect(model, question())


async def test_a_provider_that_never_answers_is_given_up() -> None:
    pool = HttpPool(first_byte_timeout=0.05)
    async with StandIn(faults=[Fault(kind="silent", at=(0, 1))]) as provider:
        model = model_at(provider.address, pool)
        with pytest.raises(ModelTimeout):
            await model.answer(question())
        with pytest.raises(ModelTimeout):
            await collect(model, question())
        assert (await model.answer(question())).text == "hello big world"
    await pool.aclose()


async def test_a_slow_provider_is_waited_for(pool: HttpPool) -> None:
    async with StandIn(faults=[Fault(kind="slow", share=1.0, pause=0.002)]) as provider:
        model = model_at(provider.address, pool)
        assert (await model.answer(question())).text == "hello big world"
        assert (await streamed(model, question())).text == "hello big world"


def event(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def serving(*events: bytes, tail: bytes = b"", kind: bytes = b"text/event-stream", size: int | None = None) -> bytes:
    body = b"".join(events) + tail
    length = b"" if size == 0 else b"content-length: %d\r\n" % (size or len(body))
    return b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\n" + length + b"\r\n" + body


SAID = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": None}]}
ENDED = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    "answer",
    [
        serving(event(SAID), event(ENDED), event(b"[DONE]")),
        serving(event(SAID), event(ENDED)),
        serving(event(SAID), event(ENDED), tail=b"data: [DONE]"),
        serving(event(SAID), event(ENDED), size=0),
        serving(event(SAID), event(b"[DONE]"), size=0),
        # cut by the network, but after everything was said
        serving(event(SAID), event(ENDED), size=9999),
        serving(event(SAID), event(ENDED), event(b"[DONE]"), size=9999),
        serving(b": comment\r\n\r\n", b"event: x\r\n", event(SAID).replace(b"\n", b"\r\n"), event(ENDED)),
    ],
)
async def test_a_stream_is_whole_once_the_model_has_said_why_it_ended(pool: HttpPool, answer: bytes) -> None:
    async with raw_server(always(answer)) as server:
        deltas = await collect(model_at(server.url, pool), question())
    assert deltas[0] == TextDelta("hi")
    assert isinstance(deltas[-1], Done)
    assert (deltas[-1].answer.text, deltas[-1].answer.id) == ("hi", "c")


async def test_a_server_that_does_not_end_its_stream_is_not_waited_for_long(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(serving(event(SAID), event(ENDED), event(b"[DONE]"), size=0))
        await reader.read()

    async with raw_server(serve) as server:
        answer = await asyncio.wait_for(streamed(model_at(server.url, pool), question()), 1.0)
        assert answer.text == "hi"


async def test_a_stream_that_falls_silent_after_its_end_is_whole(pool: HttpPool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(serving(event(SAID), event(ENDED), size=0))
        await reader.read()

    pool = HttpPool(idle_timeout=0.05)
    async with raw_server(serve) as server:
        assert (await streamed(model_at(server.url, pool), question())).text == "hi"
    await pool.aclose()


async def test_a_server_that_does_not_stream_is_read_all_the_same(pool: HttpPool) -> None:
    message = {"content": "hi", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "{}"}}]}
    body = json.dumps({"choices": [{"message": message, "finish_reason": "tool_calls"}]}).encode()
    async with raw_server(always(serving(body, kind=b"application/json; charset=utf-8"))) as server:
        deltas = await collect(model_at(server.url, pool), question())
    assert deltas[:2] == [TextDelta("hi"), CallDelta(0, "{}", "x", "f")]
    assert isinstance(deltas[2], Done)
    assert deltas[2].answer.message.calls == (ToolCall("x", "f", "{}"),)


async def test_an_error_in_the_middle_of_a_stream_is_an_error(pool: HttpPool) -> None:
    broken = {"error": {"message": "slow down", "code": 429}}
    async with raw_server(always(serving(event(SAID), b"event: error\n" + event(broken)))) as server:
        stream = model_at(server.url, pool).stream(question())
        assert await anext(stream) == TextDelta("hi")
        with pytest.raises(RateLimited, match="slow down"):
            await anext(stream)


async def test_a_stream_that_is_left_early_closes_its_connection(pool: HttpPool) -> None:
    async with StandIn(faults=[Fault(kind="slow", share=1.0, pause=0.01)]) as provider:
        model = model_at(provider.address, pool)
        stream = model.stream(question())
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        assert (await model.answer(question())).text == "hello big world"
        assert provider.connections == 2


async def test_a_cancelled_question_leaves_nothing_behind(pool: HttpPool) -> None:
    async with StandIn(latency=0.05) as provider:
        model = model_at(provider.address, pool)
        task = asyncio.create_task(model.answer(question("one")))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await model.answer(question("two"))).text == "two"


def test_the_name_and_the_address_are_checked_and_the_key_is_never_shown(pool: HttpPool) -> None:
    model = OpenAI("openai/gpt-4o", http=pool, key="sk-secret", headers={"api-key": "also-secret"})
    assert repr(model) == "OpenAI('openai/gpt-4o', address='https://api.openai.com/v1')"
    assert model._endpoint.own
    assert "secret" not in repr(model._endpoint)
    for name in ("gpt-4o", "/gpt-4o", "openai/", ""):
        with pytest.raises(ConfigError, match=r"write it as provider/model"):
            OpenAI(name, http=pool)
    with pytest.raises(ConfigError, match="needs http or https"):
        OpenAI("openai/gpt-4o", http=pool, address="api.openai.com/v1")
    with pytest.raises(ConfigError, match="user name or password"):
        OpenAI("openai/gpt-4o", http=pool, address="https://me:pass@host/v1")


async def test_a_key_with_a_line_break_is_refused_without_being_shown(pool: HttpPool) -> None:
    model = OpenAI("openai/gpt-4o", http=pool, address="http://127.0.0.1:9/v1", key="sk-secret\n")
    with pytest.raises(ConfigError, match="'authorization' holds a line break") as caught:
        await model.answer(question())
    assert "sk-secret" not in str(caught.value)
