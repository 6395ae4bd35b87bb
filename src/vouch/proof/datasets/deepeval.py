"""Goldens and test cases of DeepEval (what `EvaluationDataset.save_as` writes, as JSON, JSON lines or CSV) as cases.

It does not know DeepEval's metrics; which scorer fits is up to the proof.

An expected output is what is expected; expected tools are, where only they are given. Context, metadata and comments go
into the case's setting. What the app once answered is no expectation and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from vouch.proof.datasets.columns import cell
from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.record import Found, Mistake, Record

_ANSWERS: Final = ("actual_output", "retrieval_context", "tools_called", "token_cost", "completion_time")

_KEPT: Final = ("context", "additional_metadata", "custom_column_key_values", "comments", "persona", "user_description")


def deepeval_records(found: Iterable[Record | Mistake], notes: Notes) -> Found:
    """DeepEval's records with the fields of cases."""
    for entry in found:
        if isinstance(entry, Mistake):
            yield entry
        elif entry.values.get("scenario"):
            yield _conversation(entry, notes)
        elif not isinstance(entry.values.get("input"), str):
            yield Mistake(entry.place, "a golden has an 'input' in words, or a 'scenario'")
        else:
            yield entry._replace(values=_golden(entry, notes))


def _golden(entry: Record, notes: Notes) -> dict[str, object]:
    values = entry.values
    for answer in _ANSWERS:
        if values.get(answer):
            notes.add(f"{answer} is what the app gave then, so it is left out", entry.place)
    if isinstance(values.get("expectations"), dict) and any(cast("dict[str, Any]", values["expectations"]).values()):
        notes.add("expectations are judged by DeepEval's own metrics, so they are left out", entry.place)
    tools = _structure(values.get("expected_tools"))
    expected = values.get("expected_output")
    if tools and expected:
        notes.add("expected_tools stand in the setting, because an expected_output is there, too", entry.place)
    made: dict[str, object] = {
        "input": values["input"],
        "expected": expected if expected is not None else _calls(tools),
        "source": values.get("source_file") or "",
        "setting": _setting(values, {"expected_tools": _calls(tools)} if tools and expected else {}),
    }
    return _named(made, values)


def _conversation(entry: Record, notes: Notes) -> Record | Mistake:
    """A conversational golden: the customer's turns are said one after the other; the outcome is what is expected."""
    values = entry.values
    turns = _structure(values.get("turns"))
    said = [str(turn["content"]) for turn in _objects(turns) if turn.get("role") == "user" and turn.get("content")]
    if not said:
        notes.add(
            "a scenario without turns is said to the app as it stands: DeepEval plays it with a model", entry.place
        )
        said = [str(values["scenario"])]
    made: dict[str, object] = {
        "input": said[0],
        "then": said[1:],
        "expected": values.get("expected_outcome"),
        "setting": _setting(values, {"scenario": values["scenario"]}),
    }
    return entry._replace(values=_named(made, values))


def _setting(values: Mapping[str, object], more: dict[str, object]) -> dict[str, object] | None:
    kept = {name: _structure(values[name]) for name in _KEPT if values.get(name)}
    return {**kept, **more} or None


def _named(made: dict[str, object], values: Mapping[str, object]) -> dict[str, object]:
    return {**made, "id": values["name"]} if values.get("name") else made


def _calls(tools: object) -> list[dict[str, object]] | None:
    """The tools as `scorers.path()` expects them."""
    found = [
        {"tool": str(tool.get("name", "")), "arguments": tool.get("inputParameters") or tool.get("input_parameters")}
        for tool in _objects(tools)
    ]
    return [{name: value for name, value in call.items() if value is not None} for call in found] or None


def _objects(value: object) -> list[dict[str, Any]]:
    several = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in several if isinstance(one, dict)]


def _structure(value: object) -> object:
    """In CSV, lists and objects are written as JSON."""
    return cell("setting", value) if isinstance(value, str) else value
