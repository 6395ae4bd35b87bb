from __future__ import annotations

from decimal import Decimal
from typing import Any

from vouch.bench.line import Figure, Line
from vouch.bench.table import table
from vouch.values.money import ZERO, Money, Usage
from vouch.values.score import Interval


def figure(name: str = "accuracy", estimate: float = 0.5) -> Figure:
    return Figure(name, Interval(estimate, 0.4, 0.6, 0.95, 200, "exact"))


def line(**fields: Any) -> Line:
    known: dict[str, Any] = {
        "task": "sst2",
        "model": "openai/gpt-4o-mini",
        "shots": 8,
        "select": "nearest",
        "taught": 0,
        "where": "from test",
        "figure": figure(),
        "n": 200,
        "unanswered": 0,
        "unreadable": 0,
        "cost": Money(Decimal("0.01234")),
        "median": 0.4321,
        "p95": 1.26,
        "usage": Usage(20_000, 400),
    }
    return Line(**known | fields)


def test_a_row_tells_all_of_a_line() -> None:
    shown = table([line(more=(figure("f1(macro)", 0.45),))]).split("\n")
    assert " ".join(shown[0].split()) == (
        "task model examples measure figure 95 % interval n wrong form cost median p95 tokens in out"
    )
    assert " ".join(shown[2].split()) == (
        "sst2 openai/gpt-4o-mini 8 nearest accuracy 0.500 0.400 to 0.600 200 0 0.0123 USD 432 ms 1.3 s 100 2"
    )
    assert " ".join(shown[3].split()) == "f1(macro) 0.450 0.400 to 0.600 200"
    assert shown[4:] == ["", "sst2: the rows asked are from test"]


def test_a_model_that_learned_is_told_with_its_lesson() -> None:
    shown = table([line(model="local/classifier", shots=None, select="", taught=1234, cost=ZERO, learning=12.34)])
    assert "taught 1,234" in shown
    assert "  none  " in shown
    assert shown.endswith("sst2, local/classifier: learned from 1,234 rows in 12.3 s")


def test_what_went_wrong_is_told_below() -> None:
    shown = table(
        [line(unanswered=3, unreadable=2, why="the run ended as 'failed'", cost=None, median=None, shots=0, select="")]
    )
    assert "  5  not known  " in shown
    assert "3 of 200 runs gave no answer; of the first, the run ended as 'failed'" in shown
    assert "2 of 200 answers were none of what was asked for" in shown
