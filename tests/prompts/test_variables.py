from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from msgspec import Struct

from vouch.prompts.prompt import Prompt

from .conftest import Folder, problem_of


def test_values_go_into_the_text(folder: Folder) -> None:
    prompt = folder.load_front(
        "inputs: {order: {type: string}, count: {type: integer}}", body="{{ order }}/{{ count }}"
    )
    assert prompt.render("hi", {"order": "W1", "count": 2})[0].text == "W1/2"


def test_a_missing_variable_is_named_where_it_is_first_used(folder: Folder) -> None:
    prompt = folder.load_front("inputs: {order: {type: string}}", body="\n# system\nx\n# user\n{{ order }} {{ input }}")
    wanted = "prompts/a.prompt.md:9: variable 'order' is missing; give it as order=..."
    assert problem_of(lambda: prompt.render("hi")) == wanted


def test_a_missing_variable_that_is_not_used_is_named_where_it_is_declared(folder: Folder) -> None:
    prompt = folder.load_front("inputs:", "  order: {type: string}")
    assert problem_of(lambda: prompt.render("hi")).startswith("prompts/a.prompt.md:4: variable 'order' is missing")


def test_a_wrong_variable_says_what_was_given_and_wanted(folder: Folder) -> None:
    prompt = folder.load_front("inputs: {order: {type: string}}", body="x\n{{ order }}")
    wanted = "prompts/a.prompt.md:6: variable 'order' does not fit its schema: 12 is not of type \"string\""
    assert problem_of(lambda: prompt.render("hi", {"order": 12})) == wanted


def test_an_unknown_variable_is_named_with_the_nearest(folder: Folder) -> None:
    prompt = folder.load_front("inputs: {order: {type: string}}")
    wanted = "prompts/a.prompt.md: no variable 'ordre' is declared under inputs; did you mean 'order'?"
    assert problem_of(lambda: prompt.render("hi", {"ordre": "W1"})) == wanted
    assert "none is known" in problem_of(lambda: folder.load_front().render("hi", {"x": 1}))


def test_the_input_is_no_variable_and_must_be_text(folder: Folder) -> None:
    prompt = folder.load_front()
    assert "'input' is no variable; give the user's text" in problem_of(lambda: prompt.render("hi", {"input": "x"}))
    assert "the input is 3, but must be text" in problem_of(lambda: prompt.render(3))  # type: ignore[arg-type]


def test_the_input_may_be_declared_to_limit_it(folder: Folder) -> None:
    prompt = folder.load_front("inputs: {input: {type: string, maxLength: 3}}", body="x\n# user\n{{ input }}"[2:])
    assert prompt.render("abc")[0].text == "abc"
    wanted = 'prompts/a.prompt.md:6: the input does not fit its schema: "abcd" is longer than 3 characters'
    assert problem_of(lambda: prompt.render("abcd")) == wanted
    assert "'input' is no variable" in problem_of(lambda: prompt.render("abc", {"input": "x"}))


def test_a_default_stands_in_for_a_variable_left_out(folder: Folder) -> None:
    prompt = folder.load_front("inputs: {tone: {type: string, default: kind}}", body="Be {{ tone }}.")
    assert prompt.render("hi")[0].text == "Be kind."
    assert prompt.render("hi", {"tone": "brief"})[0].text == "Be brief."


@pytest.mark.parametrize("name", ["class", "_x", "a-b", "1a", "loop", "'true'", "None", "self", "'a b'", "''"])
def test_a_name_that_no_template_could_say_is_refused(folder: Folder, name: str) -> None:
    assert "cannot name a variable" in folder.wrong_front(f"inputs: {{{name}: {{type: string}}}}")


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("{type: string, default: 3}", "the default of 'a' does not fit its own schema: 3 is not of type \"string\""),
        ("{type: strin}", "input 'a' has no valid JSON Schema: \"strin\" is not valid"),
        ("{$ref: 'http://example.invalid/x'}", "input 'a' has no valid JSON Schema: Resource"),
        ("[string]", "input 'a' is ['string']; write its JSON Schema: a: {type: string}"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_line(folder: Folder, schema: str, problem: str) -> None:
    assert folder.wrong_front("inputs:", f"  a: {schema}").startswith(f"prompts/a.prompt.md:4: {problem}")


def test_the_input_can_only_be_text(folder: Folder) -> None:
    assert "its type can only be string" in folder.wrong_front("inputs: {input: {type: integer}}")
    assert "its type can only be string" in folder.wrong_front("inputs: {input: {type: [string, object]}}")


class Colour(Enum):
    RED = "red"


class Line(Struct):
    sku: str
    price: Decimal


@dataclasses.dataclass
class Order:
    lines: list[Line]


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "shouted"

    def replace(self, *_: object) -> str:  # type: ignore[override]
        return "taken over"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Order([Line("a", Decimal("1.10"))]), '{"lines":[{"sku":"a","price":1.10}]}'),
        ((1, "b"), '[1,"b"]'),
        (Colour.RED, "red"),
        (date(2026, 1, 2), "2026-01-02"),
        (Loud("quiet"), "quiet"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_python_values_become_plain_json(value: Any, text: str) -> None:
    assert Prompt.text("{{ x }}", inputs={"x": {}}).render("", {"x": value})[0].text == text


def test_a_method_of_a_value_is_never_called() -> None:
    prompt = Prompt.text("{{ x | replace('a', 'b') }}", inputs={"x": {}})
    assert prompt.render("", {"x": Loud("aa")})[0].text == "bb"


def test_a_value_is_copied_so_that_nothing_of_the_caller_is_reachable() -> None:
    inner = [1]
    prompt = Prompt.text("{% for i in x['a'] %}{{ i }}{% endfor %}", inputs={"x": {"type": "object"}})
    assert prompt.render("", {"x": {"a": inner}})[0].text == "1"
    assert inner == [1]


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (object(), "variable 'x' cannot be put into text: "),
        ({"b", "a"}, "variable 'x' cannot be put into text: a set has no order; give sorted(...)"),
        (float("nan"), "variable 'x' cannot be put into text: not a finite number"),
        (float("-inf"), "variable 'x' cannot be put into text: not a finite number"),
        ("\ud800", "variable 'x' cannot be put into text: 'utf-8' codec can't encode"),
        (["\ud800"], "variable 'x' cannot be put into text: 'utf-8' codec can't encode"),
        (b"x", "variable 'x' does not fit its schema: Unsupported type: 'bytes'"),
        ({1: 2}, "variable 'x' does not fit its schema: Dict key must be str"),
        (CIRCLE, "variable 'x' cannot be put into text: "),
    ],
)
def test_what_is_not_json_is_refused_by_name(value: Any, problem: str) -> None:
    prompt = Prompt.text("x\n{{ x }}", inputs={"x": {}})
    assert problem_of(lambda: prompt.render("", {"x": value})).startswith(f"inline:2: {problem}")


def test_a_broken_input_is_refused() -> None:
    problem = problem_of(lambda: Prompt.text("x").render("\ud800"))
    assert problem.startswith("inline: variable 'input' cannot be put into text")
