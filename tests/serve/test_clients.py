"""Tests with the official clients, unchanged: whole and streamed, to a provider of their own format and of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from serve.serving import serving, write_project
from vouch.testing.provider import StandIn
from vouch.values.event import InputGiven

WEATHER: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
APP = """
from vouch import App, Prompt

def answer(request):
    return "You said: " + request.messages[-1].text

from vouch.models.scripted import Scripted
support = App(name="support", prompt=Prompt.text("Be kind."), models=[Scripted(answer)])
"""


def calls_the_weather(body: dict[str, Any]) -> Any:
    if not body.get("tools") or body["messages"][-1]["role"] == "tool":
        return "It is sunny in Paris."
    return {
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
        ]
    }


async def test_openai_whole_and_streamed(tmp_path: Path) -> None:
    async with StandIn(reply=calls_the_weather) as provider:
        write_project(tmp_path, provider.address)
        async with (
            serving(tmp_path) as server,
            openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client,
        ):
            asked: dict[str, Any] = {"model": "up/stand-in", "messages": [{"role": "user", "content": "Weather?"}]}
            whole = await client.chat.completions.create(**asked)
            assert whole.choices[0].message.content == "It is sunny in Paris."
            tools = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
            called = await client.chat.completions.create(**asked, tools=tools)
            assert called.choices[0].message.tool_calls is not None
            assert json.loads(called.choices[0].message.tool_calls[0].function.arguments) == {"city": "Paris"}  # type: ignore[union-attr]
            words = ""
            async for chunk in await client.chat.completions.create(**asked, stream=True):
                words += chunk.choices[0].delta.content or ""
            assert words == "It is sunny in Paris."
            with pytest.raises(openai.NotFoundError, match="no model 'gone'"):
                await client.chat.completions.create(**asked | {"model": "gone"})


async def test_a_text_is_completed_by_a_model_of_this_machine(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[apps]\nsupport = "app:support"\n')
    (tmp_path / "app.py").write_text(APP)
    async with serving(tmp_path) as server, openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client:
        whole = await client.completions.create(model="app/support", prompt="Once upon", max_tokens=5)
        assert whole.choices[0].text == "You said: Once upon"
        words = ""
        usage = None
        asked: dict[str, Any] = {"model": "app/support", "prompt": ["Once"], "stream": True}
        async for chunk in await client.completions.create(**asked, stream_options={"include_usage": True}):
            words += chunk.choices[0].text if chunk.choices else ""
            usage = chunk.usage or usage
        assert words == "You said: Once"
        assert usage is not None
        with pytest.raises(openai.BadRequestError, match="one text at a time"):
            await client.completions.create(model="app/support", prompt=["one", "two"])
        with pytest.raises(openai.BadRequestError, match="no request for a completion"):
            await client.completions.create(model="app/support", prompt=None)  # type: ignore[call-overload]


async def test_responses_to_a_provider_of_another_format(tmp_path: Path) -> None:
    async with StandIn(reply=calls_the_weather) as provider:
        write_project(tmp_path, provider.address)
        async with (
            serving(tmp_path) as server,
            openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client,
        ):
            whole = await client.responses.create(model="up/stand-in", input="Weather?", instructions="Be brief.")
            assert whole.output_text == "It is sunny in Paris."
            assert whole.usage is not None
            assert whole.usage.total_tokens > 0
            assert provider.requests[0]["messages"][0] == {"role": "system", "content": "Be brief."}
            tool: Any = {"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}
            called = await client.responses.create(model="up/stand-in", input="Weather?", tools=[tool])
            (call,) = called.output
            assert (call.type, call.call_id, call.arguments) == ("function_call", "c1", '{"city": "Paris"}')  # type: ignore[union-attr]
            given: Any = [
                {"role": "user", "content": "Weather?"},
                call.model_dump(exclude_none=True),
                {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
            ]
            after = await client.responses.create(model="up/stand-in", input=given, tools=[tool])
            assert after.output_text == "It is sunny in Paris."
            assert [message["role"] for message in provider.requests[-1]["messages"]] == ["user", "assistant", "tool"]
            for tools, words in (([], "It is sunny in Paris."), ([tool], "")):
                async with client.responses.stream(model="up/stand-in", input="Weather?", tools=tools) as stream:
                    text = ""
                    async for event in stream:
                        text += event.delta if event.type == "response.output_text.delta" else ""
                    final = await stream.get_final_response()
                assert final.output_text == text == words
                assert final.status == "completed"
                assert final.usage is not None
            assert final.output[0].arguments == '{"city": "Paris"}'  # type: ignore[union-attr]
            with pytest.raises(openai.BadRequestError, match="keeps no responses"):
                await client.responses.create(model="up/stand-in", input="x", previous_response_id="resp_1")


async def test_embeddings_of_a_provider_and_of_this_machine(tmp_path: Path) -> None:
    async with StandIn(dimensions=4) as provider:
        write_project(tmp_path, provider.address)
        async with (
            serving(tmp_path) as server,
            openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client,
        ):
            passed = await client.embeddings.create(model="up/stand-in", input=["one", "two"])
            assert [len(one.embedding) for one in passed.data] == [4, 4]
            here = await client.embeddings.create(model="local/minilm", input=["one", "two"])
            plain = await client.embeddings.create(model="local/minilm", input="one", encoding_format="float")
            assert here.data[0].embedding == pytest.approx(plain.data[0].embedding)
            assert sum(value * value for value in plain.data[0].embedding) == pytest.approx(1, abs=1e-5)
            short = await client.embeddings.create(model="local/minilm", input="one", dimensions=32)
            assert len(short.data[0].embedding) == 32
            assert sum(value * value for value in short.data[0].embedding) == pytest.approx(1, abs=1e-5)
            for wrong in ({"input": [[1, 2]]}, {"input": []}, {"input": "x", "dimensions": 4_000}):
                with pytest.raises(openai.BadRequestError, match="local/minilm"):
                    await client.embeddings.create(model="local/minilm", **wrong)
            with pytest.raises(openai.BadRequestError, match="no request for embeddings"):
                await client.embeddings.create(model="local/minilm", input=None)  # type: ignore[arg-type]
            with pytest.raises(openai.NotFoundError):
                await client.embeddings.create(model="local/nothing", input="x")


async def test_anthropic_to_a_provider_of_another_format(tmp_path: Path) -> None:
    async with StandIn(reply=calls_the_weather) as provider:
        write_project(tmp_path, provider.address)
        async with (
            serving(tmp_path) as server,
            anthropic.AsyncAnthropic(base_url=server.address, api_key="x") as client,
        ):
            asked: dict[str, Any] = {
                "model": "up/stand-in",
                "max_tokens": 100,
                "system": "Be brief.",
                "messages": [{"role": "user", "content": "Weather?"}],
            }
            whole = await client.messages.create(**asked)
            assert whole.content[0].text == "It is sunny in Paris."  # type: ignore[union-attr]
            assert whole.stop_reason == "end_turn"
            assert whole.usage.input_tokens > 0
            assert provider.requests[0]["messages"][0] == {"role": "system", "content": "Be brief."}
            tools = [{"name": "weather", "description": "The weather.", "input_schema": WEATHER}]
            called = await client.messages.create(**asked, tools=tools)
            assert called.stop_reason == "tool_use"
            assert called.content[-1].input == {"city": "Paris"}  # type: ignore[union-attr]
            async with client.messages.stream(**asked) as stream:
                text = await stream.get_final_text()
                final = await stream.get_final_message()
            assert text == "It is sunny in Paris."
            assert final.usage.output_tokens > 0
            async with client.messages.stream(**asked, tools=tools) as stream:
                final = await stream.get_final_message()
            assert final.content[-1].input == {"city": "Paris"}  # type: ignore[union-attr]
            assert final.stop_reason == "tool_use"
            counted = await client.messages.count_tokens(model="up/stand-in", messages=asked["messages"], system="Be.")
            assert 5 < counted.input_tokens < 50
            with pytest.raises(anthropic.NotFoundError, match="no model 'gone'"):
                await client.messages.create(**asked | {"model": "gone"})


async def test_an_app_is_asked_like_a_model_and_goes_on_with_its_run(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[apps]\nsupport = "app:support"\n')
    (tmp_path / "app.py").write_text(APP)
    async with serving(tmp_path) as server, openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client:
        said: list[Any] = [{"role": "user", "content": "Hello"}]
        whole = await client.chat.completions.create(model="app/support", messages=said)
        assert whole.choices[0].message.content == "You said: Hello"
        said += [{"role": "assistant", "content": "You said: Hello"}, {"role": "user", "content": "Again"}]
        words = ""
        async for chunk in await client.chat.completions.create(model="app/support", messages=said, stream=True):
            words += chunk.choices[0].delta.content or ""
        assert words == "You said: Again"
        journal = server.gateway._journal
        runs = await journal.runs(app="support")
        assert len(runs) == 1
        other = [{"role": "user", "content": "Hello"}]
        await client.chat.completions.create(model="app/support", messages=other)
        await client.chat.completions.create(model="app/support", messages=other)
        for words in ("One", "Two"):
            said = [*other, {"role": "assistant", "content": "You said: Hello"}, {"role": "user", "content": words}]
            await client.chat.completions.create(model="app/support", messages=said)
        runs = await journal.runs(app="support")
        lengths = [sum(e.body.__class__ is InputGiven for e in await journal.read(run.run)) for run in runs]
        assert lengths == [1, 1, 1], "conversations that are the same so far go on in runs of their own"
        with pytest.raises(openai.BadRequestError, match="not known here"):
            await client.chat.completions.create(model="app/support", messages=said, user="somebody else")
        with pytest.raises(openai.BadRequestError, match="not known here"):
            await client.chat.completions.create(
                model="app/support",
                messages=[{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, said[-1]],
            )


async def test_a_conversation_goes_on_after_the_server_was_started_anew(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[apps]\nsupport = "app:support"\n')
    (tmp_path / "app.py").write_text(APP)
    said: list[dict[str, Any]] = [{"role": "user", "content": "Hello"}]
    for words in ("More", "Even more"):
        async with serving(tmp_path) as server:
            answer = await server.post("/v1/chat/completions", {"model": "app/support", "messages": said})
            assert answer.status == 200, answer.body
            said += [answer.json["choices"][0]["message"], {"role": "user", "content": words}]
            if words == "Even more":
                assert len(await server.gateway._journal.runs(app="support")) == 1
