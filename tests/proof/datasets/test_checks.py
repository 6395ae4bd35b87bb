from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vouch.proof.datasets.checks import KINDS, checks
from vouch.values.case import Case
from vouch.values.money import Money
from vouch.values.result import Result

SCHEMA = {"type": "object", "required": ["a"]}


async def judged(output: str, *wanted: Any) -> tuple[float | None, str]:
    result = Result("r", "answered", output, seconds=1.5, cost=Money(Decimal("0.001")))
    score = await checks().score(Case("c", "q", list(wanted)), result)
    return score.value, score.why


@pytest.mark.parametrize(
    ("output", "kind", "value", "right"),
    [
        ("yes", "equals", "yes", True),
        ("Yes", "equals", "yes", False),
        ('{"a": 1}', "equals", {"a": 1}, True),
        ('{"a": 1, "b": 2}', "equals", {"a": 1}, False),
        ("4.0", "equals", 4, True),
        ("a Refund", "contains", "Refund", True),
        ("a Refund", "contains", "refund", False),
        ("a Refund", "icontains", "refund", True),
        ("room 17", "icontains", 17, True),
        ("a b", "contains-all", ["a", "b"], True),
        ("a b", "contains-all", "a, c", False),
        ("a b", "contains-any", "x,b", True),
        ("a B", "icontains-all", ["A", "b"], True),
        ("a B", "icontains-any", ["x", "b"], True),
        ("Dear (you)", "starts-with", "Dear (", True),
        ("oh, Dear", "starts-with", "Dear", False),
        ("order W12", "regex", r"W\d+", True),
        ('{"a": 1}', "is-json", None, True),
        ("{", "is-json", None, False),
        ('{"a": 1}', "is-json", SCHEMA, True),
        ('{"b": 1}', "is-json", SCHEMA, False),
        ("I'm sorry, I can't help with that", "is-refusal", None, True),
        ("x", "latency", 2000, True),
        ("x", "latency", 1000, False),
        ("x", "cost", 0.002, True),
        ("x", "cost", 0.0001, False),
        ("the cat sat", "rouge-n", "the cat sat", True),
        ("a dog", "rouge-n", "the cat sat", False),
        ("the cat sat on the mat", "bleu", "the cat sat on the mat", True),
    ],
)
async def test_each_check_and_its_opposite(output: str, kind: str, value: object, right: bool) -> None:
    assert (await judged(output, {"check": kind, "value": value}))[0] == float(right)
    assert (await judged(output, {"check": kind, "value": value, "not": True}))[0] == float(not right)


async def test_all_must_hold_and_what_does_not_is_told() -> None:
    value, why = await judged(
        "b",
        {"check": "equals", "value": "b"},
        {"check": "contains", "value": "x"},
        {"check": "regex", "value": "b", "not": True},
    )
    assert (value, why) == (0.0, "contains: not in the output: 'x'; not-regex: it holds")
    assert await judged("a b c", {"check": "rouge-n", "value": "a b x", "threshold": 0.5}) == (1.0, "")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ([], "expects no check"),
        (["x"], "expects no list of checks that can be used"),
        ([{"check": "astrology"}], "there is no check 'astrology'; there are: equals, contains"),
        ([{"check": "latency"}], "expects no list of checks that can be used"),
        ([{"check": "regex", "value": "("}], "regex: case 'c' expects '('"),
        ([{"check": "is-json", "value": {"type": 3}}], "is-json: the expected schema cannot be used"),
    ],
)
async def test_what_cannot_be_judged_is_unscored(wanted: list[Any], why: str) -> None:
    value, told = await judged("{}", *wanted)
    assert value is None
    assert why in told


async def test_a_run_without_an_answer_is_not_right() -> None:
    score = await checks().score(
        Case("c", "q", [{"check": "contains", "value": "x"}]), Result("r", "failed", why="down")
    )
    assert score.value == 0.0
    assert set(KINDS) >= {"equals", "similar"} - {"similar"}
