"""Google's answer, whole or event by event, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from vouch.errors import ConnectionFailed, ContentFiltered
from vouch.models.google import wire
from vouch.models.google.parts import DIALECT, read_part
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.wording import UNNAMED, Json, beside, count, object_of, owned, shape
from vouch.values.identifier import new_id
from vouch.values.message import Part, Reasoning, Text, ToolCall, said_in_order
from vouch.values.money import Usage
from vouch.values.request import (
    Answer,
    CallDelta,
    Delta,
    Done,
    Finish,
    PartDelta,
    ReasoningDelta,
    TextDelta,
)

_FINISHES: Final[dict[str, Finish]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "filtered",
    "RECITATION": "filtered",
    "LANGUAGE": "filtered",
    "BLOCKLIST": "filtered",
    "PROHIBITED_CONTENT": "filtered",
    "SPII": "filtered",
    "IMAGE_SAFETY": "filtered",
    "IMAGE_PROHIBITED_CONTENT": "filtered",
    "IMAGE_RECITATION": "filtered",
    "MODEL_ARMOR": "filtered",
}
_FAILED: Final = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"})
_WORDED: Final = ("candidates", "modelVersion", "responseId")
_MODALITIES: Final = {"TEXT": "text", "IMAGE": "image", "DOCUMENT": "image", "AUDIO": "audio", "VIDEO": "video"}


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    return read_reply(decode(body, asked), asked)


def read_reply(reply: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    if reply.get("error"):
        raise failure(reply, asked)
    try:
        known = shape(reply, wire.Reply)
        if not known.candidates:
            raise _no_answer(known, asked)
        own = beside(reply, *_WORDED)
        usage = read_usage(known.usageMetadata)
        answers = [_read_candidate(one, known, own, usage, asked) for one in known.candidates]
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error})", asked) from None
    return answers[0] if len(answers) == 1 else msgspec.structs.replace(answers[0], others=tuple(answers[1:]))


def _read_candidate(candidate: Json, reply: wire.Reply, own: Json, usage: Usage, asked: Asked) -> Answer:
    known = shape(candidate, wire.Candidate)
    parts = (known.content or wire.Content()).parts or []
    if known.finishReason in _FAILED and not parts:
        raise malformed(f"{known.finishReason}: {known.finishMessage or 'a call that cannot be read'}", asked)
    identity = reply.responseId or ""
    unnamed = f"{UNNAMED}{identity or new_id()}-{known.index or 0}"
    own_content = owned(DIALECT, beside(object_of(candidate.get("content")), "parts", "role"))
    said = said_in_order([read_part(part, f"{unnamed}-{place}") for place, part in enumerate(parts)], own_content)
    first = not known.index
    beside_it = beside(candidate, "content", "finishReason")
    return Answer(
        said,
        usage=usage if first else Usage(),
        finish=read_finish(known.finishReason, called=bool(said.calls)),
        model=reply.modelVersion or "",
        id=identity,
        reason=known.finishReason or "",
        own={DIALECT: (own if first else {}) | ({"candidate": beside_it} if beside_it else {})},
    )


def read_usage(usage: Json | None) -> Usage:
    """The tokens: what the provider's own tools read is input, and what was thought is output."""
    known = shape(usage or {}, wire.Usage)
    tools, thought = count(known.toolUsePromptTokenCount), count(known.thoughtsTokenCount)
    units: dict[str, int] = {}
    _add(units, "input_{}_tokens", known.promptTokensDetails)
    _add(units, "input_{}_tokens", known.toolUsePromptTokensDetails)
    _add(units, "input_{}_tool_tokens", known.toolUsePromptTokensDetails)
    _add(units, "cache_{}_read_tokens", known.cacheTokensDetails)
    _add(units, "output_{}_tokens", known.candidatesTokensDetails)
    if tools:
        units["input_tool_tokens"] = tools
    return Usage(
        input_tokens=count(known.promptTokenCount) + tools,
        output_tokens=count(known.candidatesTokenCount) + thought,
        cache_read_tokens=count(known.cachedContentTokenCount),
        reasoning_tokens=thought,
        counts=units or None,
    )


