"""Tests of where the words are: all of them found, by whom they are, and nothing raised by what is of no format."""

from __future__ import annotations

from typing import Any

import pytest

from vouch.serve.faces.spots import Spot
from vouch.serve.faces.texts import TEXTS

CHAT: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "author 1"},
        {"role": "developer", "content": [{"type": "text", "text": "author 2"}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "user 1"}, {"type": "image_url", "image_url": {"url": "u"}}],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "model 1"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "tool 1"},
        {"role": "assistant", "content": "model 2", "refusal": "model 3"},
        {"role": "strange", "content": "user 2"},
        {"role": "function", "content": "tool 2"},
        {"role": "user", "content": "user 3"},
    ],
    "user": "author 3",
    "metadata": {"of": {"deep": ["author 4"]}},
    "prediction": {"type": "content", "content": "author 5"},
}
MESSAGES: dict[str, Any] = {
    "system": [{"type": "text", "text": "author 1", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "user 1"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "sealed", "signature": "s"},
                {"type": "text", "text": "model 1"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"a": ["model 2"]}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "tool 1"}]},
                {"type": "document", "source": {"type": "text", "data": "tool 2"}, "title": "tool 3"},
                {"type": "document", "source": {"type": "base64", "data": "bytes"}},
                {"type": "search_result", "content": [{"type": "text", "text": "tool 4"}]},
                {"type": "image", "source": {"type": "url", "url": "u"}},
                {"type": "text", "text": "user 2"},
            ],
        },
    ],
    "metadata": {"user_id": "author 2"},
}
RESPONSES: dict[str, Any] = {
    "instructions": "author 1",
    "input": [
        {"role": "user", "content": "user 1"},
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "author 2"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "model 1"},
        {"type": "function_call_output", "call_id": "c", "output": "tool 1"},
        {"type": "custom_tool_call", "call_id": "d", "name": "g", "input": "model 2"},
        {"type": "custom_tool_call_output", "call_id": "d", "output": "tool 2"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "sealed"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "user 2"}]},
    ],
    "prompt": {"id": "p", "variables": {"name": "user 3"}},
}


def found(spots: Any) -> list[str]:
    return [spot.text for spot in spots]


@pytest.mark.parametrize(
    ("face", "request_", "last"),
    [
        ("chat", CHAT, "user 3"),
        ("messages", MESSAGES, None),
        ("count_tokens", MESSAGES, None),
        ("responses", RESPONSES, "user 2"),
        ("completions", {"prompt": ["user 1", "user 2", [1, 2]], "suffix": "user 3"}, None),
        ("completions", {"prompt": "user 1", "user": "author 1"}, "user 1"),
        ("embeddings", {"input": ["user 1", "user 2"]}, None),
        ("embeddings", {"input": "user 1"}, None),
    ],
)
def test_all_words_of_a_request_and_whose_they_are(face: str, request_: dict[str, Any], last: str | None) -> None:
    spots = list(TEXTS[face].asked(request_))
    assert [spot.by for spot in spots] == [spot.text.split()[0] for spot in spots]
    told = set(found(spots))
    assert len(told) == len(spots)
    text = str(request_)
    for by in ("author", "user", "model", "tool"):
        for number in range(1, 6):
            assert (f"{by} {number}" in told) is (f"'{by} {number}'" in text)
    question = TEXTS[face].question(request_)
    assert (question.text if question else None) == last


def test_what_is_put_stands_there() -> None:
    request: dict[str, Any] = {"messages": [{"role": "user", "content": [{"type": "text", "text": "old"}]}]}
    (spot,) = TEXTS["chat"].asked(request)
    spot.put("new")
    assert request["messages"][0]["content"][0]["text"] == "new"


def test_questions() -> None:
    chat = TEXTS["chat"]
    assert chat.question({"messages": []}) is None
    assert chat.question({"messages": [{"role": "assistant", "content": "x"}]}) is None
    two = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert chat.question({"messages": [{"role": "user", "content": two}]}) is None
    for face in ("messages", "responses"):
        field = "messages" if face == "messages" else "input"
        question = TEXTS[face].question({field: [{"role": "user", "content": [{"type": "text", "text": "a"}]}]})
        assert question is not None
        assert question.text == "a"
        assert TEXTS[face].question({field: [{"role": "assistant", "content": "x"}]}) is None
    assert TEXTS["responses"].question({"input": "a"}) == Spot({"input": "a"}, "input", "user", ("input",))
    only_a_result: Any = [{"role": "user", "content": [{"type": "tool_result", "content": "a"}]}]
    assert TEXTS["messages"].question({"messages": only_a_result}) is None


def test_all_words_of_an_answer() -> None:
    message = {
        "content": "a",
        "reasoning_content": "b",
        "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, {"custom": {"input": "c"}}],
        "function_call": {"name": "f", "arguments": "d"},
    }
    assert found(TEXTS["chat"].answered({"choices": [{"message": message}]})) == ["a", "b", "{}", "c", "d"]
    assert found(TEXTS["completions"].answered({"choices": [{"text": "a"}, {"text": "b"}]})) == ["a", "b"]
    blocks = [
        {"type": "thinking", "thinking": "a"},
        {"type": "text", "text": "b", "citations": [{"cited_text": "c"}]},
        {"type": "tool_use", "input": {"x": "d"}},
    ]
    spots = list(TEXTS["messages"].answered({"content": blocks}))
    assert found(spots) == ["a", "b", "c", "d"]
    assert [spot.sealed for spot in spots] == [True, False, False, False]
    output = [
        {"type": "reasoning", "summary": [{"text": "a"}]},
        {"type": "message", "content": [{"text": "b"}, {"refusal": "c"}]},
        {"type": "function_call", "arguments": "d"},
        {"type": "custom_tool_call", "input": "e"},
    ]
    assert found(TEXTS["responses"].answered({"output": output})) == ["a", "b", "c", "d", "e"]
    assert found(TEXTS["embeddings"].answered({"data": []})) == []


@pytest.mark.parametrize("face", sorted(TEXTS))
@pytest.mark.parametrize("odd", [None, 3, "x", [], [1, None, "x"], {}, {"a": 1}, [{"content": 3, "role": []}], [[]]])
def test_what_is_of_no_format_has_no_words_and_raises_nothing(face: str, odd: Any) -> None:
    texts = TEXTS[face]
    names = (
        "messages",
        "input",
        "system",
        "choices",
        "content",
        "output",
        "delta",
        "item",
        "part",
        "response",
        "prompt",
    )
    value = dict.fromkeys(names, odd) | {"metadata": odd, "type": "content_block_delta"}
    for spots in (texts.asked(value), texts.answered(value), texts.streamed(value)):
        assert all(isinstance(spot.text, str) for spot in spots)
    texts.question(value)
    texts.ends(value)
    texts.bare(value)


def test_log_probabilities_are_taken_out() -> None:
    chunk: dict[str, Any] = {"choices": [{"logprobs": {"content": [1]}}]}
    TEXTS["chat"].bare(chunk)
    assert chunk["choices"][0]["logprobs"] is None
    event: dict[str, Any] = {"part": {"logprobs": [1]}, "response": {"output": [{"content": [{"logprobs": [1]}]}]}}
    TEXTS["responses"].bare(event)
    assert event["part"]["logprobs"] == event["response"]["output"][0]["content"][0]["logprobs"] == []
    TEXTS["messages"].bare({})
