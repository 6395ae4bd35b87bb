"""Samples of OpenAI evals (`input` and `ideal`, a line each; or the `item`s of the Evals API) as cases.

It does not know the eval's class; which scorer fits is up to the proof.

The last message of the user is the input. Messages before it are the eval's prompt: they stand in the case's setting,
and belong into the app's prompt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.record import Found, Mistake, Record

_QUESTIONS: Final = ("input", "question", "prompt", "problem")
_IDEALS: Final = ("ideal", "answer", "expected", "reference_answer", "correct_label")

_BEFORE: Final = (
    "messages before the last of the user stand in the setting; put what they say into the app's prompt and examples"
)


def openai_evals_records(found: Iterable[Record | Mistake], notes: Notes) -> Found:
    """OpenAI's records with the fields of cases."""
    for entry in found:
        yield entry if isinstance(entry, Mistake) else _sample(entry, notes)


def _sample(entry: Record, notes: Notes) -> Record | Mistake:
    item = entry.values.get("item")
    values = cast("dict[str, object]", item) if isinstance(item, dict) else entry.values
    question = next((name for name in _QUESTIONS if name in values), "")
    ideal = next((name for name in _IDEALS if name in values), "")
    if not question:
        return Mistake(entry.place, f"a sample has one of the fields {', '.join(_QUESTIONS)}")
    asked, before = _asked(values[question])
    if not asked:
        return Mistake(entry.place, f"{question!r} is neither a text nor a list of messages with one of the user")
    if before:
        notes.add(_BEFORE, entry.place)
    if not ideal:
        notes.add("a sample without 'ideal' expects nothing: only a scorer that needs no expectation fits", entry.place)
    rest = {name: value for name, value in values.items() if name not in (question, ideal, "id")}
    setting = {**rest, **({"messages": before} if before else {})}
    made: dict[str, object] = {"input": asked, "expected": values.get(ideal), "setting": setting or None}
    return entry._replace(values={**made, "id": values["id"]} if values.get("id") else made)


def _asked(question: object) -> tuple[str, list[dict[str, Any]]]:
    """The user's last words, and all messages before them."""
    if isinstance(question, str):
        return question, []
    several = cast("list[object]", question) if isinstance(question, list) else []
    messages = [cast("dict[str, Any]", one) for one in several if isinstance(one, dict)]
    for place in range(len(messages) - 1, -1, -1):
        if messages[place].get("role") == "user":
            return _words(messages[place].get("content")), messages[:place]
    # Some evals ask with a system message alone.
    return (_words(messages[-1].get("content")), messages[:-1]) if messages else ("", [])


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = cast("list[object]", content) if isinstance(content, list) else []
    return "".join(str(cast("dict[str, Any]", part).get("text", "")) for part in parts if isinstance(part, dict))
