"""One suite for every model behind an API: what is said on its wire, whole and streamed, comes to the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from contracts.speaking import KEY, SPEAKERS, Said, Speaker
from models.http.raw import Raw, always, ok, raw_server
from vouch.contracts.model import Model
from vouch.errors import (
    BadRequest,
    ConfigError,
    ConnectionFailed,
    ContextTooLong,
    MalformedAnswer,
    ModelError,
    ModelNotFound,
    Overloaded,
    RateLimited,
    Unauthorized,
)
from vouch.models.http.pool import HttpPool
from vouch.values.message import Reasoning, ToolCall, ToolResult, assistant, system, tool_result, user
from vouch.values.money import Usage
from vouch.values.request import (
    Answer,
    CallDelta,
    Delta,
    Done,
    ReasoningDelta,
    Request,
    Settings,
    TextDelta,
    ToolSpec,
    ask,
    frame,
)

CALL = ("call-1", "look_up", {"city": "Łódź", "days": [1, 2]})
OTHER = ("call-2", "book", {})
TOOLS = (ToolSpec("look_up", "Look.", {"type": "object"}), ToolSpec("book", "Book.", {"type": "object"}))


@pytest.fixture(params=sorted(SPEAKERS))
def speaker(request: pytest.FixtureRequest) -> Speaker:
    return SPEAKERS[request.param]


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[HttpPool]:
    made = HttpPool(first_byte_timeout=2.0, idle_timeout=2.0)
    yield made
    await made.aclose()


def question() -> Request:
    call = ToolCall("call-0", "look_up", '{"city": "Rome"}')
    talk = [system("Be brief."), user("Hi"), assistant("", call), tool_result(ToolResult("call-0", "look_up", "sun"))]
    return ask(frame("p/m", tools=TOOLS, settings=Settings(max_tokens=99, temperature=0.5)), talk)


def streamed(speaker: Speaker, *events: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {speaker.content_type}\r\nconnection: close\r\n\r\n".encode()
    return head + b"".join(events)


async def answer_to(answer: bytes, speaker: Speaker, pool: HttpPool) -> Answer:
    async with raw_server(always(answer)) as server:
        return await speaker.make(server.url, pool).answer(question())


async def deltas_of(answer: bytes, speaker: Speaker, pool: HttpPool) -> list[Delta]:
    async with raw_server(always(answer)) as server:
        return [delta async for delta in speaker.make(server.url, pool).stream(question())]


def body(value: object) -> bytes:
    return json.dumps(value).encode()


async def both_ways(said: Said, speaker: Speaker, pool: HttpPool) -> tuple[Answer, Answer, list[Delta]]:
    whole = await answer_to(ok(body(speaker.whole(said))), speaker, pool)
    deltas = await deltas_of(streamed(speaker, *speaker.stream(said)), speaker, pool)
    last = deltas[-1]
    assert isinstance(last, Done)
    assert sum(isinstance(delta, Done) for delta in deltas) == 1
    return whole, last.answer, deltas


def calls_of(answer: Answer) -> list[tuple[str, object]]:
    return [(call.name, json.loads(call.arguments)) for call in answer.message.calls]


def told_calls(deltas: list[Delta]) -> list[tuple[str, str, str]]:
    calls: dict[int, list[str]] = {}
    for delta in deltas:
        if isinstance(delta, CallDelta):
            call = calls.setdefault(delta.index, [delta.id, delta.name, ""])
            call[2] += delta.arguments
    return [(identity, name, arguments) for identity, name, arguments in calls.values()]


def test_every_adapter_is_a_model(speaker: Speaker) -> None:
    model = speaker.make("http://127.0.0.1:1", HttpPool())
    assert isinstance(model, Model)
    assert model.name.count("/") == 1


async def test_the_question_goes_where_it_should_and_shows_the_key(speaker: Speaker, pool: HttpPool) -> None:
    raws: list[Raw] = []
    serve = always(ok(body(speaker.whole(Said("Hi")))), raw=raws)
    async with raw_server(serve) as server:
        raws.append(server)
        await speaker.make(server.url, pool).answer(question())
        head, _, sent = server.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == f"POST {speaker.path} HTTP/1.1"
        name, value = speaker.header
        assert any(line.lower().startswith(f"{name}: {value}".lower()) for line in lines)
        assert all(word in sent.decode() for word in ("Be brief.", "Hi", "look_up", "Rome", "sun", "0.5", "99"))
    serve = always(streamed(speaker, *speaker.stream(Said("Hi"))), raw=raws)
    async with raw_server(serve) as server:
        raws[0] = server
        assert [delta async for delta in speaker.make(server.url, pool).stream(question())]
        assert server.requests[0].startswith(f"POST {speaker.stream_path} HTTP/1.1\r\n".encode())


async def test_words(speaker: Speaker, pool: HttpPool) -> None:
    whole, last, deltas = await both_ways(Said("Grüße, world!"), speaker, pool)
    assert whole.text == last.text == "Grüße, world!"
    texts = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
    assert "".join(texts) == "Grüße, world!"
    assert len(texts) == 2
    assert whole.finish == last.finish == "stop"
    assert whole.message.calls == last.message.calls == ()


async def test_words_and_calls_at_once(speaker: Speaker, pool: HttpPool) -> None:
    said = Said("Let me see.", calls=(CALL, OTHER), finish="tools")
    whole, last, deltas = await both_ways(said, speaker, pool)
    assert calls_of(whole) == calls_of(last) == [(CALL[1], CALL[2]), (OTHER[1], OTHER[2])]
    assert whole.text == last.text == "Let me see."
    assert whole.finish == last.finish == "tools"
    told = told_calls(deltas)
    assert told == [(call.id, call.name, call.arguments) for call in last.message.calls]
    assert len({identity for identity, _, _ in told}) == 2
    if speaker.names_calls:
        assert [identity for identity, _, _ in told] == ["call-1", "call-2"]


async def test_one_call_without_words(speaker: Speaker, pool: HttpPool) -> None:
    whole, last, _ = await both_ways(Said(calls=(OTHER,), finish="tools"), speaker, pool)
    assert calls_of(whole) == calls_of(last) == [("book", {})]
    assert (whole.text, last.text) == ("", "")


async def test_reasoning_is_told_apart_and_goes_back_as_it_came(speaker: Speaker, pool: HttpPool) -> None:
    said = Said("So.", thought="Hm, well.", calls=(CALL,), finish="tools")
    whole, last, deltas = await both_ways(said, speaker, pool)
    assert whole.message.reasoning == last.message.reasoning == "Hm, well."
    assert whole.text == last.text == "So."
    assert "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)) == "Hm, well."
    seals = [part.signature for part in last.message.parts if isinstance(part, Reasoning)]
    assert seals == [part.signature for part in whole.message.parts if isinstance(part, Reasoning)]
    raws: list[Raw] = []
    async with raw_server(always(ok(body(speaker.whole(Said("Hi")))), raw=raws)) as server:
        raws.append(server)
        again = ask(question().frame, [user("Hi"), whole.message])
        await speaker.make(server.url, pool).answer(again)
        sent = server.requests[0].decode()
    # Azure is OpenAI's own, which takes no reasoning back.
    assert "Hm, well." in sent or "/openai/deployments/" in sent


async def test_tokens(speaker: Speaker, pool: HttpPool) -> None:
    whole, last, _ = await both_ways(Said("Hi", usage=(100, 50, 40, 20)), speaker, pool)
    assert whole.usage == last.usage
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (100, 50)
    assert whole.usage.cache_read_tokens == (40 if speaker.caches else 0)
    assert whole.usage.reasoning_tokens in (20, 0)
    assert whole.usage != Usage()


async def test_why_it_ended(speaker: Speaker, pool: HttpPool) -> None:
    for finish, reason in speaker.finishes.items():
        calls = (CALL,) if finish == "tools" else ()
        whole, last, _ = await both_ways(Said("Hi", calls=calls, finish=finish), speaker, pool)
        assert whole.finish == last.finish == finish
        assert whole.reason == last.reason
        assert reason in whole.reason


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("unauthorized", Unauthorized),
        ("not_found", ModelNotFound),
        ("limited", RateLimited),
        ("too_long", ContextTooLong),
        ("overloaded", Overloaded),
        ("refused", BadRequest),
    ],
)
async def test_errors(speaker: Speaker, pool: HttpPool, what: str, kind: type[ModelError]) -> None:
    status, code = speaker.codes[what]
    message = "prompt is too long" if what == "too_long" else f"no, {KEY}"
    said = body(speaker.error(code, message))
    extra = {"retry-after": "7", **speaker.error_headers(code)}
    head = "".join(f"{name}: {value}\r\n" for name, value in extra.items())
    refusal = f"HTTP/1.1 {status} No\r\n{head}content-length: {len(said)}\r\n\r\n".encode() + said
    for ask_ in (answer_to, deltas_of):
        with pytest.raises(kind) as caught:
            await ask_(refusal, speaker, pool)
        assert (caught.value.status, caught.value.retry_after) == (status, 7.0)
        assert type(caught.value) is kind
        assert KEY not in str(caught.value)


async def test_a_stream_that_is_cut_is_no_answer(speaker: Speaker, pool: HttpPool) -> None:
    events = speaker.stream(Said("Hello there", calls=(CALL,), finish="tools"))
    with pytest.raises(ConnectionFailed):
        await deltas_of(streamed(speaker, *events[:3]), speaker, pool)
    with pytest.raises(ConnectionFailed):
        await deltas_of(streamed(speaker), speaker, pool)


async def test_an_error_in_a_stream_is_an_error(speaker: Speaker, pool: HttpPool) -> None:
    events = speaker.stream(Said("Hello there"))
    error = speaker.stream_error(speaker.codes["overloaded"][1], "too busy")
    with pytest.raises(Overloaded, match="too busy"):
        await deltas_of(streamed(speaker, *events[:2], error), speaker, pool)


@pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b"{}", b'{"choices": 7}', b"\xff\xfe", b"null"])
async def test_garbage_is_malformed(speaker: Speaker, pool: HttpPool, garbage: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        await answer_to(ok(garbage), speaker, pool)


async def test_garbage_in_a_stream_is_malformed(speaker: Speaker, pool: HttpPool) -> None:
    garbage = [b"data: {broken\n\n", b"data: []\n\n"]
    if speaker.content_type != "text/event-stream":
        garbage = [b"\x00" * 64, speaker.stream(Said("Hi"))[1][:-1] + b"!"]
    for one in garbage:
        with pytest.raises(MalformedAnswer):
            await deltas_of(streamed(speaker, one), speaker, pool)


async def test_a_server_that_does_not_stream_is_heard_all_the_same(speaker: Speaker, pool: HttpPool) -> None:
    said = Said("Hello", calls=(CALL,), finish="tools")
    answer = ok(body(speaker.whole(said)), b"content-type: application/json")
    deltas = await deltas_of(answer, speaker, pool)
    assert isinstance(deltas[-1], Done)
    assert deltas[0] == TextDelta("Hello")
    assert calls_of(deltas[-1].answer) == [(CALL[1], CALL[2])]


async def test_the_key_is_never_shown(speaker: Speaker) -> None:
    model = speaker.make("http://127.0.0.1:1", HttpPool())
    assert KEY not in repr(model)
    assert model.name in repr(model)
    await model.aclose()


@pytest.mark.parametrize("name", ["m-1", "/m", "p/", "p/../m", "p/a/./b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    kinds = {type(one.make("http://127.0.0.1:1", HttpPool())) for key, one in SPEAKERS.items() if key != "openai"}
    for kind in kinds:
        with pytest.raises(ConfigError, match="no model's name"):
            kind(name, http=HttpPool(), address="http://127.0.0.1:1")
