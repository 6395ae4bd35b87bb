"""Tests of the gateway on a real port: what goes through, what is turned away, what is written down."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from serve.serving import HELLO, serving, write_project
from vouch.serve.keys.store import make_key, revoke_key
from vouch.serve.keys.terms import Terms
from vouch.store.database import Database
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn

PRICED = '[prices."up/stand-in"]\ninput = "1000000"\noutput = "1000000"\n'


async def test_a_request_goes_through_untouched_and_is_written_down(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "Paris.") as provider:
        write_project(tmp_path, provider.address, PRICED)
        async with serving(tmp_path) as server:
            answer = await server.chat(unknown={"kept": [1, 2.50]})
            (served,) = await server.served()
        assert answer.status == 200
        assert answer.json["choices"][0]["message"]["content"] == "Paris."
        assert provider.requests == [{"model": "stand-in", **HELLO, "unknown": {"kept": [1, 2.50]}}]
    assert (served.face, served.asked, served.model, served.status) == ("chat", "up/stand-in", "up/stand-in", 200)
    assert served.usage.total_tokens == answer.json["usage"]["total_tokens"]
    assert served.cost is not None
    assert served.cost.amount == served.usage.total_tokens
    assert answer.headers["x-vouch-cost"] == str(served.cost.amount)
    assert answer.headers["x-vouch-model"] == "up/stand-in"
    assert str(served.request).startswith('{"model": "up/stand-in"')
    assert str(served.response).encode() == answer.body


async def test_a_stream_goes_through_and_its_usage_is_known_though_nobody_asked_for_it(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "Paris, on the Seine.") as provider:
        write_project(tmp_path, provider.address)
        async with serving(tmp_path) as server:
            quiet = await server.chat(stream=True)
            told = await server.chat(stream=True, stream_options={"include_usage": True})
            first, second = await server.served()
    assert quiet.headers["content-type"].startswith("text/event-stream")
    assert quiet.events[-1] == told.events[-1] == "[DONE]"
    assert "".join(e["choices"][0]["delta"].get("content") or "" for e in quiet.events[:-1]) == "Paris, on the Seine."
    assert all(event["choices"] for event in quiet.events[:-1])
    assert told.events[-2]["usage"]["total_tokens"] == first.usage.total_tokens == second.usage.total_tokens > 0
    assert first.streamed
    assert first.first <= first.seconds


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_request"),
        (b"[]", 400, "invalid_request"),
        (b'{"model": 3, "messages": []}', 400, "invalid_request"),
        (b'{"model": "up/x"}', 400, "invalid_request"),
        (b"\xff\xfe", 400, "invalid_request"),
        (b'{"model": "nowhere/x", "messages": []}', 404, "model_not_found"),
        (b'{"model": "x", "messages": []}', 404, "model_not_found"),
        (b'{"model": "../../etc/passwd", "messages": []}', 404, "model_not_found"),
        (b'{"model": "app/none", "messages": []}', 404, "model_not_found"),
        (b"[" * 100_000, 400, "invalid_request"),
    ],
)
async def test_bad_requests_are_told_so_in_the_format_asked(
    tmp_path: Path, body: bytes, status: int, code: str
) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1")
    async with serving(tmp_path) as server:
        answer = await server.post("/v1/chat/completions", body)
        (served,) = await server.served()
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert (served.status, served.code) == (status, code)
    assert served.why == answer.json["error"]["message"]


async def test_unknown_places_and_methods(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[routes.auto]\nmodels = ["up/a"]\n')
    async with serving(tmp_path) as server:
        assert (await server.post("/v1/none", b"")).status == 404
        assert (await server.post("/v1/chat/completions", b"", method="GET")).status == 405
        models = await server.post("/v1/models", b"", method="GET")
        assert [model["id"] for model in models.json["data"]] == ["auto"]
        assert (await server.post("/healthz", b"", method="GET")).status == 200


async def test_a_provider_that_fails_is_tried_again_and_then_another(tmp_path: Path) -> None:
    async with StandIn(faults=[Fault(kind="error", share=1.0)]) as broken, StandIn(reply=lambda body: "Here.") as whole:
        more = (
            f'[providers.two]\naddress = "{whole.address}"\n[routes.auto]\nmodels = ["up/stand-in", "two/stand-in"]\n'
        )
        write_project(tmp_path, broken.address, more)
        async with serving(tmp_path) as server:
            answer = await server.chat("auto")
            (served,) = await server.served()
    assert answer.json["choices"][0]["message"]["content"] == "Here."
    assert [(attempt.model, attempt.status) for attempt in served.attempts] == [
        ("up/stand-in", 500),
        ("two/stand-in", 200),
    ]
    assert answer.headers["x-vouch-attempts"] == "2"


async def test_the_providers_own_error_reaches_the_client(tmp_path: Path) -> None:
    async with StandIn(faults=[Fault(kind="too_long", share=1.0)]) as provider:
        write_project(tmp_path, provider.address)
        async with serving(tmp_path) as server:
            answer = await server.chat()
    assert answer.status == 400
    assert answer.json["error"]["code"] == "context_length_exceeded"


async def test_a_stream_that_breaks_ends_with_an_error_and_by_the_rules(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "A long answer " * 20, faults=[Fault(kind="cut", share=1.0)]) as provider:
        write_project(tmp_path, provider.address)
        async with serving(tmp_path) as server:
            answer = await server.chat(stream=True)
            (served,) = await server.served()
    if answer.status == 200:
        assert answer.events[-1] == "[DONE]"
        assert answer.events[-2]["error"]["code"] == "upstream_failed"
    assert served.status == 502


async def keyed(root: Path, terms: Terms) -> tuple[str, str]:
    database = await asyncio.to_thread(Database.open, root / ".vouch/journal.db")
    key, token = make_key(database, terms)
    database.close()
    return key.id, token


async def test_keys_are_demanded_and_known(tmp_path: Path) -> None:
    async with StandIn() as provider:
        write_project(tmp_path, provider.address)
        (tmp_path / ".vouch").mkdir()
        name, token = await keyed(tmp_path, Terms(models=("up/*",)))
        async with serving(tmp_path, demanded=True) as server:
            assert (await server.chat()).status == 401
            assert (await server.chat(headers={"authorization": "Bearer vk-wrong"})).status == 401
            right = {"authorization": f"Bearer {token}"}
            assert (await server.chat(headers=right)).status == 200
            assert (await server.chat(headers={"x-api-key": token})).status == 200
            assert (await server.chat("other/x", headers=right)).status == 403
            database = Database.open(tmp_path / ".vouch/journal.db")
            revoke_key(database, name)
            database.close()
            for _ in range(100):
                await asyncio.sleep(0.05)
                if (await server.chat(headers=right)).status == 401:
                    break
            else:
                pytest.fail("a revoked key still opens")
            assert {served.key for served in await server.served()} == {"", name}


async def test_a_hundred_requests_at_once_never_overrun_a_budget(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "one two three", latency=0.05) as provider:
        write_project(tmp_path, provider.address, PRICED)
        (tmp_path / ".vouch").mkdir()
        _, token = await keyed(tmp_path, Terms(budget=Decimal(1000), period="total"))
        async with serving(tmp_path) as server:
            right = {"authorization": f"Bearer {token}"}
            answers = await asyncio.gather(*[server.chat(headers=right, max_tokens=50) for _ in range(100)])
            spent = sum(served.cost.amount for served in await server.served() if served.cost is not None)
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].json["error"]["code"] == "insufficient_quota"
    assert refused[0].headers["x-should-retry"] == "false"
    assert 0 < spent <= 1000


async def test_requests_a_minute_are_limited_and_say_when_to_come_again(tmp_path: Path) -> None:
    async with StandIn() as provider:
        write_project(tmp_path, provider.address)
        (tmp_path / ".vouch").mkdir()
        _, token = await keyed(tmp_path, Terms(requests_per_minute=3))
        async with serving(tmp_path) as server:
            right = {"authorization": f"Bearer {token}"}
            statuses = [(await server.chat(headers=right)).status for _ in range(4)]
            late = await server.chat(headers=right)
    assert statuses == [200, 200, 200, 429]
    assert 1 <= int(late.headers["retry-after"]) <= 62
