"""What swapping the answers of pairs shows of a judge, bare and behind a threshold."""

from __future__ import annotations

import pytest

from vouch import judges, scorers
from vouch.app.house import House
from vouch.contracts.scorer import Scorer
from vouch.journal.journal import Journal
from vouch.proof.judge_sentences import judge_summary
from vouch.proof.judging import prove_judge
from vouch.proof.labelled import Answers, Labelled
from vouch.values.case import Case
from vouch.values.request import Request
from vouch.values.result import Result

from .asked import JUDGE, judge_of, says

PAIRWISE = judges.pairwise(judge=JUDGE)


def shown(request: Request, place: str) -> str:
    return request.messages[-1].text.split(f"<{place}>")[1].split(f"</{place}>")[0].strip()


def favours_the_first(request: Request) -> str:
    """The longer one, but where it is a matter of two letters or fewer: then whichever is shown first."""
    first, second = (len(shown(request, place)) for place in ("first", "second"))
    return says(reason="so", winner="first" if abs(first - second) <= 2 or first > second else "second")


@pytest.mark.parametrize("scorer", [PAIRWISE, scorers.at_least(0.5, PAIRWISE), scorers.at_least(1.0, PAIRWISE)])
async def test_position_and_length_bias_show_also_behind_a_threshold(scorer: Scorer, journal: Journal) -> None:
    labelled = (
        Labelled(Case(f"a{number}", "?", "z" * 20), Result("", "answered", "y" * (10 + number)), float(number % 3 > 0))
        for number in range(40)
    )
    model = judge_of(favours_the_first)
    house = House(journal=journal, open_model=lambda _name: model)
    report = await prove_judge(scorer, Answers("pairs", tuple(labelled)), house)
    position = report.position
    assert position is not None
    assert (position.first, position.second, position.other) == (5, 0, 0)
    assert position.agreement.estimate == 35 / 40
    assert position.favours_first is not None
    assert position.favours_first.estimate == 1.0
    assert report.longer is not None
    assert report.longer.judge.estimate == 1.0
    told = "\n".join(judge_summary(report))
    assert "Swapping both answers leaves 87.5 %" in told
    assert "The longer answer wins 100 % " in told


@pytest.mark.parametrize(("threshold", "passed"), [(0.5, 40 - 8), (1.0, 40 - 8 - 5)])
async def test_a_threshold_says_whether_a_tie_passes(threshold: float, passed: int, journal: Journal) -> None:
    labelled = (
        Labelled(Case(f"a{number}", "?", "z" * 20), Result("", "answered", "y" * (10 + number)), 1.0)
        for number in range(40)
    )
    model = judge_of(favours_the_first)
    house = House(journal=journal, open_model=lambda _name: model)
    report = await prove_judge(scorers.at_least(threshold, PAIRWISE), Answers("pairs", tuple(labelled)), house)
    # Eight are shorter by three letters or more; five, of 18 to 22 letters, win where they stand first.
    assert sum(row.passed for row in report.rows) == passed
