"""Tests of the cache on a real port: what is given again, to whom, how, and what is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from serve.serving import Served, Serving, serving, write_project
from vouch.serve.cache.cached import Wish, wish_of
from vouch.serve.keys.store import make_key
from vouch.serve.keys.terms import Terms
from vouch.store.database import Database
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn

PRICED = '[prices."up/stand-in"]\ninput = "1000000"\noutput = "1000000"\n'
EXACT = "[serve.cache.all]\n"
SEMANTIC = '[serve.cache.all]\nkind = "semantic"\nthreshold = 0.9\n'
TOOL: dict[str, Any] = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def counting() -> Callable[[dict[str, Any]], str]:
    """A provider that never says the same twice."""
    asked: list[Any] = []

    def reply(body: dict[str, Any]) -> str:
        asked.append(body)
        return f"Answer number {len(asked)}."

    return reply


def words(answer: Served) -> str:
    return answer.json["choices"][0]["message"]["content"]


def streamed(answer: Served) -> str:
    events = [event for event in answer.events if event != "[DONE]"]
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in events if e["choices"])


async def ask(server: Serving, text: str, **more: Any) -> Served:
    return await server.chat(messages=[{"role": "user", "content": text}], **more)


async def test_the_same_is_answered_again_for_nothing_and_written_down(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, PRICED + EXACT)
        async with serving(tmp_path) as server:
            first = await server.chat(temperature=0, user="one")
            again = await server.post(
                "/v1/chat/completions",
                b'{"messages":[{"content":"Hello?","role":"user"}],"temperature":0,"model":"up/stand-in","user":"two"}',
            )
            other = await server.chat(temperature=1)
            served = await server.served()
        assert len(provider.requests) == 2
    assert "x-vouch-cache" not in first.headers
    assert again.headers["x-vouch-cache"] == "exact"
    assert again.body == first.body
    assert again.headers["x-vouch-model"] == "up/stand-in"
    assert again.headers["x-vouch-attempts"] == again.headers["x-vouch-cost"] == "0"
    assert again.headers["x-vouch-saved"] == first.headers["x-vouch-cost"] != "0"
    assert words(other) == "Answer number 2."
    assert [one.cached for one in served] == ["", "exact", ""]
    assert served[1].cost is not None
    assert served[1].cost.amount == 0
    assert served[1].saved == served[0].cost
    assert served[1].usage.total_tokens == 0
    assert served[1].response == served[0].response


async def test_a_stream_is_replayed_as_a_whole_and_a_whole_as_a_stream(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with serving(tmp_path) as server:
            whole = await ask(server, "one")
            as_stream = await ask(server, "one", stream=True, stream_options={"include_usage": True})
            stream = await ask(server, "two", stream=True)
            same = await ask(server, "two", stream=True)
            as_whole = await ask(server, "two")
            told = await ask(server, "two", stream=True, stream_options={"include_usage": True})
        assert len(provider.requests) == 2
    assert streamed(as_stream) == words(whole)
    assert as_stream.events[-1] == "[DONE]"
    assert as_stream.events[-2]["usage"] == {
        **whole.json["usage"],
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert same.body == stream.body
    assert words(as_whole) == streamed(stream) == streamed(told) == "Answer number 2."
    assert as_whole.json["choices"][0]["finish_reason"] == "stop"
    assert all(one.headers["x-vouch-cache"] == "exact" for one in (as_stream, same, as_whole, told))


async def test_every_format_with_its_official_client(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with (
            serving(tmp_path) as server,
            openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client,
            anthropic.AsyncAnthropic(base_url=server.address, api_key="x") as other,
        ):
            said: list[Any] = [{"role": "user", "content": "Hello"}]
            message = await other.messages.create(model="up/stand-in", max_tokens=9, messages=said)
            async with other.messages.stream(model="up/stand-in", max_tokens=9, messages=said) as stream:
                assert await stream.get_final_text() == message.content[0].text == "Answer number 1."  # type: ignore[union-attr]
                assert (await stream.get_final_message()).stop_reason == "end_turn"
            async with client.responses.stream(model="up/stand-in", input="Hello") as stream:
                async for _ in stream:
                    pass
                final = await stream.get_final_response()
            response = await client.responses.create(model="up/stand-in", input="Hello")
            assert response.output_text == final.output_text == "Answer number 2."
            one = await client.embeddings.create(model="up/stand-in", input="Hello")
            two = await client.embeddings.create(model="up/stand-in", input="Hello")
            assert one.data[0].embedding == two.data[0].embedding
            assert len(provider.requests) == 3


async def test_texts_are_completed_once(tmp_path: Path) -> None:
    write_project(
        tmp_path, "http://127.0.0.1:9/v1", '[apps]\nechoing = "app:echoing"\n[serve.cache.all]\ntools = true\n'
    )
    (tmp_path / "app.py").write_text(
        "from vouch import App, Prompt\nfrom vouch.models.scripted import Scripted\n"
        "said = []\n"
        "def answer(request):\n    said.append(1)\n    return f'{len(said)}: ' + request.messages[-1].text\n"
        "echoing = App(name='echoing', prompt=Prompt.text('x'), models=[Scripted(answer)])\n"
    )
    async with serving(tmp_path) as server, openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client:
        whole = await client.completions.create(model="app/echoing", prompt="Once")
        words = ""
        async for chunk in await client.completions.create(model="app/echoing", prompt="Once", stream=True):
            words += chunk.choices[0].text
        assert whole.choices[0].text == words == "1: Once"
        async for _ in await client.completions.create(model="app/echoing", prompt="Twice", stream=True):
            pass
        again = await client.completions.create(model="app/echoing", prompt="Twice")
        assert again.choices[0].text == "2: Twice"


@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ({"tools": [TOOL]}, 2),
        ({"conversation": "c1"}, 2),
        ({"max_tokens": 1}, 2),
        ({"user": "somebody"}, 1),
        ({"n": 1}, 1),
    ],
)
async def test_what_is_not_given_again(tmp_path: Path, more: dict[str, Any], sent: int) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with serving(tmp_path) as server:
            await server.chat(**more)
            await server.chat(**more)
        assert len(provider.requests) == sent


async def test_errors_and_broken_streams_are_not_kept(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "word " * 30, faults=[Fault(kind="cut", share=1.0)]) as provider:
        write_project(tmp_path, provider.address, EXACT + "[serve]\nattempts = 1\n")
        async with serving(tmp_path) as server:
            await server.chat(stream=True)
            again = await server.chat(stream=True)
    assert "x-vouch-cache" not in again.headers


async def test_tools_are_kept_where_that_is_allowed_but_never_a_call(tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> Any:
        call: dict[str, Any] = {"name": "f", "arguments": {}}
        return {"tool_calls": [call]} if "Call" in str(body["messages"]) else "Said."

    async with StandIn(reply=reply) as provider:
        write_project(tmp_path, provider.address, "[serve.cache.all]\ntools = true\n")
        async with serving(tmp_path) as server:
            for text in ("Say", "Say", "Call", "Call"):
                await ask(server, text, tools=[TOOL])
        assert len(provider.requests) == 3


async def test_what_the_client_says_about_caching_is_honoured(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with serving(tmp_path) as server:
            answers = [
                words(await server.chat(headers={"cache-control": control} if control else None))
                for control in ("no-store", "", "no-store", "no-cache", "", "max-age=0", "max-age=600")
            ]
    numbers = [int(answer.split()[2].rstrip(".")) for answer in answers]
    assert numbers == [1, 2, 3, 4, 4, 5, 5]


def test_wishes() -> None:
    assert wish_of(b"") == Wish()
    assert wish_of(b"No-Store") == Wish(reads=False, keeps=False)
    assert wish_of(b"max-age=5, no-cache") == Wish(reads=False, age=5.0)


async def test_nobody_gets_the_answer_to_anothers_key(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        more = '[serve.cache.team]\nscope = "team"\nkeys = ["a", "b", "c"]\n[serve.cache.own]\n'
        write_project(tmp_path, provider.address, more)
        (tmp_path / ".vouch").mkdir()
        database = await asyncio.to_thread(Database.open, tmp_path / ".vouch/journal.db")
        teams = {"a": "red", "b": "red", "c": "", "d": "red"}
        tokens = {name: make_key(database, Terms(name=name, team=team))[1] for name, team in teams.items()}
        database.close()
        async with serving(tmp_path, demanded=True) as server:
            answers = {
                name: words(await server.chat(headers={"authorization": f"Bearer {token}"}))
                for name, token in [*tokens.items(), ("c", tokens["c"]), ("d", tokens["d"])]
            }
            refused = await server.chat(headers={"authorization": "Bearer vk-none"})
    assert answers["a"] == answers["b"] == "Answer number 1."
    assert (answers["c"], answers["d"]) == ("Answer number 2.", "Answer number 3.")
    assert refused.status == 401


async def test_only_the_models_of_a_rule(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        more = '[routes.auto]\nmodels = ["up/stand-in"]\n[serve.cache.faq]\nmodels = ["auto"]\nscope = "everyone"\n'
        write_project(tmp_path, provider.address, more)
        async with serving(tmp_path) as server:
            for model in ("auto", "auto", "up/stand-in", "up/stand-in"):
                await server.chat(model)
        assert len(provider.requests) == 3


async def test_what_another_model_of_the_route_said_is_not_kept(tmp_path: Path) -> None:
    async with StandIn(faults=[Fault(kind="error", share=1.0)]) as broken, StandIn(reply=counting()) as whole:
        more = (
            f'[providers.two]\naddress = "{whole.address}"\n[routes.auto]\nmodels = ["up/stand-in", "two/stand-in"]\n'
        )
        write_project(tmp_path, broken.address, more + EXACT)
        async with serving(tmp_path) as server:
            await server.chat("auto")
            again = await server.chat("auto")
    assert words(again) == "Answer number 2."


async def test_the_same_in_other_words(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, PRICED + SEMANTIC)
        async with serving(tmp_path) as server:
            first = await ask(server, "How do I reset my password?")
            near = await ask(server, "How can I reset my password", stream=True)
            negated = await ask(server, "How do I not reset my password?")
            other = await server.chat(
                messages=[
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "How can I reset my password"},
                ]
            )
            long = await ask(server, "How do I reset my password? " * 20)
            longer = await ask(server, "How do I reset my password? " * 20 + "And why?")
            served = await server.served()
    assert near.headers["x-vouch-cache"] == "semantic"
    assert streamed(near) == words(first)
    assert {words(one) for one in (negated, other, long, longer)} == {f"Answer number {n}." for n in (2, 3, 4, 5)}
    assert served[1].cached == "semantic"
    assert served[1].saved is not None
    assert served[1].saved.amount > Decimal(0)


async def test_a_semantic_cache_looks_at_one_plain_question_in_every_format(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, SEMANTIC)
        async with serving(tmp_path) as server:
            for path, field in (("/v1/messages", "messages"), ("/v1/responses", "input")):
                for text, hit in (("Where is my parcel now?", False), ("Where's my parcel now?", True)):
                    asked: Any = [{"role": "user", "content": [{"type": "text", "text": text}]}]
                    body = {"model": "up/stand-in", "max_tokens": 50, field: asked}
                    if field == "input":
                        body = {"model": "up/stand-in", "input": text}
                    answer = await server.post(path, body)
                    assert ("x-vouch-cache" in answer.headers) is hit


async def test_what_would_lose_something_is_asked_anew(tmp_path: Path) -> None:
    async with StandIn(reply=counting()) as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with serving(tmp_path) as server:
            await server.chat(logprobs=True)
            again = await server.chat(logprobs=True)
            stream = await server.chat(logprobs=True, stream=True)
    assert again.headers["x-vouch-cache"] == "exact"
    assert "x-vouch-cache" not in stream.headers


async def test_a_body_that_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    async with StandIn() as provider:
        write_project(tmp_path, provider.address, EXACT)
        async with serving(tmp_path) as server:
            for _ in range(2):
                odd = b'{"model":"up/stand-in","messages":[{"role":"user","content":"\xff"}]}'
                answer = await server.post("/v1/chat/completions", odd)
                assert "x-vouch-cache" not in answer.headers


async def test_an_answer_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "word " * 900) as provider:
        write_project(tmp_path, provider.address, EXACT + "bytes = 4000\n")
        async with serving(tmp_path) as server:
            for stream in (False, False, True, True):
                await server.chat(stream=stream)
        assert len(provider.requests) == 4
