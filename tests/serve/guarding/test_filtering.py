"""Tests of streams through filters: what is held back comes before the end, in every format, and once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vouch.serve.faces.spots import Spot, Texts
from vouch.serve.faces.texts import TEXTS
from vouch.serve.guarding.events import Cutter, data_of, is_named, json_of, written
from vouch.serve.guarding.filtering import Filtering


class Slow:
    """A filter that is always one piece behind, in capitals."""

    def __init__(self, spot: Spot) -> None:
        self.spot = spot
        self._rest = ""

    async def feed(self, text: str) -> str:
        told, self._rest = self._rest, text.upper()
        return told

    async def rest(self) -> str:
        told, self._rest = self._rest, ""
        return told


def chunk(delta: dict[str, Any], finish: str | None = None, index: int = 0) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": {"content": []}}
    return {"id": "c", "choices": [choice]}


async def passed(face: str, events: list[dict[str, Any] | bytes], *, named: bool = False, cut: int = 7) -> list[Any]:
    """The JSON of the events that come out, the stream fed in pieces of a few bytes."""
    texts: Texts = TEXTS[face]
    stream = b"".join(event if isinstance(event, bytes) else written(event, named=named) for event in events)
    filtering = Filtering(texts, Slow)
    out = b""
    for start in range(0, len(stream), cut):
        out += await filtering.pass_on(stream[start : start + cut])
    out += await filtering.rest()
    lines = [line[6:] for line in out.decode().splitlines() if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


async def test_chat_words_and_calls() -> None:
    events: list[Any] = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "one "}),
        b": a comment\n\n",
        chunk({"content": "two"}),
        chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
        chunk({}, "tool_calls"),
        {"id": "c", "choices": [], "usage": {"total_tokens": 3}},
        b"data: [DONE]\n\n",
    ]
    told = await passed("chat", events)
    deltas = [event["choices"][0]["delta"] for event in told[:-1] if event["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "ONE TWO"
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert "".join(call["function"]["arguments"] for call in calls) == '{"A":1}'
    assert [call["function"].get("name") for call in calls].count("f") == 1
    finishes = [event["choices"][0]["finish_reason"] for event in told[:-1] if event["choices"]]
    assert finishes[-1] == "tool_calls"
    assert finishes.count("tool_calls") == 1
    assert told[-1] == "[DONE]"
    changed = [event for event in told[:-1] if event["choices"] and event["choices"][0]["delta"].get("content")]
    assert all(event["choices"][0]["logprobs"] in (None, {"content": []}) for event in changed)


async def test_words_in_the_last_chunk_are_not_held_back_beyond_it() -> None:
    told = await passed("chat", [chunk({"content": "one "}), chunk({"content": "two"}, "stop"), b"data: [DONE]\n\n"])
    assert [event["choices"][0]["delta"]["content"] for event in told[:-1]] == ["", "ONE TWO"]


async def test_several_choices_are_kept_apart() -> None:
    events: list[Any] = [
        chunk({"content": "a"}),
        chunk({"content": "x"}, index=1),
        chunk({"content": "b"}),
        chunk({}, "stop"),
        chunk({"content": "y"}, index=1),
        chunk({}, "stop", index=1),
    ]
    told = await passed("chat", events)
    for index, words in ((0, "AB"), (1, "XY")):
        mine = [event["choices"][0] for event in told if event["choices"][0]["index"] == index]
        assert "".join(choice["delta"].get("content", "") for choice in mine) == words
        assert mine[-1]["finish_reason"] == "stop"


async def test_messages_end_each_block_with_all_its_words() -> None:
    events: list[Any] = [
        {"type": "message_start", "message": {"content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hello "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "you"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "1}"}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}},
        {"type": "message_stop"},
    ]
    told = await passed("messages", events, named=True)
    deltas = [event["delta"] for event in told if event["type"] == "content_block_delta"]
    assert "".join(delta.get("text", "") for delta in deltas) == "HELLO YOU"
    assert "".join(delta.get("partial_json", "") for delta in deltas) == '{"A":1}'
    kinds = [event["type"] for event in told]
    assert kinds[-4:] == ["content_block_delta", "content_block_stop", "message_delta", "message_stop"]
    assert kinds.count("content_block_stop") == 2


async def test_responses_are_numbered_again_and_their_wholes_changed_at_once() -> None:
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hello you"}]}
    events: list[Any] = [
        {"type": "response.created", "response": {"output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}},
        {"type": "response.output_text.delta", **place, "delta": "hello ", "logprobs": [{"token": "hello "}]},
        {"type": "response.output_text.delta", **place, "delta": "you", "logprobs": []},
        {"type": "response.output_text.done", **place, "text": "hello you"},
        {"type": "response.content_part.done", **place, "part": {"type": "output_text", "text": "hello you"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"output": [item]}},
    ]
    numbered = [event | {"sequence_number": at} for at, event in enumerate(events)]
    told = await passed("responses", numbered, named=True)
    assert [event["sequence_number"] for event in told] == list(range(9))
    words = [event for event in told if event["type"] == "response.output_text.delta"]
    assert "".join(event["delta"] for event in words) == "HELLO YOU"
    assert words[0]["logprobs"] == []
    assert told[5]["text"] == told[6]["part"]["text"] == "HELLO YOU"
    assert told[8]["response"]["output"][0]["content"][0]["text"] == "HELLO YOU"


async def test_completions() -> None:
    events: list[Any] = [
        {"choices": [{"index": 0, "text": "a"}]},
        {"choices": [{"index": 0, "text": "b", "finish_reason": None}]},
        {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]},
    ]
    told = await passed("completions", events)
    assert "".join(event["choices"][0]["text"] for event in told) == "AB"
    assert told[-1]["choices"][0]["finish_reason"] == "stop"


async def test_a_stream_that_just_ends_gives_up_what_was_held_back() -> None:
    last = b'data: {"choices": [{"index": 0, "delta": {"content": "b"}}]}'
    told = await passed("chat", [chunk({"content": "a"}), last])
    assert "".join(event["choices"][0]["delta"]["content"] for event in told) == "AB"


async def test_embeddings_have_no_words() -> None:
    assert await passed("embeddings", [{"data": []}]) == [{"data": []}]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
def test_events_are_cut_and_read(end: bytes) -> None:
    cutter = Cutter()
    first = b'event: x\ndata: {"type":"x"}' + end
    assert cutter.feed(first[:9]) == []
    assert cutter.feed(first[9:] + b"data: no") == [first]
    assert cutter.rest() == [b"data: no\n\n"]
    assert cutter.rest() == []
    assert is_named(first)
    assert json_of(first) == {"type": "x"}
    assert data_of(b": comment\n\n") == b""
    assert json_of(b"data: [1]\n\n") is None
