"""OpenAI's answer in our own terms: one function for each kind of content.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import UNSET

from vouch.errors import ModelError
from vouch.models.json_body import decode
from vouch.models.openai import plain, wire
from vouch.models.openai.content import DIALECT, FIELD, read_citations, read_content
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.wording import Json, beside, counts, object_of, owned
from vouch.values.identifier import new_id
from vouch.values.message import Audio, Message, Part, Reasoning, Refusal, Text, ToolCall
from vouch.values.money import Usage
from vouch.values.request import Answer, Finish, TokenLogprob

_FINISHES: Final[dict[str, Finish]] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filtered",
    "safety": "filtered",
}
_FAILED: Final = frozenset({"error", "abort", "insufficient_system_resource"})
_NO_DETAILS: Final = wire.Details()
_WORDED: Final = ("id", "model", "choices", "object")
_CHOICE: Final = ("index", "message", "delta", "finish_reason")
_MESSAGE: Final = ("role", "content", "refusal", "tool_calls", "function_call", "reasoning", "reasoning_content")


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    common = plain.plain_of(body)
    answer = None if common is None else _read_plain(common)
    return read_completion(decode(body, asked), asked) if answer is None else answer


def _read_plain(completion: plain.Completion) -> Answer | None:
    """A common answer, equal to what `read_completion` makes of it; None where that has something to say against it."""
    (choice,) = completion.choices
    words, reason = choice.message, choice.finish_reason or ""
    try:
        usage = None if completion.usage is UNSET else msgspec.convert(completion.usage, wire.Usage | None)
    except msgspec.ValidationError:
        return None
    if reason.lower() in _FAILED or any(not (call.id and call.function.name) for call in words.tool_calls or ()):
        return None
    calls = tuple(
        ToolCall(call.id, call.function.name, call.function.arguments or "{}") for call in words.tool_calls or ()
    )
    own = completion.beside
    if choice.logprobs is not None:
        own["choice"] = {"logprobs": choice.logprobs}
    return Answer(
        Message("assistant", (Text(words.content),) if words.content else (), calls),
        usage=read_usage(usage),
        finish=read_finish(reason, called=bool(calls), refused=False),
        model=completion.model or "",
        logprobs=_read_tokens(choice.logprobs),
        id="" if completion.id is None else str(completion.id),
        reason=reason,
        own=owned(DIALECT, own),
    )


def _read_tokens(logprobs: plain.Logprobs | None) -> tuple[TokenLogprob, ...]:
    if logprobs is None:
        return ()
    listed = (logprobs.content or []) + (logprobs.refusal or [])
    # Lists are made faster than anything that waits to be asked for the next, and there are hundreds of tokens.
    return tuple(
        [
            TokenLogprob(one.token, one.logprob, tuple([(top.token, top.logprob) for top in one.top_logprobs or ()]))
            for one in listed
        ]
    )


def read_completion(completion: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    known = shape_of(completion, asked)
    if known.error is not None or not known.choices:
        raise no_answer(completion, asked)
    raw = [object_of(choice) for choice in completion["choices"]]
    pairs = sorted(zip(raw, known.choices, strict=True), key=lambda pair: pair[1].index or 0)
    answers = [_read_choice(one, choice, known, asked) for one, choice in pairs]
    first, own = answers[0], beside(completion, *_WORDED)
    own |= (first.own or {}).get(DIALECT, {})
    return msgspec.structs.replace(
        first, usage=read_usage(known.usage), others=tuple(answers[1:]), own=owned(DIALECT, own)
    )


def _read_choice(raw: Json, choice: wire.Choice, completion: wire.Completion, asked: Asked) -> Answer:
    check(choice, asked)
    if choice.message is None:
        raise malformed(f"no choices with a message: {msgspec.json.encode(raw)[:200].decode()}", asked)
    identity = identity_of(completion)
    message = read_message(object_of(raw.get("message")), choice.message, identity or new_id(), asked)
    rest = {name: value for name, value in beside(raw, *_CHOICE).items() if value is not None}
    return Answer(
        message,
        finish=read_finish(choice.finish_reason, called=bool(message.calls), refused=bool(choice.message.refusal)),
        model=completion.model or "",
        logprobs=read_logprobs(choice.logprobs),
        id=identity,
        reason=choice.finish_reason or "",
        own=owned(DIALECT, {"choice": rest} if rest else {}),
    )


def read_message(raw: Json, words: wire.Words, identity: str, asked: Asked) -> Message:
    """A message with all that it holds: what was thought, what is said, what is refused, which tools are called."""
    own = beside(raw, *_MESSAGE)
    parts: list[Part] = [*read_thoughts(raw), *read_content(raw.get("content"))]
    if words.refusal:
        parts.append(Refusal(words.refusal))
    if sound := read_audio(object_of(raw.get("audio"))):
        parts.append(sound)
        del own["audio"]
    if citations := read_citations(raw.get("annotations")):
        place = next((at for at, part in enumerate(parts) if isinstance(part, Text)), None)
        if place is not None:
            parts[place] = msgspec.structs.replace(parts[place], citations=citations)
            del own["annotations"]
    own = {name: value for name, value in own.items() if value not in (None, [])}
    return Message("assistant", tuple(parts), read_calls(raw, words, identity, asked), own=owned(DIALECT, own))


def read_thoughts(raw: Json) -> list[Part]:
    """Visible reasoning that stands beside the content, under whichever name."""
    found: dict[str, str] = {}
    for name in ("reasoning_content", "reasoning"):
        value = raw.get(name)
        if isinstance(value, str) and value and value not in found.values():
            found[name] = value
    return [Reasoning(text, dialect=DIALECT, own={DIALECT: {FIELD: name}}) for name, text in found.items()]


def read_audio(sound: Json) -> Audio | None:
    """What is said aloud."""
    data, words, identity = sound.get("data"), sound.get("transcript"), sound.get("id")
    if not isinstance(identity, str):
        return None
    rest = beside(sound, "data", "transcript", "id")
    url = f"data:;base64,{data}" if isinstance(data, str) else ""
    return Audio(url, words if isinstance(words, str) else "", identity, own={DIALECT: {"audio": rest}})


def read_text(words: wire.Words) -> str:
    """What is said, or why the model would not say it."""
    content = words.content
    if isinstance(content, list):
        content = "".join(piece.text or "" for piece in content if piece.type != "thinking")
    return content or words.refusal or ""


def read_reasoning(words: wire.Words) -> str:
    """The visible reasoning, under whichever name."""
    for named in (words.reasoning_content, words.reasoning):
        if isinstance(named, str) and named:
            return named
    if isinstance(words.content, list):
        return "".join(_thought(piece) for piece in words.content)
    return ""


def read_calls(raw: Json, words: wire.Words, identity: str, asked: Asked) -> tuple[ToolCall, ...]:
    """The tool calls. One without an id gets one that no other answer has, made from the answer's `identity`."""
    calls: list[ToolCall] = []
    listed: list[Any] = raw.get("tool_calls") or []
    for place, (call, function) in enumerate(functions(words)):
        if not function.name:
            raise malformed("a tool call without a name", asked)
        own = own_of_call(object_of(listed[place])) if place < len(listed) else {}
        name, arguments = function.name, read_arguments(function) or "{}"
        calls.append(ToolCall(call.id or f"{identity}-{place}", name, arguments, own=owned(DIALECT, own)))
    return tuple(calls)


