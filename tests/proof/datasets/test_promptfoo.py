from __future__ import annotations

from pathlib import Path

import pytest

from proof.datasets.files import text
from vouch.errors import CaseError
from vouch.proof.datasets.importing import import_cases
from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.promptfoo import promptfoo_records
from vouch.values.case import Case

CONFIG = """
prompts: [p.txt]
providers: [openai:gpt-4o-mini]
defaultTest:
  vars: {language: [English, German]}
  assert:
    - {type: latency, threshold: 2000}
tests:
  - description: greets
    vars: {question: Hello, name: Ada}
    assert:
      - {type: icontains, value: "hello {{name}}"}
      - {type: not-contains, value: sorry}
      - {type: rouge-n, value: Hello Ada, threshold: 0.5}
      - {type: cost, threshold: 0.002}
      - {type: llm-rubric, value: is polite}
      - {type: javascript, value: output.length}
      - {type: assert-set, assert: [{type: contains-any, value: [a, b]}]}
      - {type: equals, value: "{{ name | upper }}"}
      - {type: equals, value: x, transform: output.trim()}
  - vars: {question: file://q.txt, language: [French]}
    threshold: 0.5
"""


def test_tests_become_cases_of_checks_for_every_combination_of_variables(tmp_path: Path) -> None:
    text(tmp_path / "q.txt", "Out of\na file")
    found = import_cases(text(tmp_path / "promptfooconfig.yaml", CONFIG))
    cases = list(found.cases)
    checks = [
        {"check": "latency", "value": 2000},
        {"check": "icontains", "value": "hello Ada"},
        {"check": "contains", "value": "sorry", "not": True},
        {"check": "rouge-n", "value": "Hello Ada", "threshold": 0.5},
        {"check": "cost", "value": 0.002},
        {"check": "contains-any", "value": ["a", "b"]},
    ]
    setting = {"name": "Ada", "description": "greets"}
    assert found.tool == "promptfoo"
    assert cases == [
        Case("test-1", "Hello", checks, setting={"language": "English", **setting}),
        Case("test-2", "Hello", checks, setting={"language": "German", **setting}),
        Case("test-3", "Out of\na file", checks[:1], setting={"language": "French"}),
    ]
    assert [note.partition(" ")[0] for note in found.notes.sentences] == [
        "llm-rubric",
        "javascript",
        "equals",
        "equals",
        "a",
    ]
    assert found.notes.sentences[0].endswith(
        "judge it with a judged scorer in a proof of its own (2 times, first on line 9)"
    )


def test_tests_may_stand_in_other_files(tmp_path: Path) -> None:
    text(
        tmp_path / "more.csv",
        "text,__expected,__expected2,__description\n"
        "a,contains: x,not-icontains: y,d\n"
        "b,plain words,grade: nice,\n"
        "c,rouge-n(0.6): z,is-json,\n"
        "d,note: it is equality,,\n",
    )
    text(tmp_path / "some.yaml", "- vars: {text: e}\n")
    config = text(tmp_path / "c.yaml", "tests:\n  - file://more.csv\n  - file://some.yaml\n  - vars: {text: f}\n")
    cases = {case.input: case.expected for case in import_cases(config).cases}
    assert cases == {
        "a": [{"check": "contains", "value": "x"}, {"check": "icontains", "value": "y", "not": True}],
        "b": [{"check": "equals", "value": "plain words"}],
        "c": [{"check": "rouge-n", "value": "z", "threshold": 0.6}, {"check": "is-json"}],
        "d": [{"check": "equals", "value": "note: it is equality"}],
        "e": None,
        "f": None,
    }
    alone = text(tmp_path / "alone.yaml", "tests: more.csv\nscenarios: [1]\n")
    found = import_cases(alone)
    assert len(list(found.cases)) == 4
    assert found.notes.sentences[0] == "scenarios are left out; write them as tests"
    assert [case.input for case in import_cases(tmp_path / "some.yaml").cases] == ["e"]


def test_the_variable_that_is_asked_is_found_or_named(tmp_path: Path) -> None:
    config = text(tmp_path / "c.yaml", "tests:\n- vars: {topic: bananas, tone: dry}\n")
    with pytest.raises(
        CaseError, match=r"line 2: which variable is the app asked\? there are topic, tone; name it: --input"
    ):
        list(import_cases(config).cases)
    [case] = import_cases(config, variable="topic").cases
    assert case == Case("test-1", "bananas", setting={"tone": "dry"})
    with pytest.raises(CaseError, match="which variable is the app asked"):
        list(import_cases(config, variable="nope").cases)
    [number] = import_cases(text(tmp_path / "n.yaml", "tests: [{vars: {n: 3}}]")).cases
    assert number.input == "3"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("tests: [\n  - {vars", "c.yaml, line 2: not YAML"),
        ("3", "is no configuration of promptfoo: a list under 'tests' is wanted"),
        ("prompts: [a]", "has no tests: a list under 'tests'"),
        ("tests:\n- 3", "line 2: a test is an object, not 3"),
        ("tests:\n- tests.js", "line 2: tests in 'tests.js' cannot be read here"),
        ("tests:\n- gone.csv", "there is no file of cases '.*gone.csv'"),
        ("tests:\n- odd.csv", "odd.csv, line 2: 2 cells stand under 1 column names"),
        ("tests:\n- vars: {q: file://gone.txt}", "line 2: .*cannot be read"),
        ("tests:\n- vars: {q: file://../up.txt}", "line 2: the variable 'file://../up.txt' names no text file in the"),
    ],
)
def test_mistakes_name_their_line(tmp_path: Path, content: str, why: str) -> None:
    text(tmp_path / "odd.csv", "q\na,b\n")
    with pytest.raises(CaseError, match=why):
        list(import_cases(text(tmp_path / "c.yaml", content)).cases)


def test_numbers_run_on_over_all_tests(tmp_path: Path) -> None:
    config = text(tmp_path / "c.yaml", "tests:\n- vars: {q: [a, b]}\n- vars: {q: c}\n")
    assert [entry.number for entry in promptfoo_records(config, Notes())] == [1, 2, 3]  # type: ignore[union-attr]
