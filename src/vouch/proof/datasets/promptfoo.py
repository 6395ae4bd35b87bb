"""Tests of a promptfooconfig.yaml (or of a table of tests that it names) as cases for `checks()`.

It does not know promptfoo's prompts and providers: those are the app's.

A test becomes a case for each combination of its variables' lists. One variable is the input, the others stand in the
case's setting; assertions become checks, all of which must hold. What only a model or a program can judge is noted.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import yaml

from vouch.errors import CaseError
from vouch.proof.datasets.checks import KINDS
from vouch.proof.datasets.lines import check_file, read_text
from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.record import Found, Mistake, Record
from vouch.proof.datasets.table import read_table

INPUTS: Final = ("input", "question", "query", "message", "user_input", "prompt", "text")
"""Names of variables that are taken for the input where several are given."""

_MODELS: Final = frozenset(
    {
        "answer-relevance",
        "classifier",
        "context-faithfulness",
        "context-recall",
        "context-relevance",
        "conversation-relevance",
        "factuality",
        "g-eval",
        "llm-rubric",
        "model-graded-closedqa",
        "model-graded-factuality",
        "moderation",
        "pi",
        "select-best",
        "similar",
    }
)

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")

_TABLE_CHECK: Final = re.compile(
    r"(?P<not>not-)?(?P<kind>[a-z-]+)(?:\((?P<threshold>[0-9.]+)\))?(?::\s*(?P<value>.*))?", re.DOTALL
)

_TABLE_KINDS: Final = {"grade": "llm-rubric", "fn": "javascript", "eval": "javascript"}
"""What a table of tests calls otherwise."""


class _Shared(NamedTuple):
    """What holds for all tests of a file."""

    file: Path
    variable: str
    default: Mapping[str, Any]
    notes: Notes


def promptfoo_records(file: Path, notes: Notes, *, variable: str = "") -> Found:
    """The tests of a configuration with the fields of cases; `variable` is the one that the app is asked.

    Raises `CaseError` for what is no such configuration.
    """
    check_file(file)
    found, lines = _document(file)
    if not isinstance(found, dict | list):
        raise CaseError(f"{file} is no configuration of promptfoo: a list under 'tests' is wanted")
    config = cast("dict[str, Any]", found if isinstance(found, dict) else {"tests": found})
    if config.get("scenarios"):
        notes.add("scenarios are left out; write them as tests")
    default = config.get("defaultTest")
    shared = _Shared(file, variable, cast("dict[str, Any]", default) if isinstance(default, dict) else {}, notes)
    number = 0
    for unit, line, test in _tests(file, config.get("tests"), lines):
        if isinstance(test, str):
            yield Mistake(f"{unit} {line}", test)
            continue
        for made in _cases(shared, f"{unit} {line}", test):
            number += 1
            yield made if isinstance(made, Mistake) else Record("test", number, made)


def _document(file: Path) -> tuple[object, list[int]]:
    """What a YAML file holds, and the line of each of its tests."""
    try:
        text = read_text(file)
        compose: Any = yaml.compose  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return cast("object", yaml.safe_load(text)), _lines(compose(text, yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark: Any = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise CaseError(f"{file}{where}: not YAML: {getattr(error, 'problem', None) or error}") from error


def _lines(root: object) -> list[int]:
    node = root
    if isinstance(root, yaml.MappingNode):
        pairs = cast("list[tuple[Any, Any]]", cast("Any", root).value)
        node = next((value for key, value in pairs if key.value == "tests"), None)
    return [each.start_mark.line + 1 for each in node.value] if isinstance(node, yaml.SequenceNode) else []


Test = tuple[str, int, dict[str, Any] | str]
"""The unit of its place, its number there, and a test or what is wrong with it."""


def _tests(file: Path, tests: object, lines: list[int]) -> Iterator[Test]:
    if isinstance(tests, str):
        yield from _named(file, tests, 1)
        return
    if not isinstance(tests, list):
        raise CaseError(f"{file} has no tests: a list under 'tests', or the name of a file, is wanted")
    for line, test in zip(lines, cast("list[object]", tests), strict=True):
        if isinstance(test, str):
            yield from _named(file, test, line)
        elif isinstance(test, dict):
            yield "line", line, cast("dict[str, Any]", test)
        else:
            yield "line", line, f"a test is an object, not {test!r:.60}"


def _named(file: Path, name: str, line: int) -> Iterator[Test]:
    """The tests of a file that the configuration names."""
    other = file.parent / name.removeprefix("file://")
    if other.suffix in (".csv", ".tsv"):
        check_file(other)
        for entry in read_table(other):
            if isinstance(entry, Mistake):
                yield f"{other.name}, line", int(entry.place.rpartition(" ")[2]), entry.why
            else:
                yield f"{other.name}, line", entry.number, _row(entry.values)
    elif other.suffix in (".yaml", ".yml", ".json"):
        check_file(other)
        found, lines = _document(other)
        for _, number, test in _tests(other, found, lines):
            yield f"{other.name}, line", number, test
    else:
        yield "line", line, f"tests in {name!r} cannot be read here; write them as YAML, JSON or CSV"


def _row(values: Mapping[str, object]) -> dict[str, Any]:
    """A row of a table of tests: columns are variables, but for those that begin with two underscores."""
    asserts = [_cell_check(str(cell)) for name, cell in values.items() if re.fullmatch(r"__expected\d*", name)]
    variables = {name: cell for name, cell in values.items() if not name.startswith("__")}
    return {"vars": variables, "assert": asserts, "description": values.get("__description")}


def _cell_check(cell: str) -> dict[str, Any]:
    """`contains: refund`, `rouge-n(0.6): ...`; words without a kind are equality."""
    found = _TABLE_CHECK.fullmatch(cell.strip())
    kind = _TABLE_KINDS.get(found["kind"], found["kind"]) if found else ""
    known = kind in KINDS or kind in _MODELS or kind in ("javascript", "python")
    if not found or not known or (found["value"] is None and kind not in ("is-json", "is-refusal")):
        return {"type": "equals", "value": cell}
    threshold = float(found["threshold"]) if found["threshold"] else None
    return {"type": f"{found['not'] or ''}{kind}", "value": found["value"], "threshold": threshold}


def _cases(shared: _Shared, place: str, test: Mapping[str, Any]) -> Iterator[dict[str, object] | Mistake]:
    variables: dict[str, Any] = {**(shared.default.get("vars") or {}), **(test.get("vars") or {})}
    name = _input(shared, variables)
    if not name:
        names = ", ".join(variables) or "none"
        yield Mistake(place, f"which variable is the app asked? there are {names}; name it: --input NAME")
        return
    if isinstance(cast("object", test.get("threshold")), int | float):
        shared.notes.add("a test's threshold is left out: all of its checks must hold", place)
    asserts: list[Any] = [*(shared.default.get("assert") or []), *(test.get("assert") or [])]
    columns = [cast("list[Any]", value) if isinstance(value, list) else [value] for value in variables.values()]
    for values in itertools.product(*columns):
        given = {key: _value(shared, value) for key, value in zip(variables, values, strict=True)}
        wrong = next((value for value in given.values() if isinstance(value, Mistake)), None)
        if wrong is not None:
            yield Mistake(place, wrong.why)
            continue
        checks = list(_checks(asserts, given, shared.notes, place))
        if not checks:
            shared.notes.add("a test has no check that can be made here, so its case expects nothing", place)
        yield _case(test, name, given, checks)


def _case(test: Mapping[str, Any], name: str, given: dict[str, Any], checks: list[dict[str, Any]]) -> dict[str, object]:
    setting = {key: value for key, value in given.items() if key != name}
    if test.get("description"):
        setting["description"] = test["description"]
    asked = given[name]
    return {
        "input": asked if isinstance(asked, str) else str(asked),
        "expected": checks or None,
        "setting": setting or None,
    }


def _input(shared: _Shared, variables: Mapping[str, Any]) -> str:
    if shared.variable:
        return shared.variable if shared.variable in variables else ""
    return next(iter(variables)) if len(variables) == 1 else next((name for name in INPUTS if name in variables), "")


def _value(shared: _Shared, value: object) -> object:
    """A variable's value; one that names a text file beside the configuration is that file's text."""
    if not isinstance(value, str) or not value.startswith("file://"):
        return value
    folder = shared.file.parent.resolve()
    other = (folder / value.removeprefix("file://")).resolve()
    if other.suffix not in (".txt", ".md", ".json", ".html", ".xml") or not other.is_relative_to(folder):
        return Mistake("", f"the variable {value!r} names no text file in the folder; put its text there")
    try:
        return read_text(other)
    except CaseError as error:
        return Mistake("", str(error))


def _checks(asserts: list[Any], variables: Mapping[str, Any], notes: Notes, place: str) -> Iterator[dict[str, Any]]:
    for one in asserts:
        found = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        if found.get("type") == "assert-set":
            yield from _checks(found.get("assert") or [], variables, notes, place)
            continue
        told = str(found.get("type", ""))
        kind = told.removeprefix("not-")
        value = _filled(found.get("value"), variables)
        why = _unmapped(kind, found, value)
        if why:
            notes.add(why, place)
            continue
        if kind in ("latency", "cost"):
            value = found.get("threshold")
        share = found.get("threshold") if kind in ("rouge-n", "bleu") else None
        check = {"check": kind, "value": value, "threshold": share, "not": told.startswith("not-") or None}
        yield {name: part for name, part in check.items() if part is not None}


def _unmapped(kind: str, found: Mapping[str, Any], value: object) -> str:
    """Why a check cannot be made here; empty when it can."""
    if kind in _MODELS:
        return f"{kind} is judged by a model: judge it with a judged scorer in a proof of its own"
    if kind not in KINDS:
        return f"{kind or 'an assertion without a type'} has no counterpart: write a scorer of your own"
    if isinstance(value, str) and (value.startswith("file://") or "{{" in value or "{%" in value):
        return f"{kind} whose value is a file or a template is left out: write the value itself"
    if found.get("transform"):
        return f"{kind} of a transformed output is left out: write a scorer of your own"
    return ""


def _filled(value: object, variables: Mapping[str, Any]) -> object:
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(lambda name: str(variables[name[1]]) if name[1] in variables else name[0], value)
