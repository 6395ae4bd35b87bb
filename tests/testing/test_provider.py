"""Tests of the stand-in provider: the official OpenAI SDK must take it for a provider, in health and in trouble."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from vouch.errors import ConfigError
from vouch.testing.fault import Fault, FaultKind
from vouch.testing.provider import StandIn, main
from vouch.testing.vector import unit_vector

HELLO: Any = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello big world"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}},
        },
    },
}


def sdk(provider: StandIn, **rest: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=provider.address, api_key=rest.pop("key", "sk-1"), max_retries=0, **rest)


async def test_chat() -> None:
    async with StandIn() as provider, sdk(provider) as client:
        done = await client.chat.completions.create(model="gpt-4o", messages=HELLO, logprobs=True, top_logprobs=2)
    assert done.choices[0].message.content == "hello big world"
    assert (done.model, done.choices[0].finish_reason) == ("gpt-4o", "stop")
    assert done.usage is not None
    assert (done.usage.completion_tokens, done.usage.total_tokens) == (3, done.usage.prompt_tokens + 3)
    assert done.choices[0].logprobs is not None
    tokens = done.choices[0].logprobs.content or []
    assert [token.token for token in tokens] == ["hello", " big", " world"]
    assert [len(token.top_logprobs) for token in tokens] == [2, 2, 2]
    assert provider.requests[0]["messages"] == HELLO


def test_chat_with_the_synchronous_client() -> None:
    async def run() -> str | None:
        async with StandIn() as provider:
            with openai.OpenAI(base_url=provider.address, api_key="sk-1") as client:
                done = await asyncio.to_thread(client.chat.completions.create, model="gpt-4o", messages=HELLO)
        return done.choices[0].message.content

    assert asyncio.run(run()) == "hello big world"


async def test_stream() -> None:
    async with StandIn() as provider, sdk(provider) as client:
        options: Any = {"include_usage": True}
        stream = await client.chat.completions.create(
            model="gpt-4o", messages=HELLO, stream=True, stream_options=options, logprobs=True
        )
        chunks = [chunk async for chunk in stream]
        bare = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        assert [len(chunk.choices) async for chunk in bare] == [1] * 5
    assert [chunk.choices[0].delta.content for chunk in chunks[:-1]] == ["", "hello", " big", " world", None]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 3


async def test_the_sdks_own_helper_puts_a_stream_together() -> None:
    def reply(body: dict[str, Any]) -> dict[str, Any]:
        return {
            "content": "Let me look.",
            "tool_calls": [{"name": "weather", "arguments": {"city": "Zürich", "days": 3}}],
        }

    async with (
        StandIn(reply=reply) as provider,
        sdk(provider) as client,
        client.chat.completions.stream(model="gpt-4o", messages=HELLO, tools=[WEATHER]) as stream,
    ):
        done = await stream.get_final_completion()
    message = done.choices[0].message
    assert message.content == "Let me look."
    assert message.tool_calls is not None
    assert json.loads(message.tool_calls[0].function.arguments) == {"city": "Zürich", "days": 3}
    assert done.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "weather"}}])
async def test_a_call_that_is_due_is_made_with_arguments_that_fit(choice: Any) -> None:
    async with StandIn() as provider, sdk(provider) as client:
        done = await client.chat.completions.create(model="gpt-4o", messages=HELLO, tools=[WEATHER], tool_choice=choice)
        assert (await client.chat.completions.create(model="m", messages=HELLO, tools=[WEATHER])).choices[0].message
    (call,) = done.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "text", "days": 3})
    assert done.choices[0].finish_reason == "tool_calls"


class Line(BaseModel):
    text: str
    amount: float


class Order(BaseModel):
    number: int
    paid: bool
    lines: list[Line]


async def test_structured_output() -> None:
    async with StandIn() as provider, sdk(provider) as client:
        done = await client.chat.completions.parse(model="gpt-4o", messages=HELLO, response_format=Order)
    assert done.choices[0].message.parsed == Order(number=1, paid=True, lines=[Line(text="text", amount=1)])


async def test_a_refusal_and_a_reason_of_the_replys_own() -> None:
    async with StandIn(reply=lambda body: {"refusal": "I will not."}) as provider, sdk(provider) as client:
        done = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        assert (done.choices[0].message.content, done.choices[0].message.refusal) == (None, "I will not.")
        stream = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        assert "".join([chunk.choices[0].delta.refusal or "" async for chunk in stream]) == "I will not."
    reply: Any = {"content": "", "finish_reason": "content_filter"}
    async with StandIn(reply=lambda body: reply) as provider, sdk(provider) as client:
        done = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        assert done.choices[0].finish_reason == "content_filter"


async def test_the_token_limit_is_kept() -> None:
    async with StandIn() as provider, sdk(provider) as client:
        for limit in ({"max_tokens": 2}, {"max_completion_tokens": 2}):
            done = await client.chat.completions.create(model="gpt-4o", messages=HELLO, **limit)  # type: ignore[call-overload]
            assert done.choices[0].message.content == "hello big"
            assert done.choices[0].finish_reason == "length"


async def test_embeddings() -> None:
    async with StandIn(dimensions=4) as provider, sdk(provider) as client:
        for encoding in ("float", "base64"):
            found = await client.embeddings.create(model="e", input=["a", "b"], encoding_format=encoding)  # type: ignore[arg-type]
            assert len(found.data) == 2
        default = await client.embeddings.create(model="e", input="a")
        assert default.data[0].embedding == pytest.approx(unit_vector("a", 4), abs=1e-6)
        assert len((await client.embeddings.create(model="e", input="a", dimensions=16)).data[0].embedding) == 16
        assert len((await client.embeddings.create(model="e", input=[[1, 2], [3]])).data) == 2
        assert len((await client.embeddings.create(model="e", input=[1, 2])).data) == 1


async def test_models() -> None:
    async with StandIn(models=("a", "b")) as provider, sdk(provider) as client:
        assert [model.id async for model in client.models.list()] == ["a", "b"]
        assert (await client.models.retrieve("b")).id == "b"
        with pytest.raises(openai.NotFoundError, match="does not exist"):
            await client.models.retrieve("c")


@pytest.mark.parametrize(
    ("kind", "expected", "code"),
    [
        ("rate_limited", openai.RateLimitError, "rate_limit_exceeded"),
        ("quota", openai.RateLimitError, "insufficient_quota"),
        ("error", openai.InternalServerError, None),
        ("unavailable", openai.InternalServerError, None),
        ("unauthorized", openai.AuthenticationError, "invalid_api_key"),
        ("too_long", openai.BadRequestError, "context_length_exceeded"),
        ("filtered", openai.BadRequestError, "content_policy_violation"),
    ],
)
async def test_faults_are_the_sdks_own_errors(
    kind: FaultKind, expected: type[openai.APIStatusError], code: Any
) -> None:
    faults = [Fault(kind=kind, at=(0, 1), retry_after=7)]
    async with StandIn(faults=faults) as provider, sdk(provider) as client:
        with pytest.raises(expected) as caught:
            await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        assert caught.value.code == code
        assert caught.value.response.headers.get("retry-after") == ("7" if kind == "rate_limited" else None)
        with pytest.raises(expected):
            await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        done = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        assert done.choices[0].message.content == "hello big world"


async def test_a_provider_that_is_silent_cut_or_empty() -> None:
    faults = [
        Fault(kind="silent", at=(0,)),
        Fault(kind="cut", at=(1, 2), after=3),
        Fault(kind="empty", at=(3, 4)),
        Fault(kind="malformed", at=(5, 6)),
    ]
    async with StandIn(faults=faults) as provider, sdk(provider, timeout=1.0) as client:
        chat = client.chat.completions
        with pytest.raises(openai.APITimeoutError):
            await client.with_options(timeout=0.05).chat.completions.create(model="m", messages=HELLO)
        with pytest.raises(openai.APIConnectionError):
            await chat.create(model="m", messages=HELLO)
        async with await chat.create(model="m", messages=HELLO, stream=True) as cut:
            assert [(await anext(cut)).choices[0].delta.content for _ in range(3)] == ["", "hello", " big"]
            with pytest.raises(openai.APIConnectionError):
                await anext(cut)
        with pytest.raises(json.JSONDecodeError):
            await chat.create(model="m", messages=HELLO)
        async with await chat.create(model="m", messages=HELLO, stream=True) as empty:
            assert [chunk async for chunk in empty] == []
        with pytest.raises(json.JSONDecodeError):
            await chat.create(model="m", messages=HELLO)
        async with await chat.create(model="m", messages=HELLO, stream=True) as broken:
            with pytest.raises(json.JSONDecodeError):
                await anext(broken)


async def test_a_slow_provider_pauses_before_every_piece() -> None:
    loop = asyncio.get_running_loop()
    async with StandIn(faults=[Fault(kind="slow", share=1.0, pause=0.02)]) as provider, sdk(provider) as client:
        began = loop.time()
        await client.chat.completions.create(model="m", messages=HELLO)
        stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "hello big world"
        assert loop.time() - began >= 7 * 0.02


async def test_latency_is_waited_before_an_answer_and_answers_overtake_each_other() -> None:
    loop = asyncio.get_running_loop()
    async with StandIn(latency=0.3) as provider, sdk(provider) as client:
        began = loop.time()
        await asyncio.gather(
            *(client.chat.completions.create(model="m", messages=HELLO) for _ in range(10)),
        )
        # One after the other they would take 3 s; a busy machine may take its time, too.
        assert 0.3 <= loop.time() - began < 2.0


async def test_the_key_is_checked() -> None:
    async with StandIn(key="sk-1") as provider, sdk(provider) as client, sdk(provider, key="sk-2") as other:
        assert await client.models.list()
        with pytest.raises(openai.AuthenticationError):
            await other.models.list()


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/chat/completions", {"model": "m"}, openai.BadRequestError),
        ("/chat/completions", {"model": "m", "messages": []}, openai.BadRequestError),
        ("/chat/completions", [1], openai.BadRequestError),
        ("/chat/completions", {"model": "m", "messages": [7]}, openai.InternalServerError),
        ("/embeddings", {"model": "m"}, openai.BadRequestError),
        ("/nothing", {}, openai.NotFoundError),
    ],
)
async def test_a_bad_request_is_refused_as_the_provider_would(path: str, body: Any, expected: type[Exception]) -> None:
    async with StandIn() as provider, sdk(provider) as client:
        with pytest.raises(expected):
            await client.post(path, cast_to=object, body=body)


async def test_a_reply_that_raises_is_the_servers_error() -> None:
    def reply(body: dict[str, Any]) -> str:
        raise ValueError("no idea")

    async with StandIn(reply=reply) as provider, sdk(provider) as client:
        with pytest.raises(openai.InternalServerError, match="no idea"):
            await client.chat.completions.create(model="m", messages=HELLO)


async def test_requests_are_recorded_unless_that_is_not_wanted() -> None:
    async with StandIn(record=False) as provider, sdk(provider) as client:
        await client.chat.completions.create(model="m", messages=HELLO)
        assert provider.requests == []
        assert provider.connections == 1


def test_an_address_is_there_only_while_it_runs() -> None:
    with pytest.raises(ConfigError, match="not running"):
        _ = StandIn().address


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [
        sys.executable,
        "-m",
        "vouch.testing.provider",
        "--port",
        "0",
        "--latency",
        "0.001",
        "--fault",
        "error=0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with openai.OpenAI(base_url=address, api_key="sk-1") as client:
            done = client.chat.completions.create(model="m", messages=HELLO)
        process.terminate()
    assert done.choices[0].message.content == "hello big world"


def test_the_command_line_is_checked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        main(["--fault", "gremlins=0.5"])
    assert "'gremlins' is no fault; use one of rate_limited" in capsys.readouterr().err

    class Interrupted(asyncio.Event):
        async def wait(self) -> Any:
            raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "Event", Interrupted)
    main(["--fault", "error=0.5", "--fault", "cut"])
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
