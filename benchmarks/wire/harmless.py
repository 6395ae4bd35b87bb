"""Differences between two requests that mean the same, by name; what differs beyond them is a mismatch.

It does not know any reader or writer.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

import msgspec

Json = dict[str, Any]

HARMLESS: Final = (
    "a field that is null, or an empty list or object that only says `none`, may be left out",
    "one text may be written as a string or as one block of text",
    "a flag may be left out when it is false, and a description, reasoning or instructions when they are empty",
    "what goes without saying may be left out: a message, a function, the user's role, a picture's detail, a success",
    "the order of fields of an object",
    "a number may be written 1 or 1.0",
    "OpenAI renamed max_tokens to max_completion_tokens, and a stream is asked for its usage",
    "the input of a response may be a string, and a count of tokens needs no limit of them",
    "Google takes names in snake case and in camel case, and one tool as a list of one",
)


def camel(value: Any) -> Any:
    """A value with all its names in camel case, and one tool as a list of one."""
    if isinstance(value, dict):
        fields = cast(Json, value)
        if isinstance(fields.get("tools"), dict):
            fields = {**fields, "tools": [fields["tools"]]}
        return {_SNAKE.sub(lambda found: found[1].upper(), name): camel(inner) for name, inner in fields.items()}
    return [camel(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two JSON values differ beyond what is harmless, as `place: one | other`."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, dict) and isinstance(other, dict):
        left, right = cast(Json, one), cast(Json, other)
        found: list[str] = []
        for name in {**left, **right}:
            found += differences(left.get(name), right.get(name), f"{place}.{name}")
        return found
    if isinstance(one, list) and isinstance(other, list):
        mine, theirs = cast("list[Any]", one), cast("list[Any]", other)
        if len(mine) == len(theirs):
            pairs = zip(mine, theirs, strict=True)
            return [text for number, (a, b) in enumerate(pairs) for text in differences(a, b, f"{place}[{number}]")]
    if one == other:
        return []
    return [f"{place}: {_shown(one)} | {_shown(other)}"]


def _plain(value: Any) -> Any:
    """A value without what is harmless."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if len(items) == 1 and isinstance(items[0], dict):
            block = cast(Json, items[0])
            kind = block.get("type", "text")
            if {*block} - {"annotations"} <= {"type", "text"} and "text" in block and kind in _TEXTS:
                return block["text"]
        return [_plain(item) for item in items] or None
    if isinstance(value, dict):
        fields = {name: _plain(inner) for name, inner in cast(Json, value).items()}
        return {name: inner for name, inner in fields.items() if _says(name, inner)} or None
    return value


_SNAKE: Final = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")
_TEXTS: Final = ("text", "input_text", "output_text")
_KINDS: Final = frozenset(
    {
        ("type", "function"),
        ("type", "message"),
        ("type", "custom"),
        ("role", "user"),
        ("detail", "auto"),
        ("status", "success"),
    }
)
_FLAGS: Final = frozenset({"is_error", "stream"})
_EMPTY: Final = frozenset({"description", "reasoning_content", "instructions"})


def _says(name: str, value: Any) -> bool:
    if value is None or (value is False and name in _FLAGS) or (value == "" and name in _EMPTY):
        return False
    return not (isinstance(value, str) and (name, value) in _KINDS)


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"
