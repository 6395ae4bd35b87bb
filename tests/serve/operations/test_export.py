"""Tests of spans: what they say, and that a collector gets them, now or when it is back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from serve.serving import serving, write_project
from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.serve.keys.gate import Gate
from vouch.serve.operations.desk import Desk
from vouch.serve.operations.export import Destination, Exporter, as_otlp, destination
from vouch.serve.operations.following import Following
from vouch.serve.operations.spans import Span, of_request, of_run, trace_of
from vouch.testing.provider import StandIn
from vouch.values.event import (
    Attempt,
    EffectDone,
    Event,
    InputGiven,
    ModelAnswered,
    ModelFailed,
    RequestServed,
    RunFinished,
    RunStarted,
    RunWaiting,
    ToolRead,
)
from vouch.values.identifier import new_id
from vouch.values.money import Money, Usage

SERVED = RequestServed(
    face="chat",
    asked="auto",
    model="google/flash",
    key="k1",
    attempts=(Attempt("openai/small", 500, "Failure", 0.2), Attempt("google/flash", 200, "", 0.3)),
    usage=Usage(10, 5),
    cost=Money(Decimal("0.5")),
    seconds=1.0,
    streamed=True,
    request="words of the client",
)


class Collector:
    """Takes spans over HTTP, as a collector does; the first answers are those of `statuses`."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heads: list[str] = []
        self.spans: list[dict[str, Any]] = []
        self.services: set[str] = set()
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                status = self.statuses.pop(0) if self.statuses else 200
                self.heads.append(head)
                if status == 200:
                    for resource in body["resourceSpans"]:
                        self.services.add(resource["resource"]["attributes"][0]["value"]["stringValue"])
                        for scope in resource["scopeSpans"]:
                            self.spans += scope["spans"]
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\n\r\n{}" % status)
        except asyncio.IncompleteReadError:
            writer.close()

    async def until(self, count: int) -> None:
        """Wait until it has so many spans."""
        for _ in range(500):
            if len(self.spans) >= count:
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"{len(self.spans)} spans of {count} came")


@asynccontextmanager
async def collecting(*statuses: int) -> AsyncGenerator[Collector]:
    collector = Collector(*statuses)
    server = await asyncio.start_server(collector.serve, "127.0.0.1", 0)
    async with server:
        collector.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield collector


