"""Tests of reading answers: every kind of content, and everything that compatible servers do differently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vouch.errors import BadRequest, ConnectionFailed, MalformedAnswer, Overloaded, RateLimited
from vouch.models.openai.errors import Asked
from vouch.models.openai.read import read_answer
from vouch.models.openai.stream import StreamReader
from vouch.values.message import ToolCall
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, ReasoningDelta, TextDelta, TokenLogprob

ASKED = Asked("any/model", "host")


def whole(message: dict[str, Any] | None = None, choice: dict[str, Any] | None = None, **rest: Any) -> Answer:
    first = {"index": 0, "message": message or {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    return read_answer(json.dumps({"id": "c1", "choices": [first | (choice or {})], **rest}).encode(), ASKED)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **rest: Any) -> str:
    return json.dumps({"id": "c1", "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **rest})


def stream(*chunks: str) -> list[Delta]:
    reader = StreamReader(ASKED)
    return [delta for one in chunks for delta in reader.read(one)] + reader.finish()


def answer_of(deltas: list[Delta]) -> Answer:
    assert isinstance(deltas[-1], Done)
    return deltas[-1].answer


def call(name: str | None = None, arguments: Any = None, **rest: Any) -> dict[str, Any]:
    return {"tool_calls": [{"function": {"name": name, "arguments": arguments}, **rest}]}


def calls_of(deltas: list[Delta]) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in answer_of(deltas).message.calls]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": "hi"}, "hi"),
        ({"content": None}, ""),
        ({}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"text": "b"}]}, "b"),
        ({"content": "hi", "annotations": [{"type": "x"}], "audio": None, "new": {"field": 1}}, "hi"),
    ],
)
def test_text_in_every_form(message: dict[str, Any], text: str) -> None:
    assert whole({"role": "assistant", **message}).text == text
    assert answer_of(stream(chunk(message), chunk(finish="stop"))).text == text


def test_a_refusal_is_the_text_of_a_refused_answer() -> None:
    answer = whole({"content": None, "refusal": "I will not."})
    assert (answer.text, answer.finish) == ("I will not.", "refused")
    deltas = stream(chunk({"refusal": "I will"}), chunk({"refusal": " not."}), chunk(finish="stop"))
    assert deltas[:2] == [TextDelta("I will"), TextDelta(" not.")]
    assert (answer_of(deltas).text, answer_of(deltas).finish) == ("I will not.", "refused")


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning": "hm"},
        {"reasoning_content": "hm"},
        {"reasoning": "hm", "reasoning_content": "hm"},
        {"reasoning": {"not": "words"}, "reasoning_content": "hm"},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
    ],
)
def test_reasoning_is_told_apart_from_the_answer(message: dict[str, Any]) -> None:
    deltas = stream(chunk(message), chunk({"content": "so"}, "stop"))
    assert deltas[:2] == [ReasoningDelta("hm"), TextDelta("so")]
    assert answer_of(deltas).text == "so"


@pytest.mark.parametrize(
    ("reason", "called", "finish"),
    [
        ("stop", False, "stop"),
        ("stop", True, "tools"),
        ("tool_calls", True, "tools"),
        ("tool_calls", False, "stop"),
        ("function_call", True, "tools"),
        ("length", True, "length"),
        ("max_tokens", False, "length"),
        ("model_length", False, "length"),
        ("content_filter", False, "filtered"),
        ("SAFETY", False, "filtered"),
        (None, False, "stop"),
        ("something new", False, "stop"),
    ],
)
def test_why_an_answer_ended(reason: str | None, called: bool, finish: str) -> None:
    message = call("f", "{}", id="1") if called else {"content": "hi"}
    assert whole(message, {"finish_reason": reason}).finish == finish
    if reason is not None:
        assert answer_of(stream(chunk(message), chunk(finish=reason))).finish == finish


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource"])
def test_an_answer_that_failed_midway_is_an_error(reason: str) -> None:
    with pytest.raises(Overloaded, match=f"ended with '{reason}'"):
        whole(choice={"finish_reason": reason})
    error = {"code": 429, "message": "slow down"}
    with pytest.raises(RateLimited, match="slow down"):
        stream(
            chunk({"content": "hi"}),
            json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": reason, "error": error}]}),
        )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ({}, Usage()),
        ({"prompt_tokens": 7, "completion_tokens": 3}, Usage(7, 3)),
        ({"prompt_tokens": 7.0, "completion_tokens": None, "total_tokens": 7}, Usage(7, 0)),
        ({"prompt_tokens": -1, "completion_tokens": 3}, Usage(0, 3)),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "total_tokens": 15,
                "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(10, 5, 4, 2, 3),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 8}, Usage(9, 1, 8)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "num_cached_tokens": 8}, Usage(9, 1, 8)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "cached_tokens": 8}, Usage(9, 1, 8)),
        # Gemini and Grok count reasoning in the total only.
        ({"prompt_tokens": 66, "completion_tokens": 6, "total_tokens": 100}, Usage(66, 34, reasoning_tokens=28)),
    ],
)
def test_usage_in_every_form(usage: dict[str, Any] | None, expected: Usage) -> None:
    assert whole(usage=usage).usage == expected
    assert answer_of(stream(chunk({"content": "hi"}, "stop"), json.dumps({"choices": [], "usage": usage}))).usage == (
        expected
    )


def test_groq_tells_the_usage_of_a_stream_beside_it() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    assert answer_of(stream(chunk(finish="stop", x_groq={"usage": usage}))).usage == Usage(1, 2)
    assert answer_of(stream(chunk(finish="stop", x_groq={"id": "r"}))).usage == Usage()


def test_logprobs_in_every_form() -> None:
    top = [{"token": "hi", "logprob": -0.1}, {"token": "ho", "logprob": None}]
    content = [{"token": "hi", "logprob": -0.1, "bytes": [104], "top_logprobs": top}, {"token": "!", "logprob": None}]
    expected = (TokenLogprob("hi", -0.1, (("hi", -0.1),)),)
    assert whole(choice={"logprobs": {"content": content}}).logprobs == expected
    piece = {"index": 0, "delta": {"content": "hi"}, "logprobs": {"content": content}, "finish_reason": None}
    assert answer_of(stream(json.dumps({"choices": [piece]}), chunk(finish="stop"))).logprobs == expected
    together = {"tokens": ["a", "b"], "token_logprobs": [-1.0, None]}
    assert whole(choice={"logprobs": together}).logprobs == (TokenLogprob("a", -1.0),)
    assert whole(choice={"logprobs": None}).logprobs == ()
    refused = {"content": None, "refusal": [{"token": "no", "logprob": -2.0}]}
    assert whole(choice={"logprobs": refused}).logprobs == (TokenLogprob("no", -2.0),)


def test_tool_calls_in_every_form() -> None:
    assert whole(call("f", '{"a": 1}', id="x")).message.calls == (ToolCall("x", "f", '{"a": 1}'),)
    assert whole(call("f", '{"a"', id="x")).message.calls == (ToolCall("x", "f", '{"a"'),)
    assert whole(call("f", {"a": 1}, id="x")).message.calls == (ToolCall("x", "f", '{"a":1}'),)
    assert whole(call("f", None, id="x")).message.calls == (ToolCall("x", "f", "{}"),)
    assert whole(call("f", "", id=None)).message.calls == (ToolCall("c1-0", "f", "{}"),)
    assert whole({"function_call": {"name": "f", "arguments": "{}"}}).message.calls == (ToolCall("c1-0", "f", "{}"),)
    nameless = {"tool_calls": [{"id": "x"}]}
    for read in (lambda: whole(nameless), lambda: stream(chunk(nameless), chunk(finish="stop"))):
        with pytest.raises(MalformedAnswer, match="a tool call without a name"):
            read()


def test_calls_without_any_id_get_ids_that_no_other_answer_has() -> None:
    message = {"tool_calls": [{"function": {"name": "f"}}, {"function": {"name": "g"}}]}
    ids = {one.id for _ in range(2) for one in whole(message, id=None).message.calls}
    assert len(ids) == 4
    nameless = [json.dumps(json.loads(chunk(message)) | {"id": ""}), chunk(finish="stop")]
    ids |= {one.id for _ in range(2) for one in answer_of(stream(*nameless)).message.calls}
    assert len(ids) == 8


def test_a_call_grows_piece_by_piece() -> None:
    deltas = stream(
        chunk(call("f", "", index=0, id="x")),
        chunk(call(None, '{"a"', index=0)),
        chunk(call("g", '{"b"', index=1, id="y")),
        chunk(call("", ": 1}", index=0, id="")),
        chunk(call(None, ": 2}", index=1)),
        chunk(finish="tool_calls"),
    )
    assert deltas[:-1] == [
        CallDelta(0, "", "x", "f"),
        CallDelta(0, '{"a"'),
        CallDelta(1, '{"b"', "y", "g"),
        CallDelta(0, ": 1}"),
        CallDelta(1, ": 2}"),
    ]
    assert answer_of(deltas).message.calls == (ToolCall("x", "f", '{"a": 1}'), ToolCall("y", "g", '{"b": 2}'))


@pytest.mark.parametrize(
    "pieces",
    [
        # several calls in one delta
        [
            {
                "tool_calls": [
                    call("f", "1", index=0, id="x")["tool_calls"][0],
                    call("g", "2", index=1, id="y")["tool_calls"][0],
                ]
            }
        ],
        # no index, ids at the beginning only
        [call("f", "", id="x"), call(None, "1"), call("g", "", id="y"), call(None, "2")],
        # no index, id and name repeated
        [call("f", "", id="x"), call("f", "1", id="x"), call("g", "2", id="y")],
        # neither index nor ids
        [call("f", "1"), call("g", "2")],
        # every call has index 0 (Gemini)
        [call("f", "1", index=0, id="x"), call("g", "2", index=0, id="y")],
        [
            call("f", "", index=0, id="x"),
            call(None, "1", index=0),
            call("g", "", index=0, id="y"),
            call(None, "2", index=0),
        ],
        # indexes with gaps
        [call("f", "1", index=3, id="x"), call("g", "2", index=7, id="y")],
        # the name comes after the first arguments
        [call(None, "1", index=0, id="x"), call("f", "", index=0), call("g", "2", index=1, id="y")],
    ],
)
def test_calls_are_told_apart_however_they_are_numbered(pieces: list[dict[str, Any]]) -> None:
    deltas = stream(*(chunk(piece) for piece in pieces), chunk(finish="tool_calls"))
    assert calls_of(deltas) == [("f", "1"), ("g", "2")]
    told = [delta for delta in deltas if isinstance(delta, CallDelta)]
    for place, (name, arguments) in enumerate([("f", "1"), ("g", "2")]):
        mine = [delta for delta in told if delta.index == place]
        assert [delta.name for delta in mine if delta.name] == [name]
        assert mine[0].id == answer_of(deltas).message.calls[place].id
        assert "".join(delta.arguments for delta in mine) == arguments


def test_a_call_without_arguments_is_one_with_no_arguments() -> None:
    deltas = stream(chunk(call("f", "", index=0, id="x")), chunk(finish="tool_calls"))
    assert deltas[:-1] == [CallDelta(0, "", "x", "f"), CallDelta(0, "{}")]
    assert calls_of(deltas) == [("f", "{}")]


def test_other_choices_are_passed_over() -> None:
    other = json.dumps({"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "length"}]})
    answer = answer_of(stream(chunk({"content": "yes"}), other, chunk(finish="stop")))
    assert (answer.text, answer.finish) == ("yes", "stop")
    assert whole().text == "hi"
    body = {"choices": [{"index": 1, "message": {"content": "no"}}, {"index": 0, "message": {"content": "yes"}}]}
    assert read_answer(json.dumps(body).encode(), ASKED).text == "yes"


def test_odd_ids_models_and_empty_deltas_do_no_harm() -> None:
    assert (whole(id=7).id, whole(id=None, model=None).model) == ("7", "")
    bare = json.dumps({"choices": [{"finish_reason": None}]})
    answer = answer_of(stream(bare, chunk(finish="", model="m"), chunk(finish="stop", model="n")))
    assert (answer.id, answer.model, answer.text) == ("c1", "m", "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "answered with nothing"),
        (b"  \n", "answered with nothing"),
        (b"<html>502</html>", "cannot be read"),
        (b'{"choices": [', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"choices": {}}', "cannot be read"),
        (b'{"choices": [{"message": {"content": 7}}]}', "cannot be read"),
        (b'{"choices": []}', "no choices"),
        (b'{"choices": null, "answer": "hi"}', "no choices"),
        (b'{"choices": [{"index": 0}]}', "no choices"),
        (b'{"type": "message", "content": [{"type": "text", "text": "another format"}]}', "no choices"),
    ],
)
def test_what_is_not_the_format_is_malformed(body: bytes, said: str) -> None:
    with pytest.raises(MalformedAnswer, match=said) as caught:
        read_answer(body, ASKED)
    assert str(caught.value).startswith("any/model at host answered with ")
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("data", ["{", '{"type": "ping"}', '{"id": 1, "choices": "x"}', ""])
def test_a_chunk_that_is_not_the_format_is_malformed(data: str) -> None:
    with pytest.raises(MalformedAnswer):
        StreamReader(ASKED).read(data)


def test_errors_with_status_200_are_errors() -> None:
    with pytest.raises(RateLimited, match="slow down"):
        read_answer(b'{"error": {"message": "slow down", "code": 429}}', ASKED)
    with pytest.raises(BadRequest, match="no such parameter"):
        StreamReader(ASKED).read('{"error": {"message": "no such parameter", "type": "invalid_request_error"}}')
    with pytest.raises(Overloaded, match="it broke"):
        StreamReader(ASKED).read('{"error": "it broke"}')


def test_a_stream_without_its_end_is_cut_and_one_without_choices_malformed() -> None:
    with pytest.raises(ConnectionFailed, match="broke off in the middle"):
        stream(chunk({"content": "hal"}))
    with pytest.raises(MalformedAnswer, match="a stream without choices"):
        stream("[DONE]")
    assert answer_of(stream(chunk({"content": "whole"}), "[DONE]")).text == "whole"
    assert answer_of(stream(chunk({"content": "whole"}, "stop"))).text == "whole"
