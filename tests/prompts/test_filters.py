from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vouch.errors import PromptError
from vouch.prompts import filters
from vouch.prompts.filters import FILTERS, as_text, bounded
from vouch.prompts.prompt import Prompt


def made(expression: str, value: Any) -> str:
    schema = {"type": "object"} if "[" in expression else {}
    prompt = Prompt.text(f"# system\n{{{{ {expression} }}}}", inputs={"x": schema})
    messages = prompt.render("", {"x": value})
    return messages[0].text if messages[0].role == "system" else ""


@pytest.mark.parametrize(
    ("expression", "value", "text"),
    [
        ("x", "a\n", "a\n"),
        ("x", True, "true"),
        ("x", 3, "3"),
        ("x", 1.5, "1.5"),
        ("x", Decimal("50.00"), "50.00"),
        ("x", Decimal("1E+3"), "1000"),
        ("x", {"a": [1, None, "é"], "b": Decimal("1.50")}, '{"a":[1,null,"é"],"b":1.50}'),
        ("x | trim", "  a ", "a"),
        ("x | upper", "straße", "STRASSE"),
        ("x | lower", "ABC", "abc"),
        ("x | title", "a bc", "A Bc"),
        ("x | capitalize", "aB", "Ab"),
        ("x | upper", 1.5, "1.5"),
        ("x | length", "abc", "3"),
        ("x | length", [1, 2], "2"),
        ("x | length", {"a": 1}, "1"),
        ("x | join", ["a", 1, True], "a1true"),
        ("x | join(', ')", ["a", "b"], "a, b"),
        ("x | join(separator='-')", ["a", "b"], "a-b"),
        ("x | replace('a', 'b')", "banana", "bbnbnb"),
        ("x | replace('a', new='b')", "banana", "bbnbnb"),
        ("x | indent", "a\nb\n\nc", "a\n    b\n\n    c"),
        ("x | indent(2, first=true)", "a\nb", "  a\n  b"),
        ("x | truncate(4)", "abcdef", "abc…"),
        ("x | truncate(4)", "abcd", "abcd"),
        ("x | truncate(0)", "abcd", "…"),
        ("x | round", 2.6, "3"),
        ("x | round(1)", 2.65, "2.6"),
        ("x | round(precision=1)", Decimal("2.66"), "2.7"),
        ("x | default('none')", None, "none"),
        ("x | default('none')", "", ""),
        ("x | tojson", {"b": "<a> & 'é'", "a": 1}, '{"b":"<a> & \'é\'","a":1}'),
        ("x | tojson(indent=2)", {"a": 1}, '{\n  "a": 1\n}'),
        ("x | first", ["a", "b"], "a"),
        ("x | last", ["a", "b"], "b"),
        ("x | sort | join", ["b", "a"], "ab"),
        ("x['a'] | default('none')", {}, "none"),
        ("(x | items | first)", {"a": 1}, '["a",1]'),
    ],
)
def test_a_filter_makes(expression: str, value: Any, text: str) -> None:
    assert made(expression, value) == text


def test_null_is_nothing() -> None:
    assert as_text(None) == ""


@pytest.mark.parametrize(
    ("expression", "value", "problem"),
    [
        ("x | upper", ["a"], "filter 'upper' takes text, not an array"),
        ("x | upper", None, "filter 'upper' takes text, not null"),
        ("x | length", 3, "filter 'length' takes text, an array or an object, not a number"),
        ("x | join", "abc", "filter 'join' takes an array, not text"),
        ("x | join", {"a": 1}, "filter 'join' takes an array, not an object"),
        ("x | sort", ["a", 1], "'<' not supported between"),
        ("x | items", [1], "filter 'items' takes an object, not an array"),
        ("x | first", [], "filter 'first' takes an array that is not empty"),
        ("x | last", [], "filter 'last' takes an array that is not empty"),
        ("x | round", "3", "filter 'round' takes a number, not text"),
        ("x | round", True, "filter 'round' takes a number, not a boolean"),
        ("x | round(1000)", 1.5, "filter 'round' takes a whole number from 0 to 100, not 1000"),
        ("x | indent(100000)", "a", "filter 'indent' takes a whole number from 0 to 100, not 100000"),
        ("x | indent(true)", "a", "filter 'indent' takes a whole number from 0 to 100, not True"),
        ("x | tojson(9)", "a", "filter 'tojson' takes a whole number from 0 to 8, not 9"),
        ("x['a'] | tojson", {}, "the object holds no 'a'"),
        ("x['a'] | upper", {}, "the object holds no 'a'"),
        ("x['a']", {}, "the object holds no 'a'"),
        ("x[3]", [1], "the array holds only 1 items"),
        ("x['a']", [1], "only an object or an array could hold 'a'"),
        ("x['a']['b']", {"a": "text"}, "only an object or an array could hold 'b'"),
        ("x['a']['b']", {}, "the object holds no 'a'"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_with_its_line(expression: str, value: Any, problem: str) -> None:
    schema = {"x": {"type": ["object", "array"]}} if "[" in expression else {"x": {}}
    prompt = Prompt.text(f"# system\nx\n{{{{ {expression} }}}}", inputs=schema)
    with pytest.raises(PromptError) as caught:
        prompt.render("", {"x": value})
    assert str(caught.value).startswith(f"inline:3: cannot be rendered with these values: {problem}")


@pytest.mark.parametrize(
    "expression",
    [
        "x" + " | replace('a', 'aaaaaaaaaa')" * 30,
        "x" + " | replace('', 'aaaaaaaaaa')" * 30,
        "x" + " | tojson" * 60,
        "x" + " | replace('a', 'a\na') | indent(100)" * 20,
    ],
)
def test_a_chain_of_filters_cannot_grow_without_end(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "LARGEST_TEXT", 100_000)
    with pytest.raises(PromptError, match=r"makes more than 100,000 characters; render less"):
        made(expression, 'a"\na')


def test_joined_text_cannot_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "LARGEST_TEXT", 1000)
    prompt = Prompt.text("{{ x | join(y) }}", inputs={"x": {}, "y": {}})
    with pytest.raises(PromptError, match="makes more than 1,000 characters"):
        prompt.render("", {"x": ["a"] * 100, "y": "y" * 50})


def test_formatted_json_cannot_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "LARGEST_TEXT", 1000)
    deep: Any = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(PromptError, match="makes more than 1,000 characters"):
        made("x | tojson(8)", deep)


def test_the_limit_itself_is_allowed() -> None:
    bounded(filters.LARGEST_TEXT)
    with pytest.raises(filters.TooLarge):
        bounded(filters.LARGEST_TEXT + 1)


def test_every_filter_is_shown_above() -> None:
    marks = [mark.args[1] for mark in test_a_filter_makes.pytestmark]
    shown = " ".join(case[0] for cases in marks for case in cases)
    assert {name for name in FILTERS if f"| {name}" not in shown} == set()