def own_of_call(raw: Json) -> Json:
    """What a call holds beside its id, name and arguments. Its place says nothing here, and its only kind neither."""
    own = beside(raw, "id", "function", "index")
    if own.get("type") in (None, "function"):
        own.pop("type", None)
    if rest := beside(object_of(raw.get("function")), "name", "arguments"):
        own["function"] = rest
    return own


def read_arguments(function: wire.Function) -> str:
    """The arguments exactly as written, or as little of them as came."""
    given = function.arguments
    return msgspec.json.encode(given).decode() if isinstance(given, dict) else given or ""


def read_usage(usage: wire.Usage | None) -> Usage:
    """The tokens. Where the total is more than its two parts, the rest is reasoning that was left out of the output."""
    if usage is None:
        return Usage()
    inputs, outputs = _count(usage.prompt_tokens), _count(usage.completion_tokens)
    unlisted = max(0, _count(usage.total_tokens) - inputs - outputs) if outputs else 0
    prompt, completion = usage.prompt_tokens_details or _NO_DETAILS, usage.completion_tokens_details or _NO_DETAILS
    audio = prompt.audio_tokens or completion.audio_tokens
    cached = (
        _count(prompt.cached_tokens)
        or _count(usage.cached_tokens)
        or _count(usage.num_cached_tokens)
        or _count(usage.prompt_cache_hit_tokens)
    )
    return Usage(
        input_tokens=inputs,
        output_tokens=outputs + unlisted,
        cache_read_tokens=cached,
        cache_write_tokens=_count(prompt.cache_write_tokens),
        reasoning_tokens=_count(completion.reasoning_tokens) or unlisted,
        counts=counts(input_audio_tokens=prompt.audio_tokens, output_audio_tokens=completion.audio_tokens)
        if audio
        else None,
    )


