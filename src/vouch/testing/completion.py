"""A stand-in's answer to one chat-completions request, whole or as the events of a stream, in OpenAI's format.

It does not know HTTP, nor who decides what to say.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.testing.sample import sample

Body = dict[str, Any]
Reply = Callable[[Body], "str | dict[str, Any]"]
"""What to say: given the request, the words of the answer, or a whole message (`content`, `tool_calls`, `refusal`,
`reasoning_content`, `finish_reason`; a call may be written short, as `{"name": ..., "arguments": {...}}`)."""

DONE: Final = b"data: [DONE]\n\n"
_WORD: Final = re.compile(r"\s*\S+(?:\s+\Z)?")
_CALL_PIECE: Final = 12


class Completion(Struct, frozen=True):
    """An answer before it is written: the message, its words one by one, why it ends, and what it used."""

    id: str
    model: str
    message: dict[str, Any]
    words: list[str]
    finish: str
    usage: dict[str, Any]
    logprobs: list[dict[str, Any]] | None


def echo(body: Body) -> str | dict[str, Any]:
    """The default reply: the last user's words; but a value that fits a given schema, and a call where one is due."""
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema is not None:
        return msgspec.json.encode(sample(schema)).decode()
    choice: Any = body.get("tool_choice")
    if choice not in (None, "auto", "none"):
        return {"tool_calls": [_due_call(choice, [tool["function"] for tool in body["tools"]])]}
    said = [message for message in body["messages"] if message["role"] == "user"]
    return text_of(said[-1]) if said else ""


def _due_call(choice: Any, functions: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = functions[0]["name"] if choice == "required" else choice["function"]["name"]
    function = next(function for function in functions if function["name"] == wanted)
    return {"name": wanted, "arguments": sample(function.get("parameters", {}))}


def text_of(message: Mapping[str, Any]) -> str:
    """The words of one message of a request."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def complete(body: Body, said: str | dict[str, Any], number: int) -> Completion:
    """The answer to request `number` when the reply is `said`."""
    given: dict[str, Any] = {"content": said} if isinstance(said, str) else dict(said)
    finish = given.pop("finish_reason", None)
    calls = [_call(call, f"call_{number}_{place}") for place, call in enumerate(given.pop("tool_calls", None) or ())]
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None} | given
    if calls:
        message["tool_calls"] = calls
    words = _words(message["content"] or message["refusal"] or "")
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    if most is not None and len(words) > most:
        words, finish = words[:most], "length"
        message["content"] = "".join(words)
    return Completion(
        id=f"chatcmpl-{number}",
        model=str(body.get("model", "stand-in")),
        message=message,
        words=words,
        finish=finish or ("tool_calls" if calls else "stop"),
        usage=_usage(body, message, len(words)),
        logprobs=[_logprob(word, body.get("top_logprobs") or 0) for word in words] if body.get("logprobs") else None,
    )


def whole(completion: Completion) -> bytes:
    """The answer as one JSON object."""
    choice = {
        "index": 0,
        "message": completion.message,
        "logprobs": None if completion.logprobs is None else {"content": completion.logprobs, "refusal": None},
        "finish_reason": completion.finish,
    }
    return msgspec.json.encode(_frame(completion, "chat.completion", [choice]) | {"usage": completion.usage})


def events(completion: Completion, *, include_usage: bool) -> list[bytes]:
    """The answer as the events of a stream, the last being `[DONE]`."""
    frame = _frame(completion, "chat.completion.chunk", [])
    if include_usage:
        frame["usage"] = None
    written: list[bytes] = []
    for delta, logprob in _deltas(completion):
        logprobs = None if logprob is None else {"content": [logprob], "refusal": None}
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": None}
        written.append(_event(frame | {"choices": [choice]}))
    last: dict[str, Any] = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": completion.finish}
    written.append(_event(frame | {"choices": [last]}))
    if include_usage:
        written.append(_event(frame | {"usage": completion.usage}))
    written.append(DONE)
    return written


def _deltas(completion: Completion) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    message = completion.message
    spoken = "refusal" if message["content"] is None and message["refusal"] else "content"
    yield {"role": "assistant", "content": "" if spoken == "content" else None, "refusal": None}, None
    for key in ("reasoning", "reasoning_content"):
        for word in _words(message.get(key) or ""):
            yield {key: word}, None
    for place, word in enumerate(completion.words):
        yield {spoken: word}, completion.logprobs[place] if completion.logprobs else None
    for index, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        begun = {"name": function["name"], "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": begun}]}, None
        for start in range(0, len(function["arguments"]), _CALL_PIECE):
            piece = function["arguments"][start : start + _CALL_PIECE]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, None


def _frame(completion: Completion, kind: str, choices: list[Any]) -> dict[str, Any]:
    return {
        "id": completion.id,
        "object": kind,
        "created": int(time.time()),
        "model": completion.model,
        "choices": choices,
        "service_tier": "default",
        "system_fingerprint": "fp_stand_in",
    }


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


def _call(call: dict[str, Any], name_of_last_resort: str) -> dict[str, Any]:
    function: dict[str, Any] = call.get("function", call)
    arguments = function.get("arguments", "{}")
    written = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    return {
        "id": call.get("id") or name_of_last_resort,
        "type": "function",
        "function": {"name": function["name"], "arguments": written},
    }


def _words(text: str) -> list[str]:
    return _WORD.findall(text) or ([text] if text else [])


def _usage(body: Body, message: dict[str, Any], words: int) -> dict[str, Any]:
    # Four characters a token, as a rule of thumb; an answer's words count one each, so that max_tokens is exact.
    prompt = sum(len(text_of(one)) for one in body["messages"]) // 4 + 1
    calls = sum(len(call["function"]["arguments"]) // 4 + 1 for call in message.get("tool_calls", ()))
    reasoning = len(_words(message.get("reasoning_content") or message.get("reasoning") or ""))
    answer = words + calls + reasoning
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _logprob(word: str, alternatives: int) -> dict[str, Any]:
    def entry(token: str, logprob: float) -> dict[str, Any]:
        return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

    top = [entry(word, -0.1), *(entry(f"~{place}", -2.5 - place) for place in range(1, alternatives))]
    return entry(word, -0.1) | {"top_logprobs": top[:alternatives]}
