"""Real answers of many providers, whole and streamed, read without losing anything we have a word for."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vouch.errors import BadRequest, MalformedAnswer, ModelError, ModelNotFound, RateLimited
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked, refusal
from vouch.models.openai.read import read_answer
from vouch.models.openai.stream import StreamReader
from vouch.models.openai.write import write_message
from vouch.values.message import Message, ToolCall, ToolResult, assistant, system, tool_result, user
from vouch.values.request import Answer, CallDelta, Delta, Done, ReasoningDelta, TextDelta

pytestmark = pytest.mark.data

FINISHES = {"stop": "stop", "tool_calls": "tools", "length": "length", "content_filter": "filtered"}


def load(data: Callable[[str], Path]) -> Iterator[tuple[dict[str, Any], Asked]]:
    with gzip.open(data("gateway/wire_traffic_pydantic_ai.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            exchange = json.loads(line)
            if exchange["path"].endswith("/chat/completions"):
                yield exchange, Asked("any/model", exchange["host"])


def said(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if part["type"] == "text")
    return content or ""


def check_usage(answer: Answer, usage: dict[str, Any]) -> None:
    total, prompt = usage["total_tokens"], usage["prompt_tokens"]
    assert answer.usage.input_tokens == prompt
    assert answer.usage.output_tokens == total - prompt >= usage["completion_tokens"]
    details = usage.get("prompt_tokens_details") or {}
    beside = [usage.get(name) or 0 for name in ("cached_tokens", "num_cached_tokens", "prompt_cache_hit_tokens")]
    assert answer.usage.cache_read_tokens == (details.get("cached_tokens") or max(beside))
    assert answer.usage.cache_write_tokens == (details.get("cache_write_tokens") or 0)
    reasoning = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0
    assert answer.usage.reasoning_tokens == (reasoning or total - prompt - usage["completion_tokens"])


def test_every_recorded_whole_answer_is_read(data: Callable[[str], Path]) -> None:
    hosts: Counter[str] = Counter()
    calls = 0
    for exchange, asked in load(data):
        theirs = exchange["response"]
        if exchange["status"] != 200 or theirs is None:
            continue
        hosts[exchange["host"]] += 1
        answer = read_answer(json.dumps(theirs).encode(), asked)
        choice = theirs["choices"][0]
        message = choice["message"]
        assert answer.text == said(message.get("content"))
        assert [(call.id, call.name, call.arguments) for call in answer.message.calls] == [
            (call["id"], call["function"]["name"], call["function"].get("arguments", "{}"))
            for call in message.get("tool_calls") or ()
        ]
        assert answer.finish == FINISHES[choice["finish_reason"]]
        assert (answer.id, answer.model) == (theirs["id"], theirs["model"])
        check_usage(answer, theirs["usage"])
        calls += len(answer.message.calls)
    assert sum(hosts.values()) == 185
    assert len(hosts) == 9
    assert calls == 77


def streamed(text: str, asked: Asked, seed: int) -> list[Delta]:
    """The deltas of a recorded stream, cut into pieces of random size."""
    raw, drawn = text.encode(), random.Random(seed)
    events, reader = EventReader(), StreamReader(asked)
    deltas: list[Delta] = []
    while raw:
        size = drawn.randint(1, 400)
        for event in events.feed(raw[:size]):
            deltas += reader.read(event)
        raw = raw[size:]
    for event in events.close():
        deltas += reader.read(event)
    return deltas + reader.finish()


def chunks_of(text: str) -> list[dict[str, Any]]:
    data = [line[6:] for line in text.replace("\r\n", "\n").split("\n") if line.startswith("data: ")]
    return [json.loads(one) for one in data if one != "[DONE]"]


def merged_calls(deltas: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    calls: dict[int, list[str]] = {}
    for delta in deltas:
        for piece in delta.get("tool_calls") or ():
            call = calls.setdefault(piece["index"], ["", "", ""])
            call[0] = call[0] or piece.get("id", "")
            call[1] += piece["function"].get("name", "")
            call[2] += piece["function"].get("arguments", "")
    return [(identity, name, arguments) for identity, name, arguments in calls.values()]


def test_every_recorded_stream_is_read(data: Callable[[str], Path]) -> None:
    read = 0
    for number, (exchange, asked) in enumerate(load(data)):
        text = exchange["response_text"]
        if exchange["status"] != 200 or text is None or '"error"' in text:
            continue
        read += 1
        theirs = chunks_of(text)
        deltas = streamed(text, asked, number)
        assert isinstance(deltas[-1], Done)
        answer = deltas[-1].answer
        pieces = [choice["delta"] for chunk in theirs for choice in chunk["choices"]]
        assert answer.text == "".join(piece.get("content") or "" for piece in pieces)
        assert answer.text == "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
        thought = "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta))
        assert thought == "".join(piece.get("reasoning") or "" for piece in pieces)
        expected = merged_calls(pieces)
        assert [(call.id, call.name, call.arguments) for call in answer.message.calls] == expected
        told = [delta for delta in deltas if isinstance(delta, CallDelta)]
        for place, (identity, name, arguments) in enumerate(expected):
            mine = [delta for delta in told if delta.index == place]
            assert (mine[0].id, mine[0].name) == (identity, name)
            assert "".join(delta.arguments for delta in mine) == arguments
        reasons = [choice["finish_reason"] for chunk in theirs for choice in chunk["choices"]]
        assert answer.finish == FINISHES[next(reason for reason in reasons if reason)]
        assert (answer.id, answer.model) == (theirs[0]["id"], theirs[0]["model"])
        usages = [chunk["usage"] for chunk in theirs if chunk.get("usage")]
        if usages:
            check_usage(answer, usages[-1])
    assert read == 29


def test_every_recorded_refusal_is_understood(data: Callable[[str], Path]) -> None:
    understood: list[tuple[str, int | None, type[ModelError]]] = []
    for number, (exchange, asked) in enumerate(load(data)):
        text = exchange["response_text"]
        if exchange["status"] != 200:
            body = json.dumps(exchange["response"]).encode()
            error = refusal(exchange["status"], exchange["response_headers"], body, asked)
            assert exchange["response"]["error"]["message"][:40] in str(error)
        elif text is not None and '"error"' in text:
            with pytest.raises(ModelError) as caught:
                streamed(text, asked, number)
            error = caught.value
        else:
            continue
        assert exchange["host"] in str(error)
        understood.append((exchange["host"], error.status, type(error)))
    assert sorted(understood, key=str) == [
        ("api.groq.com", 400, MalformedAnswer),
        ("api.groq.com", 400, MalformedAnswer),
        ("api.openai.com", 400, BadRequest),
        ("api.openai.com", 400, BadRequest),
        ("api.openai.com", 404, ModelNotFound),
        ("openrouter.ai", 429, RateLimited),
    ]


def ours(message: dict[str, Any]) -> Message | None:
    """A recorded message in our terms, where it holds nothing but what every provider takes."""
    content = message.get("content")
    if isinstance(content, list) or set(message) - {"role", "content", "tool_calls", "tool_call_id"}:
        return None
    if message["role"] in ("system", "user"):
        return (system if message["role"] == "system" else user)(content)
    if message["role"] == "tool":
        return tool_result(ToolResult(message["tool_call_id"], "", content))
    calls = [
        ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    ]
    return assistant(content or "", *calls) if message["role"] == "assistant" else None


def test_every_plain_recorded_message_is_written_as_it_was(data: Callable[[str], Path]) -> None:
    written = 0
    for exchange, _ in load(data):
        for message in (exchange["request"] or {"messages": []})["messages"]:
            mine = ours(message)
            if mine is not None:
                assert write_message(mine) == {"content": None} | message
                written += 1
    assert written > 350
