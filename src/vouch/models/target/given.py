"""What a target gave back, as an answer.

It does not know who gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from vouch.errors import MalformedAnswer
from vouch.values.message import Message, assistant
from vouch.values.money import Usage
from vouch.values.request import Answer, Request

_TEXTS: Final = ("output", "response", "content", "text")
"""Attributes under which objects of other frameworks hold their words, in the order they are looked for."""


def answer_of(given: object, name: str) -> Answer:
    """An answer out of what was given.

    A text is the answer. An object with `output` gives its answer there, and may say `confidence`, `input_tokens` and
    `output_tokens`; any other object or list is the answer as JSON. Raises `MalformedAnswer` for None and what no JSON
    can hold.
    """
    if isinstance(given, Answer):
        return given
    if isinstance(given, Mapping):
        found = cast("Mapping[str, Any]", given)
        if "output" in found:
            return Answer(
                assistant(_words(found["output"], name)),
                Usage(int(found.get("input_tokens") or 0), int(found.get("output_tokens") or 0)),
                model=name,
                confidence=found.get("confidence"),
            )
        if found.get("messages"):
            return Answer(assistant(_words(found["messages"][-1], name)), model=name)
    other = cast("object", given)
    return Answer(assistant(_words(other, name)), _usage(other), model=name)


def asked(request: Request) -> tuple[str, list[dict[str, str]]]:
    """What the user said last, and the whole conversation as role and content."""
    texts = [message for message in request.messages if message.role != "tool"]
    last = next((message.text for message in reversed(texts) if message.role == "user"), "")
    return last, [_plain(message) for message in texts]


def _plain(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": message.text}


def _words(given: object, name: str) -> str:
    if isinstance(given, str):
        return given
    if given is None:
        raise MalformedAnswer(f"{name} gave nothing (None); a target gives a text, or an object that JSON can hold")
    other: object = given
    if not isinstance(other, Mapping | list | tuple | int | float):
        for attribute in _TEXTS:
            inner = getattr(other, attribute, None)
            if inner is not None and not callable(inner):
                return _words(inner, name)
    built = _built(given)
    try:
        return msgspec.json.encode(built).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedAnswer(f"{name} gave a {type(given).__name__}, which JSON cannot hold ({error})") from error


def _built(given: object) -> object:
    """A pydantic model as what it holds."""
    dump: Any = getattr(given, "model_dump", None)
    return dump(mode="json") if callable(dump) else given


def _usage(given: object) -> Usage:
    """The tokens that an object of pydantic-ai says it used."""
    usage: Any = getattr(given, "usage", None)
    # Where it is a method with the figures on it, calling it is the old way.
    found: Any = usage() if callable(usage) and not hasattr(usage, "input_tokens") else usage
    counts = [getattr(found, count, None) for count in ("input_tokens", "output_tokens")]
    read, written = (count if isinstance(count, int) else 0 for count in counts)
    return Usage(read, written)
