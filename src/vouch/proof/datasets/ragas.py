"""Samples of Ragas (what `EvaluationDataset.to_jsonl` writes, or the same as a table) as cases.

It does not know Ragas' metrics; which scorer fits is up to the proof.

`reference` is what is expected, or the reference's tool calls where only they are given. Reference contexts, rubrics
and personas go into the case's setting. What the app once answered or retrieved is no expectation and is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.record import Found, Mistake, Record

_OLD: Final = {
    "question": "user_input",
    "ground_truth": "reference",
    "answer": "response",
    "contexts": "retrieved_contexts",
}
"""The names before version 0.2."""

_ANSWERS: Final = ("response", "multi_responses", "retrieved_contexts", "retrieved_context_ids")

_KEPT: Final = (
    "reference_contexts",
    "reference_context_ids",
    "reference_topics",
    "rubrics",
    "persona_name",
    "query_style",
    "query_length",
    "synthesizer_name",
)


def ragas_records(found: Iterable[Record | Mistake], notes: Notes) -> Found:
    """Ragas' records with the fields of cases."""
    for entry in found:
        yield entry if isinstance(entry, Mistake) else _sample(entry, notes)


def _sample(entry: Record, notes: Notes) -> Record | Mistake:
    values = {_OLD.get(name, name): _structure(value) for name, value in entry.values.items()}
    said = _said(values.get("user_input"))
    if not said:
        return Mistake(entry.place, "a sample has a 'user_input' in words, or messages of which one is human")
    for answer in _ANSWERS:
        if values.get(answer):
            notes.add(f"{answer} is what the app gave then, so it is left out", entry.place)
    calls = [
        {"tool": str(call.get("name", "")), "arguments": call.get("args")}
        for call in _objects(values.get("reference_tool_calls"))
    ]
    kept = {name: values[name] for name in _KEPT if values.get(name)}
    if calls and values.get("reference"):
        notes.add("reference_tool_calls stand in the setting, because a reference is there, too", entry.place)
        kept["reference_tool_calls"] = calls
    made: dict[str, object] = {
        "input": said[0],
        "then": said[1:],
        "expected": values.get("reference") if values.get("reference") is not None else calls or None,
        "setting": kept or None,
    }
    return entry._replace(values=made)


def _said(user_input: object) -> list[str]:
    """What the person says, turn by turn."""
    if isinstance(user_input, str):
        return [user_input]
    return [_words(message.get("content")) for message in _objects(user_input) if message.get("type") == "human"]


def _words(content: object) -> str:
    return content if isinstance(content, str) else str(cast("Mapping[str, Any]", content or {}).get("text", ""))


def _objects(value: object) -> list[dict[str, Any]]:
    several = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in several if isinstance(one, dict)]


def _structure(value: object) -> object:
    """In CSV, Ragas writes lists and dictionaries as Python does."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        found: object = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return cast("object", found) if isinstance(found, list | dict) else value
