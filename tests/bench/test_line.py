from __future__ import annotations

from decimal import Decimal

import pytest

from vouch.bench.line import cost_of, figures
from vouch.scorers.label import label
from vouch.scorers.label_f1 import label_f1
from vouch.values.case import Case
from vouch.values.money import Money
from vouch.values.result import Result


def asked(outputs: str, tags: str = "", source: str = "") -> list[tuple[Case, Result]]:
    return [
        (
            Case(f"c{place}", "?", "a", (tags[place],) if tags else (), source and f"{source}{place // 4}"),
            Result("r", "failed") if output == "-" else Result("r", "answered", output),
        )
        for place, output in enumerate(outputs)
    ]


async def test_a_figure_has_its_interval_and_runs_without_an_answer_count_as_wrong() -> None:
    [accuracy, f1] = await figures([label(), label_f1("micro")], asked("aaab-" * 4), ["accuracy", "f1"])
    assert (accuracy.name, accuracy.interval.estimate, accuracy.interval.n) == ("accuracy", 0.6, 20)
    assert 0.3 < accuracy.interval.low < 0.6 < accuracy.interval.high < 0.85
    assert (f1.name, f1.interval.estimate) == ("f1", pytest.approx(0.75))


async def test_cases_of_one_source_say_less_than_others() -> None:
    outputs = "aaaabbbb" * 5
    [together] = await figures([label()], asked(outputs, source="s"), ["accuracy"])
    [apart] = await figures([label()], asked(outputs), ["accuracy"])
    assert together.interval.estimate == apart.interval.estimate == 0.5
    assert together.interval.high - together.interval.low > 1.3 * (apart.interval.high - apart.interval.low)


async def test_parts_of_a_set_are_told_apart() -> None:
    found = await figures([label()], asked("aaab", tags="iiio"), ["accuracy"])
    assert [(each.name, each.interval.estimate, each.interval.n) for each in found[1:]] == [
        ("accuracy, i", 1.0, 3),
        ("accuracy, o", 0.0, 1),
    ]
    # A tag that every case has parts nothing.
    assert len(await figures([label()], asked("aaab", tags="iiii"), ["accuracy"])) == 1


def test_a_cost_is_known_only_as_a_whole() -> None:
    one = Result("r", "answered", cost=Money(Decimal("0.1")))
    assert cost_of([one, one]) == Money(Decimal("0.2"))
    assert cost_of([one, Result("r", "answered")]) is None
    assert cost_of([one, Result("r", "answered", cost=Money(Decimal(1), "EUR"))]) is None
    assert cost_of([]) is None
