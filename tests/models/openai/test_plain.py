"""Tests of the common answer, read in one go: it is what the long way makes of it, and nothing else is read so."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from vouch.errors import MalformedAnswer, ModelError
from vouch.models.openai.errors import Asked
from vouch.models.openai.plain import plain_of
from vouch.models.openai.read import read_answer, read_completion
from vouch.values.request import TokenLogprob

ASKED = Asked("any/model", "host")

TOKENS = [
    {
        "token": "h\u00e9",
        "logprob": -0.1,
        "bytes": [104, 195, 169],
        "top_logprobs": [{"token": "h\u00e9", "logprob": -0.1, "bytes": None}, {"token": "y", "logprob": -3.5}],
    },
    {"token": "!", "logprob": 0, "bytes": [33], "top_logprobs": []},
    {"token": "?", "logprob": -9999.0},
]
CALL = {"id": "c-1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}


def body(message: dict[str, Any] | None = None, choice: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": "hi"} if message is None else message
    first = {"index": 0, "message": said, "finish_reason": "stop", **(choice or {})}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [first], **rest}


@pytest.mark.parametrize(
    "answer",
    [
        body(),
        body({"content": None}),
        body({"role": "assistant", "content": "", "refusal": None, "annotations": [], "audio": None}),
        body({"content": None, "tool_calls": [CALL, {**CALL, "index": 1, "function": {"name": "n", "arguments": ""}}]}),
        body(choice={"finish_reason": "length"}),
        body(choice={"finish_reason": None, "index": None}),
        body(choice={"logprobs": {"content": TOKENS, "refusal": None}}),
        body(choice={"logprobs": {"content": None, "refusal": TOKENS}}),
        body(choice={"logprobs": {}}),
        body(service_tier="default", system_fingerprint=None, usage=None),
        body(
            usage={
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "total_tokens": 12,
                "prompt_tokens_details": {"cached_tokens": 2, "audio_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": 1, "audio_tokens": 0, "of_our_own": 5},
                "what": {"is": "new"},
            }
        ),
        body(id=7, model=None),
    ],
)
def test_a_common_answer_is_read_as_the_long_way_reads_it(answer: dict[str, Any]) -> None:
    written = json.dumps(answer).encode()
    assert plain_of(written) is not None
    read = read_answer(written, ASKED)
    long = read_completion(answer, ASKED)
    assert msgspec.to_builtins(read) == msgspec.to_builtins(long)
    assert msgspec.json.decode(msgspec.json.encode(read)) == msgspec.json.decode(msgspec.json.encode(long))


@pytest.mark.parametrize(
    "answer",
    [
        body({"content": [{"type": "text", "text": "hi"}]}),
        body({"content": "hi", "refusal": "no"}),
        body({"content": "hi", "annotations": [{"type": "x"}]}),
        body({"content": "hi", "reasoning_content": "hm"}),
        body({"content": "hi", "new": 1}),
        body({"content": None, "tool_calls": [{**CALL, "id": None}]}),
        body({"content": None, "tool_calls": [{**CALL, "extra": 1}]}),
        body({"content": None, "tool_calls": [{**CALL, "function": {"name": "look", "arguments": {"a": 1}}}]}),
        body(choice={"stop_reason": None}),
        body(choice={"logprobs": {"content": [{"token": "a", "logprob": -1.0, "rank": 1}]}}),
        body(choice={"logprobs": {"tokens": ["a"], "token_logprobs": [-1.0]}}),
        body(provider="somebody"),
        {**body(), "choices": [*body()["choices"], {**body()["choices"][0], "index": 1}]},
    ],
)
def test_whatever_is_more_or_otherwise_goes_the_long_way(answer: dict[str, Any]) -> None:
    written = json.dumps(answer).encode()
    assert plain_of(written) is None
    read, again = (msgspec.to_builtins(one) for one in (read_answer(written, ASKED), read_completion(answer, ASKED)))
    if answer["choices"][0]["message"].get("tool_calls", [CALL])[0]["id"]:
        assert read == again


@pytest.mark.parametrize(
    "answer",
    [
        body(usage="many"),
        body(choice={"finish_reason": "error"}),
        body({"content": None, "tool_calls": [{**CALL, "function": {"name": "", "arguments": ""}}]}),
        {"choices": []},
        {"error": {"message": "no"}},
    ],
)
def test_what_is_no_answer_is_the_same_error(answer: dict[str, Any]) -> None:
    with pytest.raises(ModelError) as long:
        read_completion(answer, ASKED)
    with pytest.raises(ModelError) as short:
        read_answer(json.dumps(answer).encode(), ASKED)
    assert (type(short.value), str(short.value)) == (type(long.value), str(long.value))


def test_what_is_no_json_is_an_error() -> None:
    for broken in (b"{", b"\xff", b"[" * 100_000):
        assert plain_of(broken) is None
        with pytest.raises(MalformedAnswer):
            read_answer(broken, ASKED)


def test_log_probabilities_are_read_with_their_alternatives() -> None:
    read = read_answer(json.dumps(body(choice={"logprobs": {"content": TOKENS}})).encode(), ASKED)
    assert read.logprobs == (
        TokenLogprob("h\u00e9", -0.1, (("h\u00e9", -0.1), ("y", -3.5))),
        TokenLogprob("!", 0.0),
        TokenLogprob("?", -9999.0),
    )
