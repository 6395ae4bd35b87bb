from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.app.output import problem_of, value_of
from vouch.errors import AppError

TOTAL: dict[str, Any] = {
    "type": "object",
    "properties": {"total": {"type": "number"}, "lines": {"type": "array", "items": {"type": "string"}}},
    "required": ["total"],
    "additionalProperties": False,
}
LABEL: dict[str, Any] = {"type": "string", "enum": ["billing", "delivery"]}


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ('{"total": 12}', TOTAL),
        (' \n{"total": 1e400, "lines": ["ü"]}\n', {"type": "object"}),
        ('```json\n{"total": 12}\n```', TOTAL),
        ('```\n{"total": 12}\n```\n', TOTAL),
        ("billing", LABEL),
        (" delivery\n", LABEL),
        ("[1, 2]", {"type": "array"}),
        ("null", {"type": "null"}),
    ],
)
def test_an_answer_that_fits_has_no_problem(text: str, schema: dict[str, Any]) -> None:
    assert problem_of(text, schema) == ""


@pytest.mark.parametrize(
    ("text", "schema", "problem"),
    [
        (
            "12 dollars",
            TOTAL,
            "Your answer is not valid JSON (Extra data: line 1 column 4 (char 3)). Answer again with",
        ),
        ("", TOTAL, "not valid JSON (Expecting value"),
        ("```", TOTAL, "not valid JSON"),
        ("[" * 100_000, TOTAL, "not valid JSON (maximum recursion depth exceeded"),
        ("[" * 900 + "]" * 900, TOTAL, "not valid JSON (Recursion limit reached"),
        ('{"total": "\\ud800"}', TOTAL, "not valid JSON ('utf-8' codec can't encode"),
        ("1" * 5000, TOTAL, "not valid JSON (Exceeds the limit"),
        (
            '{"sum": 12}',
            TOTAL,
            "('sum' was unexpected); it: \"total\" is a required property). Answer again, all of it, mended.",
        ),
        ('{"total": "12"}', TOTAL, '(total: "12" is not of type "number")'),
        ('{"total": NaN}', TOTAL, "not valid JSON (NaN is not JSON)"),
        ('{"total": -Infinity}', {"type": "object"}, "not valid JSON (-Infinity is not JSON)"),
        ('{"total": 1, "lines": ["a", 2]}', TOTAL, '(lines/1: 2 is not of type "string")'),
        ("refunds", LABEL, '(it: "refunds" is not one of'),
    ],
)
def test_a_problem_is_told_so_that_the_model_can_mend_it(text: str, schema: dict[str, Any], problem: str) -> None:
    assert problem in problem_of(text, schema)


def test_only_the_first_few_problems_are_told() -> None:
    problem = problem_of("[1, 2, 3, 4, 5, 6, 7, 8]", {"type": "array", "items": {"type": "string"}})
    assert problem.count("is not of type") == 5


def test_what_is_no_schema_is_an_error() -> None:
    with pytest.raises(AppError, match="outputs is not a JSON Schema"):
        problem_of("1", {"type": "nonsense"})


def test_a_string_is_its_words_and_anything_else_its_json() -> None:
    assert value_of(' "quoted" ', {"type": "string"}) == '"quoted"'
    assert value_of('"quoted"', {}) == "quoted"


@given(st.text(max_size=60), st.sampled_from([TOTAL, LABEL, {"type": "array"}]))
def test_whatever_a_model_writes_there_is_a_problem_or_none_but_never_an_error(
    text: str, schema: dict[str, Any]
) -> None:
    assert isinstance(problem_of(text, schema), str)
    assert isinstance(problem_of(f"```json{text}```", schema), str)
