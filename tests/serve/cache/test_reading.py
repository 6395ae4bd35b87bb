"""Tests of answers read back: what is whole, what is plain, and what is neither."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vouch.serve.cache.reading import answer_of, is_plain, is_whole


def chat(**message: Any) -> bytes:
    finish = message.pop("finish_reason", "stop")
    said = {"role": "assistant", "content": "a", **message}
    return json.dumps({"id": "c", "choices": [{"index": 0, "message": said, "finish_reason": finish}]}).encode()


def text(finish: str = "stop", **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": "a", "finish_reason": finish, **more}], "usage": {"prompt_tokens": 1}}


@pytest.mark.parametrize(
    ("face", "body", "whole"),
    [
        ("chat", chat(), True),
        ("chat", chat(finish_reason="length"), False),
        ("chat", chat(finish_reason="content_filter"), False),
        ("chat", b'{"error": {"message": "no"}}', False),
        ("chat", b"{", False),
        ("completions", json.dumps(text()).encode(), True),
        ("completions", json.dumps(text("length")).encode(), False),
        ("completions", json.dumps(text(index=1)).encode(), False),
        ("completions", b"\xff", False),
        ("embeddings", b'{"data": []}', True),
        ("embeddings", b'{"error": {}}', False),
        ("count_tokens", b'{"input_tokens": 3}', False),
        ("messages", b'{"content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn"}', True),
        ("messages", b'{"content": [{"type": "text", "text": "a"}], "stop_reason": "max_tokens"}', False),
        ("responses", b'{"status": "completed", "output": []}', True),
        ("responses", b'{"status": "incomplete", "incomplete_details": {"reason": "x"}, "output": []}', False),
    ],
)
def test_only_a_successful_answer_that_ended_of_itself_is_whole(face: str, body: bytes, whole: bool) -> None:
    assert is_whole(face, body, streamed=False) is whole


def test_a_stream_that_lacks_its_end_is_not_whole() -> None:
    head, tail = b"data: " + json.dumps(text("")).encode() + b"\n\n", b"data: " + json.dumps(text()).encode() + b"\n\n"
    assert is_whole("completions", head + tail + b"data: [DONE]\n\n", streamed=True)
    assert not is_whole("completions", head, streamed=True)
    answer = answer_of("completions", head + tail, streamed=True)
    assert answer is not None
    assert (answer.text, answer.usage.input_tokens) == ("aa", 1)


@pytest.mark.parametrize(
    ("more", "plain"),
    [
        ({}, True),
        ({"reasoning_content": "hm"}, True),
        ({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}, False),
        ({"annotations": [{"type": "url_citation", "url_citation": {"url": "u", "start_index": 0}}]}, False),
    ],
)
def test_only_plain_words_are_told_in_another_way(more: dict[str, Any], plain: bool) -> None:
    answer = answer_of("chat", chat(**more), streamed=False)
    assert answer is not None
    assert is_plain(answer) is plain