def told(span: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a span on the wire."""
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def test_a_request_and_its_attempts() -> None:
    run = new_id()
    root, first, second = of_request(run, 100.0, SERVED)
    assert (root.name, root.kind, root.begun, root.ended, root.parent, root.error) == ("chat auto", 2, 99, 100, "", "")
    assert root.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": "auto",
        "gen_ai.response.model": "flash",
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "http.response.status_code": 200,
        "vouch.run": run,
        "vouch.face": "chat",
        "vouch.key": "k1",
        "vouch.cost": 0.5,
        "vouch.currency": "USD",
    }
    assert first.trace == second.trace == root.trace == trace_of(run)
    assert first.parent == second.parent == root.id
    assert len({root.id, first.id, second.id}) == 3
    assert (first.name, first.kind, first.error) == ("chat small", 3, "Failure")
    assert first.attributes["error.type"] == "Failure"
    assert (second.begun, second.ended) == (pytest.approx(99.2), pytest.approx(99.5))
    assert second.attributes["gen_ai.provider.name"] == "gcp.gemini"


def test_faults_are_errors_and_refusals_are_not() -> None:
    late = RequestServed(face="embeddings", asked="a", status=504, code="timeout", attempts=(Attempt("app/x", 503),))
    root, attempt = of_request("any name", 1.0, late)
    assert (root.name, root.error, attempt.error) == ("embeddings a", "timeout", "503")
    (refused,) = of_request("r", 1.0, RequestServed(face="completions", asked="a", status=429, code="slow_down"))
    assert (refused.error, refused.attributes["error.type"]) == ("", "slow_down")
    assert refused.attributes["gen_ai.operation.name"] == "text_completion"


def test_traces_are_the_numbers_of_runs() -> None:
    run = new_id()
    milliseconds = int(trace_of(run), 16) >> 80
    assert abs(milliseconds - time.time() * 1000) < 60_000
    assert len(trace_of("imported:1")) == len(trace_of(run)) == 32
    assert trace_of("imported:1") != trace_of("imported:2")


def run_of(name: str, *bodies: Any, first: int = 0) -> list[Event]:
    return [Event(name, seq, 100.0 + seq, body) for seq, body in enumerate(bodies, first)]


STARTED = RunStarted(app="support", version="v", key="k", input="hello")
FINISHED = RunFinished(status="answered", usage=Usage(7, 8), cost=Money(Decimal(1)))


def test_a_run_of_an_app() -> None:
    events = run_of(
        new_id(),
        STARTED,
        ModelFailed(model="openai/m", request="r", error="RateLimited", message="no words of it", seconds=0.5),
        ModelAnswered(model="openai/m", request="r", text="words", usage=Usage(3, 4), served="m-2026", seconds=0.25),
        ToolRead(call_id="c1", name="look_up", content="words", seconds=0.1),
        EffectDone(call_id="c2", name="refund", key="k", content="words", failed=True),
        FINISHED,
    )
    root, failed, model, tool, write = of_run("support", events)
    assert (root.name, root.kind, root.begun, root.ended) == ("invoke_agent support", 1, 100, 105)
    assert root.attributes["gen_ai.agent.name"] == "support"
    assert (root.attributes["vouch.status"], root.attributes["gen_ai.usage.input_tokens"]) == ("answered", 7)
    assert (failed.error, failed.attributes["error.type"]) == ("RateLimited", "RateLimited")
    assert (model.name, model.kind, model.begun) == ("chat m", 3, 101.75)
    assert model.attributes["gen_ai.response.model"] == "m-2026"
    assert (tool.name, tool.attributes["gen_ai.tool.call.id"]) == ("execute_tool look_up", "c1")
    assert (write.error, write.attributes["gen_ai.tool.name"]) == ("tool_failed", "refund")
    assert {one.parent for one in (failed, model, tool, write)} == {root.id}
    assert "words" not in str([root, failed, model, tool, write])
    (ended,) = of_run("support", run_of("r", RunFinished(status="failed", why="words")))
    assert (ended.error, ended.attributes["error.type"]) == ("failed", "failed")


def test_otlp_as_the_protocol_has_it() -> None:
    span = Span("0" * 32, "1" * 16, "2" * 16, "n\ud800", 3, 1.5, 2.0, {"a": True, "b": 3, "c": 0.5, "d": "x"}, "bad")
    (resource,) = as_otlp([span], "shop")["resourceSpans"]
    assert resource["resource"]["attributes"] == [{"key": "service.name", "value": {"stringValue": "shop"}}]
    assert resource["scopeSpans"][0]["spans"] == [
        {
            "traceId": "0" * 32,
            "spanId": "1" * 16,
            "parentSpanId": "2" * 16,
            "name": "n\\ud800",
            "kind": 3,
            "startTimeUnixNano": "1500000000",
            "endTimeUnixNano": "2000000000",
            "attributes": [
                {"key": "a", "value": {"boolValue": True}},
                {"key": "b", "value": {"intValue": "3"}},
                {"key": "c", "value": {"doubleValue": 0.5}},
                {"key": "d", "value": {"stringValue": "x"}},
            ],
            "status": {"code": 2, "message": "bad"},
        }
    ]


def test_where_spans_go() -> None:
    assert destination("", {}) is None
    assert destination("http://c:4318/", {}) == Destination("http://c:4318/v1/traces")
    named = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://c",
        "OTEL_EXPORTER_OTLP_HEADERS": "Api-Key=a%20b,broken",
        "OTEL_SERVICE_NAME": "shop",
    }
    assert destination("", named) == Destination("https://c/v1/traces", {"api-key": "a b"}, "shop")
    whole = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/t", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://no"}
    assert destination("", whole) == Destination("https://c/t")
    with pytest.raises(ConfigError, match="is no address"):
        destination("collector:4318", {})


async def test_a_collector_gets_them_when_it_is_back() -> None:
    async with collecting(503, 429) as collector:
        to = Destination(f"{collector.address}/v1/traces", {"api-key": "k"}, "shop")
        exporter = Exporter(to, linger=0.01, pauses=(0.01, 0.01))
        exporter.saw(new_id(), SERVED)
        await collector.until(3)
        await asyncio.to_thread(exporter.close)
    assert len(collector.heads) == 3
    assert collector.heads[0].startswith("post /v1/traces http/1.1")
    assert "api-key: k" in collector.heads[0]
    assert collector.services == {"shop"}


@pytest.mark.parametrize(("statuses", "asked"), [((400,), 1), ((503,) * 3, 3)])
async def test_what_is_not_taken_is_lost_and_said(
    statuses: tuple[int, ...], asked: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with collecting(*statuses) as collector:
        exporter = Exporter(Destination(collector.address), linger=0.01, pauses=(0.01, 0.01))
        exporter.saw(new_id(), SERVED)
        while "entries are lost" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        exporter.saw(new_id(), SERVED)
        await collector.until(3)
        await asyncio.to_thread(exporter.close)
    assert len(collector.heads) == asked + 1


async def test_a_gateway_sends_what_it_served(tmp_path: Path) -> None:
    async with collecting() as collector, StandIn() as provider:
        write_project(tmp_path, provider.address)
        desk = Desk(Gate(demanded=False))
        desk.exporter = Exporter(Destination(collector.address), linger=0.01)
        desk.watched_by(desk.exporter.saw)
        async with serving(tmp_path, desk=desk) as server:
            answer = await server.chat()
            await collector.until(2)
        await asyncio.to_thread(desk.exporter.close)
    root, attempt = collector.spans
    assert told(root)["vouch.run"] == answer.headers["x-vouch-run"]
    assert attempt["parentSpanId"] == root["spanId"]


async def test_runs_are_followed_part_by_part(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    old, chat = new_id(), new_id()
    await journal.append(old, 0, STARTED, FINISHED)
    async with collecting() as collector:
        exporter = Exporter(Destination(collector.address), linger=0.01)
        following = Following(journal, lambda: ["support"], exporter)
        await following.look()
        answered = ModelAnswered(model="openai/m", request="r")
        await journal.append(chat, 0, STARTED, answered)
        await following.look()
        assert collector.spans == [], "it goes on"
        await journal.append(chat, 2, RunWaiting(of="customer", output="hello"))
        await following.look()
        await collector.until(2)
        await journal.append(chat, 3, InputGiven(input="more"), answered, answered, FINISHED)
        await following.look()
        await following.look()
        await collector.until(5)
        await asyncio.to_thread(exporter.close)
    await journal.aclose()
    assert [span["name"] for span in collector.spans] == [
        "invoke_agent support",
        "chat m",
        "invoke_agent support",
        "chat m",
        "chat m",
    ]
    assert {span["traceId"] for span in collector.spans} == {trace_of(chat)}
    assert len({span["spanId"] for span in collector.spans}) == 5
