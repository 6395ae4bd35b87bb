"""Providers of every dialect as they stand on the wire: what each sends for the same thing said, whole and streamed.

It does not know how any of it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vouch.contracts.model import Model
from vouch.models.anthropic.client import Anthropic
from vouch.models.azure.client import Azure
from vouch.models.bedrock.client import Bedrock
from vouch.models.bedrock.frames import write_frame
from vouch.models.bedrock.signing import Credentials
from vouch.models.cohere.client import Cohere
from vouch.models.google.client import Google
from vouch.models.http.pool import HttpPool
from vouch.models.mistral.client import Mistral
from vouch.models.openai.client import OpenAI
from vouch.models.responses.client import Responses

Json = dict[str, Any]
Call = tuple[str, str, Json]
"""Id, name and arguments."""

KEY = "k-1234567890"


@dataclass(frozen=True)
class Said:
    """What a model says, whoever it is."""

    text: str = ""
    thought: str = ""
    calls: tuple[Call, ...] = ()
    finish: str = "stop"
    usage: tuple[int, int, int, int] = (10, 5, 4, 0)
    """Input, output, of the input read from the cache, of the output reasoning."""


@dataclass(frozen=True)
class Speaker:
    """One dialect: the client under test, where it asks, and what its provider sends."""

    make: Callable[[str, HttpPool], Model]
    path: str
    stream_path: str
    header: tuple[str, str]
    whole: Callable[[Said], Json]
    stream: Callable[[Said], list[bytes]]
    finishes: dict[str, str]
    """How the provider calls each of our reasons to end, where it has a word for it."""
    error: Callable[[str, str], Json]
    """The body of an error by its code and message."""
    codes: dict[str, tuple[int, str]]
    stream_error: Callable[[str, str], bytes]
    content_type: str = "text/event-stream"
    thinks: bool = True
    names_calls: bool = True
    caches: bool = True
    error_headers: Callable[[str], dict[str, str]] = field(default=lambda _: {})


def sse(*events: Any, named: bool = False) -> list[bytes]:
    made: list[bytes] = []
    for event in events:
        name = f"event: {event['type']}\n" if named else ""
        text = event if isinstance(event, str) else json.dumps(event)
        made.append(f"{name}data: {text}\n\n".encode())
    return made


def pieces(text: str) -> list[str]:
    half = len(text) // 2
    return [piece for piece in (text[:half], text[half:]) if piece]


# OpenAI's chat completions, and what speaks like it


def chat_usage(said: Said) -> Json:
    read, wrote, cached, thought = said.usage
    return {
        "prompt_tokens": read,
        "completion_tokens": wrote,
        "total_tokens": read + wrote,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def chat_calls(said: Said) -> list[Json]:
    return [
        {"id": identity, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for identity, name, arguments in said.calls
    ]


CHAT_FINISHES = {"stop": "stop", "length": "length", "tools": "tool_calls", "filtered": "content_filter"}


def chat_whole(said: Said) -> Json:
    message: Json = {"role": "assistant", "content": said.text or None}
    message |= {"reasoning_content": said.thought} if said.thought else {}
    message |= {"tool_calls": chat_calls(said)} if said.calls else {}
    choice = {"index": 0, "message": message, "finish_reason": CHAT_FINISHES[said.finish]}
    return {"id": "c-1", "object": "chat.completion", "model": "m-1", "choices": [choice], "usage": chat_usage(said)}


def chat_chunk(delta: Json, finish: str | None = None) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c-1", "object": "chat.completion.chunk", "model": "m-1", "choices": [choice]}


def chat_stream(said: Said) -> list[bytes]:
    chunks = [chat_chunk({"role": "assistant", "content": ""})]
    chunks += [chat_chunk({"reasoning_content": piece}) for piece in pieces(said.thought)]
    chunks += [chat_chunk({"content": piece}) for piece in pieces(said.text)]
    for index, call in enumerate(chat_calls(said)):
        function = call["function"]
        begun = {**call, "index": index, "function": {"name": function["name"], "arguments": ""}}
        chunks.append(chat_chunk({"tool_calls": [begun]}))
        for piece in pieces(function["arguments"]):
            chunks.append(chat_chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
    chunks.append(chat_chunk({}, CHAT_FINISHES[said.finish]))
    chunks.append({"id": "c-1", "model": "m-1", "choices": [], "usage": chat_usage(said)})
    return sse(*chunks, "[DONE]")


def chat_error(code: str, message: str) -> Json:
    return {"error": {"code": code, "type": code, "message": message}}


CHAT_CODES = {
    "unauthorized": (401, "invalid_api_key"),
    "not_found": (404, "model_not_found"),
    "limited": (429, "rate_limit_exceeded"),
    "too_long": (400, "context_length_exceeded"),
    "overloaded": (503, "server_error"),
    "refused": (400, "invalid_request_error"),
}


def chat(make: Callable[[str, HttpPool], Model], path: str, header: tuple[str, str]) -> Speaker:
    return Speaker(
        make=make,
        path=path,
        stream_path=path,
        header=header,
        whole=chat_whole,
        stream=chat_stream,
        finishes=CHAT_FINISHES,
        error=chat_error,
        codes=CHAT_CODES,
        stream_error=lambda code, message: sse(chat_error(code, message))[0],
    )


# OpenAI's Responses API


def responses_items(said: Said) -> list[Json]:
    items: list[Json] = []
    if said.thought:
        summary = [{"type": "summary_text", "text": said.thought}]
        items.append({"type": "reasoning", "id": "rs-1", "summary": summary, "encrypted_content": "seal"})
    if said.text:
        content = [{"type": "output_text", "text": said.text, "annotations": []}]
        items.append({"type": "message", "id": "msg-1", "role": "assistant", "status": "completed", "content": content})
    for identity, name, arguments in said.calls:
        call = {"type": "function_call", "id": f"fc-{identity}", "call_id": identity, "name": name}
        items.append({**call, "arguments": json.dumps(arguments), "status": "completed"})
    return items


def responses_whole(said: Said) -> Json:
    read, wrote, cached, thought = said.usage
    whole: Json = {"id": "c-1", "object": "response", "model": "m-1", "status": "completed", "error": None}
    whole["output"] = responses_items(said)
    if said.finish in ("length", "filtered"):
        reason = "max_output_tokens" if said.finish == "length" else "content_filter"
        whole |= {"status": "incomplete", "incomplete_details": {"reason": reason}}
    whole["usage"] = {
        "input_tokens": read,
        "output_tokens": wrote,
        "total_tokens": read + wrote,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens_details": {"reasoning_tokens": thought},
    }
    return whole


def responses_stream(said: Said) -> list[bytes]:
    events: list[Json] = [{"type": "response.created", "response": {"id": "c-1", "status": "in_progress"}}]
    for index, item in enumerate(responses_items(said)):
        events.append({"type": "response.output_item.added", "output_index": index, "item": item | _hollow(item)})
        kind, text = {
            "reasoning": ("response.reasoning_summary_text.delta", said.thought),
            "message": ("response.output_text.delta", said.text),
            "function_call": ("response.function_call_arguments.delta", item.get("arguments", "")),
        }[item["type"]]
        events += [{"type": kind, "output_index": index, "delta": piece} for piece in pieces(text)]
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    whole = responses_whole(said)
    events.append({"type": f"response.{whole['status']}", "response": whole})
    return sse(*events, named=True)


def _hollow(item: Json) -> Json:
    return {"content": []} if item["type"] == "message" else {"arguments": ""} if "arguments" in item else {}


# Anthropic's messages


def anthropic_blocks(said: Said) -> list[Json]:
    blocks: list[Json] = []
    if said.thought:
        blocks.append({"type": "thinking", "thinking": said.thought, "signature": "seal"})
    if said.text:
        blocks.append({"type": "text", "text": said.text})
    return blocks + [
        {"type": "tool_use", "id": identity, "name": name, "input": arguments}
        for identity, name, arguments in said.calls
    ]


ANTHROPIC_FINISHES = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tools": "tool_use",
    "refused": "refusal",
    "paused": "pause_turn",
}


def anthropic_whole(said: Said) -> Json:
    read, wrote, cached, thought = said.usage
    usage = {"input_tokens": read - cached, "cache_read_input_tokens": cached, "output_tokens": wrote}
    usage |= {"output_tokens_details": {"thinking_tokens": thought}}
    head = {"id": "c-1", "type": "message", "role": "assistant", "model": "m-1", "stop_sequence": None}
    return {**head, "content": anthropic_blocks(said), "stop_reason": ANTHROPIC_FINISHES[said.finish], "usage": usage}


def anthropic_stream(said: Said) -> list[bytes]:
    whole = anthropic_whole(said)
    usage = {**whole["usage"], "output_tokens": 1}
    events: list[Json] = [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None, "usage": usage}},
        {"type": "ping"},
    ]
    for index, block in enumerate(whole["content"]):
        hollow = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}
        events.append({"type": "content_block_start", "index": index, "content_block": block | hollow[block["type"]]})
        begun = {"type": "content_block_delta", "index": index}
        events += [{**begun, "delta": delta} for delta in _anthropic_deltas(block)]
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": said.usage[1]}})
    events.append({"type": "message_stop"})
    return sse(*events, named=True)


def _anthropic_deltas(block: Json) -> list[Json]:
    match block["type"]:
        case "text":
            return [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
        case "thinking":
            thought = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
            return [*thought, {"type": "signature_delta", "signature": block["signature"]}]
        case _:
            text = json.dumps(block["input"]) if block["input"] else ""
            return [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(text)]


def anthropic_error(code: str, message: str) -> Json:
    return {"type": "error", "error": {"type": code, "message": message}, "request_id": "req-1"}


# Google's generateContent


def google_parts(said: Said) -> list[Json]:
    parts: list[Json] = []
    if said.thought:
        parts.append({"text": said.thought, "thought": True, "thoughtSignature": "seal"})
    if said.text:
        parts.append({"text": said.text})
    return parts + [{"functionCall": {"name": name, "args": arguments}} for _, name, arguments in said.calls]


GOOGLE_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS", "tools": "STOP", "filtered": "SAFETY"}


def google_usage(said: Said) -> Json:
    read, wrote, cached, thought = said.usage
    usage = {"promptTokenCount": read, "candidatesTokenCount": wrote - thought, "cachedContentTokenCount": cached}
    return usage | ({"thoughtsTokenCount": thought} if thought else {})


def google_event(parts: list[Json], said: Said, finish: str | None = None) -> Json:
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": parts}}
    candidate |= {"finishReason": finish} if finish else {}
    event = {"candidates": [candidate], "modelVersion": "m-1", "responseId": "c-1"}
    return event | ({"usageMetadata": google_usage(said)} if finish else {})


def google_stream(said: Said) -> list[bytes]:
    events: list[Json] = []
    for part in google_parts(said):
        if "text" not in part:
            events.append(google_event([part], said))
            continue
        texts = pieces(part["text"])
        for place, piece in enumerate(texts):
            last = place == len(texts) - 1
            kept = {name: value for name, value in part.items() if name != "thoughtSignature" or last}
            events.append(google_event([{**kept, "text": piece}], said))
    events.append(google_event([], said, GOOGLE_FINISHES[said.finish]))
    return sse(*events)


def google_error(code: str, message: str) -> Json:
    return {"error": {"code": 0, "status": code, "message": message}}


# Amazon's Converse


def bedrock_blocks(said: Said) -> list[Json]:
    blocks: list[Json] = []
    if said.thought:
        blocks.append({"reasoningContent": {"reasoningText": {"text": said.thought, "signature": "seal"}}})
    if said.text:
        blocks.append({"text": said.text})
    return blocks + [
        {"toolUse": {"toolUseId": identity, "name": name, "input": arguments}}
        for identity, name, arguments in said.calls
    ]


BEDROCK_FINISHES = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tools": "tool_use",
    "filtered": "guardrail_intervened",
}


def bedrock_usage(said: Said) -> Json:
    read, wrote, cached, _ = said.usage
    return {"inputTokens": read - cached, "cacheReadInputTokens": cached, "outputTokens": wrote}


def bedrock_whole(said: Said) -> Json:
    message = {"role": "assistant", "content": bedrock_blocks(said)}
    metrics = {"latencyMs": 7}
    reason = BEDROCK_FINISHES[said.finish]
    return {"output": {"message": message}, "stopReason": reason, "usage": bedrock_usage(said), "metrics": metrics}


def bedrock_event(kind: str, payload: Json) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return write_frame(headers, json.dumps(payload).encode())


def bedrock_stream(said: Said) -> list[bytes]:
    events = [bedrock_event("messageStart", {"role": "assistant", "p": "abc"})]
    for index, block in enumerate(bedrock_blocks(said)):
        at = {"contentBlockIndex": index}
        if "toolUse" in block:
            start = {name: value for name, value in block["toolUse"].items() if name != "input"}
            events.append(bedrock_event("contentBlockStart", {**at, "start": {"toolUse": start}}))
        events += [bedrock_event("contentBlockDelta", {**at, "delta": delta}) for delta in _bedrock_deltas(block)]
        events.append(bedrock_event("contentBlockStop", at))
    events.append(bedrock_event("messageStop", {"stopReason": BEDROCK_FINISHES[said.finish]}))
    events.append(bedrock_event("metadata", {"usage": bedrock_usage(said), "metrics": {"latencyMs": 7}}))
    return events


def _bedrock_deltas(block: Json) -> list[Json]:
    if "text" in block:
        return [{"text": piece} for piece in pieces(block["text"])]
    if "toolUse" in block:
        arguments = block["toolUse"]["input"]
        return [{"toolUse": {"input": piece}} for piece in pieces(json.dumps(arguments) if arguments else "")]
    thought = block["reasoningContent"]["reasoningText"]
    deltas = [{"reasoningContent": {"text": piece}} for piece in pieces(thought["text"])]
    return [*deltas, {"reasoningContent": {"signature": thought["signature"]}}]


def bedrock_exception(code: str, message: str) -> bytes:
    headers = {":exception-type": code, ":content-type": "application/json", ":message-type": "exception"}
    return write_frame(headers, json.dumps({"message": message}).encode())


# Cohere's chat


def cohere_message(said: Said) -> Json:
    content: list[Json] = [{"type": "thinking", "thinking": said.thought}] if said.thought else []
    content += [{"type": "text", "text": said.text}] if said.text else []
    return {"role": "assistant", "content": content} | ({"tool_calls": chat_calls(said)} if said.calls else {})


COHERE_FINISHES = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tools": "TOOL_CALL"}


def cohere_usage(said: Said) -> Json:
    return {"billed_units": {"input_tokens": said.usage[0], "output_tokens": said.usage[1]}, "tokens": {}}


def cohere_whole(said: Said) -> Json:
    reason = COHERE_FINISHES[said.finish]
    return {"id": "c-1", "message": cohere_message(said), "finish_reason": reason, "usage": cohere_usage(said)}


def cohere_stream(said: Said) -> list[bytes]:
    def event(kind: str, message: Json, index: int = 0) -> Json:
        return {"type": kind, "index": index, "delta": {"message": message}}

    message = cohere_message(said)
    events: list[Json] = [{"type": "message-start", "id": "c-1", "delta": {"message": {"role": "assistant"}}}]
    for index, block in enumerate(message["content"]):
        name = block["type"]
        events.append(event("content-start", {"content": {"type": name, name: ""}}, index))
        events += [event("content-delta", {"content": {name: piece}}, index) for piece in pieces(block[name])]
        events.append({"type": "content-end", "index": index})
    for index, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        begun = {**call, "function": {"name": function["name"], "arguments": ""}}
        events.append(event("tool-call-start", {"tool_calls": begun}, index))
        for piece in pieces(function["arguments"]):
            events.append(event("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index))
        events.append({"type": "tool-call-end", "index": index})
    delta = {"finish_reason": COHERE_FINISHES[said.finish], "usage": cohere_usage(said)}
    events.append({"type": "message-end", "delta": delta})
    return sse(*events, named=True)


SPEAKERS: dict[str, Speaker] = {
    "openai": chat(
        lambda url, pool: OpenAI("openai/m-1", http=pool, address=f"{url}/v1", key=KEY),
        "/v1/chat/completions",
        ("authorization", f"Bearer {KEY}"),
    ),
    "mistral": chat(
        lambda url, pool: Mistral("mistral/m-1", http=pool, address=f"{url}/v1", key=KEY),
        "/v1/chat/completions",
        ("authorization", f"Bearer {KEY}"),
    ),
    "azure": chat(
        lambda url, pool: Azure("azure/m-1", http=pool, address=url, key=KEY),
        "/openai/deployments/m-1/chat/completions?api-version=2024-10-21",
        ("api-key", KEY),
    ),
    "responses": Speaker(
        make=lambda url, pool: Responses("openai/m-1", http=pool, address=f"{url}/v1", key=KEY),
        path="/v1/responses",
        stream_path="/v1/responses",
        header=("authorization", f"Bearer {KEY}"),
        whole=responses_whole,
        stream=responses_stream,
        finishes={"stop": "", "length": "", "tools": "", "filtered": ""},
        error=chat_error,
        codes=CHAT_CODES,
        stream_error=lambda code, message: sse({"type": "error", "code": code, "message": message})[0],
    ),
    "anthropic": Speaker(
        make=lambda url, pool: Anthropic("anthropic/m-1", http=pool, address=f"{url}/v1", key=KEY),
        path="/v1/messages",
        stream_path="/v1/messages",
        header=("x-api-key", KEY),
        whole=anthropic_whole,
        stream=anthropic_stream,
        finishes=ANTHROPIC_FINISHES,
        error=anthropic_error,
        codes={
            "unauthorized": (401, "authentication_error"),
            "not_found": (404, "not_found_error"),
            "limited": (429, "rate_limit_error"),
            "too_long": (413, "request_too_large"),
            "overloaded": (529, "overloaded_error"),
            "refused": (400, "invalid_request_error"),
        },
        stream_error=lambda code, message: sse(anthropic_error(code, message), named=True)[0],
    ),
    "google": Speaker(
        make=lambda url, pool: Google("google/m-1", http=pool, address=f"{url}/v1beta", key=KEY),
        path="/v1beta/models/m-1:generateContent",
        stream_path="/v1beta/models/m-1:streamGenerateContent?alt=sse",
        header=("x-goog-api-key", KEY),
        whole=lambda said: google_event(google_parts(said), said, GOOGLE_FINISHES[said.finish]),
        stream=google_stream,
        finishes=GOOGLE_FINISHES,
        error=google_error,
        codes={
            "unauthorized": (403, "PERMISSION_DENIED"),
            "not_found": (404, "NOT_FOUND"),
            "limited": (429, "RESOURCE_EXHAUSTED"),
            "too_long": (400, "INVALID_ARGUMENT"),
            "overloaded": (503, "UNAVAILABLE"),
            "refused": (400, "INVALID_ARGUMENT"),
        },
        stream_error=lambda code, message: sse(google_error(code, message))[0],
        names_calls=False,
    ),
    "bedrock": Speaker(
        make=lambda url, pool: Bedrock(
            "bedrock/m:1", http=pool, address=url, credentials=Credentials("AK1", KEY), region="eu-west-1"
        ),
        path="/model/m%3A1/converse",
        stream_path="/model/m%3A1/converse-stream",
        header=("authorization", "AWS4-HMAC-SHA256 Credential=AK1/"),
        whole=bedrock_whole,
        stream=bedrock_stream,
        finishes=BEDROCK_FINISHES,
        error=lambda _, message: {"message": message},
        codes={
            "unauthorized": (403, "AccessDeniedException"),
            "not_found": (404, "ResourceNotFoundException"),
            "limited": (429, "ThrottlingException"),
            "too_long": (400, "ValidationException"),
            "overloaded": (503, "ServiceUnavailableException"),
            "refused": (400, "ValidationException"),
        },
        stream_error=bedrock_exception,
        content_type="application/vnd.amazon.eventstream",
        error_headers=lambda code: {"x-amzn-errortype": f"{code}:http://internal.amazon.com/"},
    ),
    "cohere": Speaker(
        make=lambda url, pool: Cohere("cohere/m-1", http=pool, address=f"{url}/v2", key=KEY),
        path="/v2/chat",
        stream_path="/v2/chat",
        header=("authorization", f"Bearer {KEY}"),
        whole=cohere_whole,
        stream=cohere_stream,
        finishes=COHERE_FINISHES,
        error=lambda _, message: {"message": message},
        codes={
            "unauthorized": (401, ""),
            "not_found": (404, ""),
            "limited": (429, ""),
            "too_long": (400, ""),
            "overloaded": (503, ""),
            "refused": (400, ""),
        },
        stream_error=lambda _, message: sse(
            {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": message}}
        )[0],
        caches=False,
    ),
}