def read_finish(reason: str | None, *, called: bool, refused: bool) -> Finish:
    """Why the answer ended. A server that calls tools and says `stop` waits for their results all the same."""
    finish = _FINISHES.get((reason or "").lower())
    if finish is not None:
        return finish
    if refused:
        return "refused"
    return "tools" if called else "stop"


def read_logprobs(logprobs: wire.Logprobs | None) -> tuple[TokenLogprob, ...]:
    """The log-probabilities, token by token."""
    if logprobs is None:
        return ()
    if logprobs.tokens and logprobs.token_logprobs:
        pairs = zip(logprobs.tokens, logprobs.token_logprobs, strict=False)
        return tuple(TokenLogprob(token, logprob) for token, logprob in pairs if logprob is not None)
    listed = (logprobs.content or []) + (logprobs.refusal or [])
    return tuple(
        TokenLogprob(
            one.token,
            one.logprob,
            tuple((top.token, top.logprob) for top in one.top_logprobs or () if top.logprob is not None),
        )
        for one in listed
        if one.logprob is not None
    )


def functions(words: wire.Words) -> Iterator[tuple[wire.Call, wire.Function]]:
    """The calls of a message with the functions that they name."""
    for call in words.tool_calls or ():
        yield call, call.function or wire.Function()
    if words.function_call is not None:  # the name before there were several
        yield wire.Call(index=0), words.function_call


def _thought(piece: wire.Piece) -> str:
    if isinstance(piece.thinking, list):
        return "".join(inner.text or "" for inner in piece.thinking)
    return piece.thinking or ""


def check(choice: wire.Choice, asked: Asked) -> None:
    """Raises the error that a choice holds instead of an answer."""
    reason = (choice.finish_reason or "").lower()
    if choice.error is not None or reason in _FAILED:
        raise failure(choice.error or f"the answer ended with {reason!r}", asked)


def identity_of(completion: wire.Completion) -> str:
    """The id of an answer; empty where it has none."""
    return "" if completion.id is None else str(completion.id)


def _count(value: float | None) -> int:
    return 0 if value is None else max(0, int(value))


def shape_of(completion: Json, asked: Asked) -> wire.Completion:
    """The fields that we know; raises `MalformedAnswer` where one is of another type."""
    try:
        return msgspec.convert(completion, wire.Completion)
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error}): {_shown(completion)}", asked) from None


def no_answer(completion: Json, asked: Asked) -> ModelError:
    """The error that a body without choices stands for."""
    if completion.get("error") is not None:
        return failure(completion["error"], asked)
    return malformed(f"no choices: {_shown(completion)}", asked)


def _shown(value: Any) -> str:
    return msgspec.json.encode(value)[:200].decode("utf-8", "replace")
