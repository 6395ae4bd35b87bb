"""What only one provider does: blocks and events of its own, answers that are none, and refusals in its own words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from benchmarks.wire.dialects import DIALECTS, streamed

from vouch.errors import (
    ConnectionFailed,
    ContentFiltered,
    MalformedAnswer,
    ModelNotFound,
    ModelTimeout,
    Overloaded,
    RateLimited,
)
from vouch.models.bedrock.frames import write_frame
from vouch.models.openai.errors import Asked, refusal
from vouch.values.message import Audio, Opaque, Reasoning, Refusal, Text
from vouch.values.request import Answer, Delta, PartDelta, TextDelta, in_one_piece

ASKED = Asked("p/m", "host")
Json = dict[str, Any]


def whole(name: str, body: Json) -> Answer:
    return DIALECTS[name].answer(json.dumps(body).encode(), ASKED)


def stream(name: str, *events: Json) -> tuple[Answer, list[Delta]]:
    if name == "bedrock":
        raw = b"".join(write_frame({":event-type": kind}, json.dumps(e[kind]).encode()) for e in events for kind in e)
    else:
        raw = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    answer, deltas = streamed(raw, DIALECTS[name], ASKED)
    return answer, list(deltas)


def test_anthropics_own_tools_and_unknown_deltas() -> None:
    search = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    answer, deltas = stream(
        "anthropic",
        {"type": "message_start", "message": {"id": "i", "model": "m", "usage": {"input_tokens": 1}}, "new": 1},
        {"type": "content_block_start", "index": 0, "content_block": search},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"q":1}'}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "So "}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "citations_delta", "citation": {"url": "u"}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "new_delta", "mood": "a", "marks": [1]}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "new_delta", "mood": "b", "marks": [2]}},
        {"type": "content_block_stop", "index": 1},
        {"type": "content_block_start", "index": 2, "content_block": {"type": "thinking", "thinking": "hm"}},
        {"type": "brand_new", "word": "x"},
        {"type": "message_delta", "delta": {"stop_reason": "stop_sequence", "stop_sequence": "END"}, "usage": {}},
        {"type": "message_stop"},
    )
    opaque = Opaque("anthropic", {**search, "input": {"q": 1}})
    assert deltas[:2] == [PartDelta(opaque), TextDelta("So ")]
    text = answer.message.parts[1]
    assert isinstance(text, Text)
    assert text.own == {"anthropic": {"mood": "ab", "marks": [1, 2]}}
    assert text.citations[0].url == "u"
    assert answer.message.parts[2] == Reasoning("hm", "", "anthropic")
    assert (answer.finish, answer.reason, answer.stopped_at) == ("stop", "stop_sequence", "END")
    assert answer.own is not None
    assert [event.get("word", event.get("new")) for event in answer.own["anthropic"]["events"]] == [1, "x"]
    assert next(iter(in_one_piece(answer))) == PartDelta(opaque)


def test_bedrocks_citations_images_and_unknown_events() -> None:
    answer, deltas = stream(
        "bedrock",
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "So."}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"citation": {"title": "t"}}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"reasoningContent": {"redactedContent": "xx"}}}},
        {"contentBlockStop": {"contentBlockIndex": 1}},
        {"contentBlockStart": {"contentBlockIndex": 2, "start": {"toolResult": {"toolUseId": "s"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolResult": [{"text": "a"}]}}},
        {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolResult": [{"text": "b"}], "new": {"x": 1}}}},
        {"contentBlockStop": {"contentBlockIndex": 2}},
        {"newEvent": {"word": "x"}},
        {"messageStop": {"stopReason": "end_turn"}},
    )
    text = answer.message.parts[0]
    assert isinstance(text, Text)
    assert (text.text, text.citations[0].title) == ("So.", "t")
    kept = [part.content for part in answer.message.parts if isinstance(part, Opaque)]
    assert kept == [
        {"reasoningContent": {"redactedContent": "xx"}},
        {"toolResult": {"toolUseId": "s", "content": [{"text": "a"}, {"text": "b"}]}, "new": {"x": 1}},
    ]
    assert sum(isinstance(delta, PartDelta) for delta in deltas) == 2
    assert answer.own == {"bedrock": {"events": [{"newEvent": {"word": "x"}}]}}


def test_googles_blocked_prompt_broken_call_and_several_candidates() -> None:
    with pytest.raises(ContentFiltered, match=r"prompt was blocked \(SAFETY\)"):
        whole("google", {"promptFeedback": {"blockReason": "SAFETY"}})
    with pytest.raises(ContentFiltered, match="prompt was blocked"):
        stream("google", {"promptFeedback": {"blockReason": "OTHER"}})
    with pytest.raises(MalformedAnswer, match="MALFORMED_FUNCTION_CALL"):
        whole("google", {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]})
    parts = [{"executableCode": {"code": "1"}}, {"functionCall": {"name": "f"}}]
    candidates = [
        {"content": {"parts": parts}, "finishReason": "STOP", "groundingMetadata": {"x": 1}},
        {"index": 1, "content": {"parts": [{"text": "other"}]}, "finishReason": "STOP"},
    ]
    for answer in (
        whole("google", {"candidates": candidates, "usageMetadata": {"promptTokenCount": 3}}),
        stream("google", {"candidates": candidates, "usageMetadata": {"promptTokenCount": 3}})[0],
    ):
        assert [other.text for other in answer.others] == ["other"]
        assert answer.usage.input_tokens == 3
        assert answer.finish == "tools"
        assert answer.own is not None
        assert answer.own["google"]["candidate"] == {"groundingMetadata": {"x": 1}}
    counted = {"promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 2}, {"modality": "SMELL", "tokenCount": 9}]}
    usage = {"promptTokenCount": 3, "toolUsePromptTokenCount": 4, "thoughtsTokenCount": 5, **counted}
    answer = whole("google", {"candidates": candidates, "usageMetadata": usage})
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.reasoning_tokens) == (7, 5, 5)
    assert answer.usage.counts == {"input_audio_tokens": 2, "input_tool_tokens": 4}


def test_coheres_plan_and_citations() -> None:
    answer, deltas = stream(
        "cohere",
        {"type": "message-start", "id": "i", "delta": {"message": {"role": "assistant", "mood": "x"}}},
        {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "look "}}},
        {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "up"}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "So."}}}},
        {"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"start": 0, "end": 2}}}},
        {"type": "debug"},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
    )
    assert answer.message.reasoning == "look up"
    assert answer.message.own == {"cohere": {"mood": "x"}}
    text = answer.message.parts[1]
    assert isinstance(text, Text)
    assert (text.citations[0].start, text.citations[0].end) == (0, 2)
    assert len(deltas) == 4
    with pytest.raises(ModelTimeout):
        whole("cohere", {"message": {"role": "assistant"}, "finish_reason": "TIMEOUT"})
    with pytest.raises(Overloaded, match="out of order"):
        whole("cohere", {"message": "out of order"})
    with pytest.raises(Overloaded, match="too busy"):
        stream("cohere", {"message": "too busy"})
    counted = {"tokens": {"input_tokens": 3, "output_tokens": 2}, "cached_tokens": 1}
    usage = whole("cohere", {"message": {"role": "assistant"}, "usage": counted}).usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (3, 2, 1)


def test_responses_that_fail_wait_or_refuse() -> None:
    with pytest.raises(Overloaded, match="it broke"):
        whole("responses", {"output": [], "status": "failed", "error": {"code": "server_error", "message": "it broke"}})
    with pytest.raises(Overloaded, match="cancelled"):
        whole("responses", {"output": [], "status": "cancelled"})
    assert whole("responses", {"output": [], "status": "queued"}).finish == "paused"
    blocks = [{"type": "refusal", "refusal": "No."}]
    answer = whole("responses", {"output": [{"type": "message", "role": "assistant", "content": blocks}]})
    assert (answer.text, answer.finish) == ("No.", "refused")
    assert isinstance(answer.message.parts[0], Refusal)
    logprobs = [{"token": "a", "logprob": -0.5, "top_logprobs": [{"token": "b", "logprob": None}]}]
    blocks = [{"type": "output_text", "text": "a", "logprobs": logprobs}]
    answer = whole("responses", {"output": [{"type": "message", "role": "assistant", "content": blocks}]})
    assert (answer.logprobs[0].token, answer.logprobs[0].logprob, answer.logprobs[0].top) == ("a", -0.5, (("b", 0.0),))


def test_a_response_whose_last_event_holds_no_items_is_put_together() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"a":1}'}
    search = {"type": "web_search_call", "id": "w"}
    answer, deltas = stream(
        "responses",
        {"type": "response.output_item.done", "output_index": 0, "item": search},
        {"type": "response.output_item.done", "output_index": 1, "item": call},
        {"type": "response.completed", "response": {"id": "i", "output": []}, "new": 1},
    )
    assert deltas[0] == PartDelta(Opaque("responses", search))
    assert [one.arguments for one in answer.message.calls] == ['{"a":1}']
    assert answer.own == {"responses": {"events": [{"type": "response.completed", "new": 1}]}}
    with pytest.raises(ConnectionFailed):
        stream("responses", {"type": "response.output_item.added", "output_index": 0, "item": call})


def test_what_a_chat_model_says_aloud_and_cites() -> None:
    sound = {"id": "a-1", "data": "AAAA", "transcript": "hello", "expires_at": 7}
    cited = [{"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}]
    message = {"role": "assistant", "content": "So.", "audio": sound, "annotations": cited, "images": [{"x": 1}]}
    choices = [
        {"index": 1, "message": {"content": "other"}, "finish_reason": "stop"},
        {"index": 0, "message": message, "finish_reason": "stop", "native_finish_reason": "END"},
    ]
    answer = whole("openai", {"id": "c", "choices": choices, "provider": "p"})
    text, audio = answer.message.parts
    assert isinstance(text, Text)
    assert isinstance(audio, Audio)
    assert (text.citations[0].url, text.citations[0].end) == ("u", 2)
    assert (audio.id, audio.transcript, audio.url) == ("a-1", "hello", "data:;base64,AAAA")
    assert answer.message.own == {"openai": {"images": [{"x": 1}]}}
    assert answer.own == {"openai": {"provider": "p", "choice": {"native_finish_reason": "END"}}}
    assert [other.text for other in answer.others] == ["other"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "wait"),
    [
        (
            429,
            {},
            {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"@type": "x"}, {"retryDelay": "34.5s"}]}},
            RateLimited,
            34.5,
        ),
        (400, {"x-amzn-errortype": "ThrottlingException:http://x"}, {"message": "slow"}, RateLimited, None),
        (
            400,
            {"x-amzn-errortype": "ValidationException"},
            {"message": "model identifier is invalid"},
            ModelNotFound,
            None,
        ),
        (529, {"retry-after": "3"}, {"type": "error", "error": {"type": "overloaded_error"}}, Overloaded, 3.0),
        (200, {}, {"error": {"status": "UNAVAILABLE", "details": [{"retryDelay": "soon"}]}}, Overloaded, None),
    ],
)
def test_refusals_in_their_own_words(
    status: int, headers: dict[str, str], body: Json, kind: type[Exception], wait: float | None
) -> None:
    error = refusal(status, headers, json.dumps(body).encode(), ASKED)
    assert type(error) is kind
    assert error.retry_after == wait