def _add(units: dict[str, int], unit: str, details: Iterable[wire.Modality] | None) -> None:
    for detail in details or ():
        kind = _MODALITIES.get(detail.modality)
        if kind and (tokens := count(detail.tokenCount)):
            name = unit.format(kind)
            units[name] = units.get(name, 0) + tokens


def read_finish(reason: str | None, *, called: bool) -> Finish:
    """Why the answer ended. A model that calls tools says `STOP`, and waits for their results all the same."""
    finish = _FINISHES.get(reason or "", "stop")
    return "tools" if called and finish == "stop" else finish


def _no_answer(reply: wire.Reply, asked: Asked) -> Exception:
    why = object_of(reply.promptFeedback).get("blockReason")
    if why:
        return ContentFiltered(
            f"{asked} refused: the prompt was blocked ({asked.hide(str(why))}); change what is asked"
        )
    return malformed("no candidates", asked)


class StreamReader:
    """Puts the events of a stream together to the reply that would have come whole: deltas as they come."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._reply: Json = {}
        self._candidates: dict[int, Json] = {}
        self._calls = 0
        self._unnamed = f"{UNNAMED}{new_id()}-0"
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended: then nothing is missing."""
        first = self._candidates.get(0, {})
        return bool(first.get("finishReason")) or bool(object_of(self._reply.get("promptFeedback")).get("blockReason"))

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        event = decode(data, self._asked)
        if event.get("error"):
            raise failure(event, self._asked)
        try:
            known = shape(event, wire.Reply)
            self._reply |= beside(event, "candidates")
            return [delta for one in known.candidates or () for delta in self._read(one)]
        except msgspec.ValidationError as error:
            raise malformed(f"an event that cannot be read ({error}): {data[:200]}", self._asked) from None

    def finish(self) -> list[Delta]:
        """The whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.finished:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        candidates = [self._candidates[index] for index in sorted(self._candidates)]
        for candidate in candidates:
            candidate["content"] |= {"parts": join_parts(candidate["content"]["parts"])}
        return [Done(_renamed(read_reply({**self._reply, "candidates": candidates}, self._asked), self._unnamed))]

    def _read(self, candidate: Json) -> Iterator[Delta]:
        known = shape(candidate, wire.Candidate)
        index = known.index or 0
        whole = self._candidates.setdefault(index, {"content": {"parts": []}})
        whole |= beside(candidate, "content")
        whole["content"] |= beside(object_of(candidate.get("content")), "parts")
        for part in (known.content or wire.Content()).parts or ():
            whole["content"]["parts"].append(part)
            if not index:
                yield from self._tell(read_part(part, f"{self._unnamed}-{self._calls}"))

    def _tell(self, part: Part | ToolCall) -> Iterator[Delta]:
        match part:
            case Text():
                if part.text:
                    yield TextDelta(part.text)
            case Reasoning():
                yield ReasoningDelta(part.text, part.signature)
            case ToolCall():
                yield CallDelta(self._calls, part.arguments, part.id, part.name)
                self._calls += 1
            case _:
                yield PartDelta(part)


def _renamed(answer: Answer, unnamed: str) -> Answer:
    """The answer with the ids under which its calls were told, where they have none of their own."""
    if not any(call.id.startswith(UNNAMED) for call in answer.message.calls):
        return answer
    calls = tuple(
        msgspec.structs.replace(call, id=f"{unnamed}-{place}") if call.id.startswith(UNNAMED) else call
        for place, call in enumerate(answer.message.calls)
    )
    return msgspec.structs.replace(answer, message=msgspec.structs.replace(answer.message, calls=calls))


def join_parts(parts: list[Json]) -> list[Json]:
    """Pieces of text that follow each other as one part; a seal belongs to the text that it closes."""
    joined: list[Json] = []
    for part in parts:
        last: Any = joined[-1] if joined else None
        if last is not None and _continues(last, part):
            joined[-1] = {**last, **part, "text": last["text"] + part["text"]}
        else:
            joined.append(part)
    return joined


def _continues(last: Json, part: Json) -> bool:
    if {*last, *part} - {"text", "thought", "thoughtSignature"} or "thoughtSignature" in last:
        return False
    words = isinstance(last.get("text"), str) and isinstance(part.get("text"), str)
    return words and last.get("thought", False) == part.get("thought", False)
