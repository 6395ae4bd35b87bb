"""Named entities as a model writes them, beside the tags of tokens that they are scored by.

It does not know which kinds of entities there are.

A model answers with a JSON list such as `[{"type": "person", "text": "Ada Lovelace"}]`, in the order of the text. Each
is looked for behind the one before; what is nowhere in the text is a span too many, as it must be for precision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec
from msgspec import Struct, structs

from vouch.scorers import corpus
from vouch.scorers.answer import measured, shown, unanswered, unjudged
from vouch.scorers.counting import f1
from vouch.scorers.spans import read_tags, span_f1, spans
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_LIST: Final = re.compile(r"\[.*\]", re.DOTALL)


class Entity(NamedTuple):
    """A kind, such as `person`, and its words with single spaces between tokens."""

    type: str
    text: str


class Tagged(NamedTuple):
    """The tags of a text's tokens, and the kinds of those entities that are not in the text."""

    tags: list[str]
    absent: list[str]


def written(tokens: Sequence[str], tags: Sequence[str]) -> str:
    """The entities of tagged tokens as a model writes them."""
    found = [{"type": span.label, "text": " ".join(tokens[span.start : span.end])} for span in spans(tags)]
    return msgspec.json.encode(found).decode()


def bio(tags: Sequence[str]) -> list[str]:
    """The same spans as BIO: each begins with B-, also where it did not, as in the IOB1 of CoNLL-2003, or in BIOES."""
    found = ["O"] * len(tags)
    for label, start, end in spans(tags):
        found[start:end] = _marks(label, end - start)
    return found


def read_entities(output: str) -> list[Entity] | None:
    """The entities of an answer; None where it holds no list of objects with type and text."""
    found = _LIST.search(output)
    try:
        several: object = msgspec.json.decode(found[0]) if found else None
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    if not isinstance(several, list):
        return None
    entities: list[Entity] = []
    for one in cast("list[object]", several):
        fields = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        kind, text = fields.get("type"), fields.get("text")
        if not isinstance(kind, str) or not isinstance(text, str) or not kind.split():
            return None
        entities.append(Entity("-".join(kind.split()), text))
    return entities


def tagged(tokens: Sequence[str], entities: Sequence[Entity]) -> Tagged:
    """The tags that `entities` give `tokens`: each the first free place behind the one before, or else anywhere."""
    tags = ["O"] * len(tokens)
    absent: list[str] = []
    behind = 0
    for entity in entities:
        places = _places(tokens, entity.text)
        free = [(start, end) for start, end in places if all(tag == "O" for tag in tags[start:end])]
        chosen = next((place for place in free if place[0] >= behind), free[0] if free else None)
        if chosen is None:
            absent.append(entity.type)
            continue
        start, behind = chosen
        tags[start:behind] = _marks(entity.type, behind - start)
    return Tagged(tags, absent)


def _marks(kind: str, tokens: int) -> list[str]:
    return [f"B-{kind}", *[f"I-{kind}"] * (tokens - 1)]


def _places(tokens: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where the words of `text` are whole tokens, whatever the spaces between them."""
    wanted = "".join(text.split())
    found: list[tuple[int, int]] = []
    for start in range(len(tokens)):
        end, joined = start, ""
        while wanted and end < len(tokens) and len(joined) < len(wanted):
            joined, end = joined + tokens[end], end + 1
        if wanted and joined == wanted:
            found.append((start, end))
    return found


class EntityF1(Struct, frozen=True):
    """Micro F1 of spans with their kinds; an answer is a list of entities, or of one tag a token."""

    @property
    def name(self) -> str:
        """`entity_f1`."""
        return "entity_f1"

    async def score(self, case: Case, result: Result) -> Score:
        """The case's own F1, 1 where nothing is expected and nothing found; a case without tags cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        tally = self.tally(case, result)
        if tally is None:
            return unjudged(self.name, case, "a list of tags such as 'B-person', 'I-person' and 'O'")
        return measured(self.name, f1(tally, "micro") if tally else 1.0, f"{shown(result.output)} has other spans")

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """Hits, extra and missed spans by kind."""
        found = _tags(case, result)
        counted = span_f1().tally(case, structs.replace(result, output=msgspec.json.encode(found.tags).decode()))
        return (
            counted if counted is None else corpus.total([counted, *({f"extra {kind}": 1.0} for kind in found.absent)])
        )

    def figure(self, total: Mapping[str, float]) -> float:
        """F1 of all spans."""
        return span_f1().figure(total)


def _tags(case: Case, result: Result) -> Tagged:
    tokens = case.input.split(" ")
    if result.status != "answered":
        return Tagged([], [])
    entities = read_entities(result.output)
    return Tagged(read_tags(result.output), []) if entities is None else tagged(tokens, entities)
