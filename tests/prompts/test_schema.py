from __future__ import annotations

import pytest

from vouch.prompts.schema import Schema


def test_a_fitting_value_has_no_problem() -> None:
    assert Schema({"type": "array", "items": {"type": "integer"}}).problem([1, 2]) == ""


def test_a_problem_says_where_and_what() -> None:
    schema = Schema({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}})
    assert schema.problem([{"a": 1}, {"a": "x"}]) == 'at [1][\'a\']: "x" is not of type "integer"'


def test_a_long_value_makes_no_long_message() -> None:
    assert len(Schema({"type": "integer"}).problem("x" * 10_000)) == 200


def test_a_value_that_is_not_json_is_a_problem_and_no_crash() -> None:
    assert "Unsupported type" in Schema({}).problem(object())


@pytest.mark.parametrize("schema", [{"type": "x"}, {"pattern": "("}, {"$ref": "#/none"}, {"$ref": "file:///etc/hosts"}])
def test_a_wrong_schema_or_a_foreign_reference_is_refused(schema: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"strin|valid|regex|exist|disabled"):
        Schema(schema)
