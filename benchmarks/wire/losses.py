"""What of a recorded answer is not to be found in what was read from it.

It does not know any dialect: it looks for every word and number of the original, wherever it may stand. So what it
misses is missing for certain; that a value stands in the right place is for the comparison of requests and the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final, cast

import msgspec

from vouch.models.wording import object_of

STRUCTURE: Final = frozenset(
    {"assistant", "model", "message", "text", "output_text", "tool_use", "thinking", "function", "function_call"}
    | {"chat.completion", "chat.completion.chunk", "summary_text", "reasoning", "reasoning_text", "refusal", "user"}
    | {"thought is true", "response", "response.compaction"}
    | {"image", "document", "url_citation", "message_start", "tool", "in_progress", "image_url", "input_text"}
)
"""Words that only say what kind of thing stands there: our values say the same by their own kind."""

_COUNTERS: Final = frozenset({"index", "sequence_number", "output_index", "content_index", "summary_index"})
ANNOUNCED: Final = frozenset(
    {"response.created", "response.queued", "response.in_progress", "response.output_item.added"}
    | {"response.content_part.added"}
)
"""Events that only tell beforehand what a later one holds whole."""

DONE: Final = frozenset({"response.output_item.done", "response.content_part.done"})
"""Events whose item the last one holds again, sealed anew, where it holds any."""

_PLACES: Final = ("index", "output_index", "content_index", "summary_index", "thought")
_STEPS: Final = frozenset({"event", "type", "item_id", "object", "obfuscation", "p"})


def lost(original: Any, read: Any) -> list[Any]:
    """Words and numbers of `original` that `read` holds less often, most of them first."""
    mine = Counter(_leaves(msgspec.to_builtins(read)))
    theirs = Counter(leaf for leaf in _leaves(original) if leaf not in STRUCTURE)
    return [leaf for leaf, _ in (theirs - mine).most_common()]


def lost_of_stream(events: Iterable[Any], read: Any) -> list[Any]:
    """The same for a stream: pieces of words count as one when they stand in one place, and of numbers the last."""
    places: dict[tuple[Hashable, ...], list[Any]] = {}
    listed = [object_of(event) for event in events]
    is_whole = bool(listed) and bool(object_of(listed[-1].get("response")).get("output"))
    given_again = ANNOUNCED | DONE if is_whole else ANNOUNCED
    for event in listed:
        if event.get("type") in given_again:
            continue
        for place, value in _placed(event, ()):
            # Of numbers only the name counts: the same count may stand at the beginning and, grown, at the end.
            places.setdefault(place if isinstance(value, str) else place[-1:], []).append(value)
    mine = list(_leaves(msgspec.to_builtins(read)))
    texts_of_mine = [one for one in mine if isinstance(one, str)]
    known, words = set(mine), "\x00".join(texts_of_mine)
    missing: list[Any] = []
    for values in places.values():
        texts = [value for value in values if isinstance(value, str)]
        joined = "".join(texts)
        there = joined in words or _composed(joined, texts_of_mine)
        if texts and not there and not (_found(joined, known) or all(_found(one, known) for one in texts)):
            missing.append(joined)
        missing += [value for value in values[-1:] if not isinstance(value, str) and value not in known]
    return missing


def _composed(text: str, pieces: Iterable[str]) -> bool:
    """Whether a text is made of pieces in this order, with others between them."""
    place = 0
    for piece in pieces:
        if text.startswith(piece, place):
            place += len(piece)
    return place == len(text)


def _found(text: str, known: set[Any]) -> bool:
    return text in STRUCTURE or all(leaf in known for leaf in _leaves(text))


def _leaves(value: Any) -> Iterator[Any]:
    """Words, numbers and what is true; JSON within text and the two halves of a `data:` URL are taken apart."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            if name in _COUNTERS:
                continue
            # What is true says something only together with its name.
            yield from [f"{name} is true"] if inner is True else _leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in cast("list[Any]", value):
            yield from _leaves(inner)
    elif isinstance(value, str):
        yield from _in_text(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value


def _in_text(text: str) -> Iterator[Any]:
    if text[:1] in ("{", "["):
        try:
            yield from _leaves(msgspec.json.decode(text))
        except msgspec.DecodeError:
            yield text
    elif text.startswith("data:") and ";base64," in text:
        yield from text[5:].split(";base64,", 1)
    elif text:
        yield text


def _placed(value: Any, place: tuple[Hashable, ...]) -> Iterator[tuple[tuple[Hashable, ...], Any]]:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        numbers = tuple((name, fields[name]) for name in _PLACES if name in fields)
        kind = fields.get("type")
        for name, inner in fields.items():
            if name not in _COUNTERS and name not in _STEPS:
                yield from _placed(inner, (*place, *numbers, kind if isinstance(kind, str) else "", name))
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _placed(inner, (*place, number))
    elif (isinstance(value, str) and value) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield place, value
