"""What the recalled passages hold."""

from __future__ import annotations

from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.values.case import Case
from vouch.values.result import Found, Result

from .given import scored
from .letters import Letters

RETURNS = "Items can be returned within 14 days."
REFUNDS = "Refunds take 5 working days."
OFFICE = "Our office is in Berlin."


def found(*texts: str) -> tuple[Found, ...]:
    return tuple(Found(f"d{place}", text) for place, text in enumerate(texts))


async def test_recall_is_the_share_of_the_right_answers_claims() -> None:
    scorer = scorers.context("recall")
    assert (await scored(scorer, [RETURNS, REFUNDS], found=found(OFFICE, REFUNDS, RETURNS))).right
    half = await scored(scorer, f"{RETURNS} {REFUNDS}", found=found(OFFICE, REFUNDS))
    assert (half.value, half.why) == (0.5, f"not supported: {RETURNS}")


@pytest.mark.parametrize(
    ("passages", "value"),
    [
        ((RETURNS, OFFICE), 1.0),
        ((OFFICE, RETURNS), 0.5),
        ((OFFICE, RETURNS, REFUNDS), (1 / 2 + 2 / 3) / 2),
        ((OFFICE,), 0.0),
    ],
)
async def test_precision_is_better_the_earlier_useful_passages_stand(passages: tuple[str, ...], value: float) -> None:
    score = await scored(scorers.context("precision"), [RETURNS, REFUNDS], found=found(*passages))
    assert score.value == pytest.approx(value)


async def test_relevancy_is_the_share_of_sentences_that_bear_on_the_question() -> None:
    case = Case("c1", "How many days do refunds take?")
    result = Result("r1", "answered", found=found(f"{REFUNDS} {OFFICE}"))
    score = await scorers.context("relevancy").score(case, result)
    assert (score.value, score.why) == (0.5, "1 of 2 sentences bear on the question")
    assert (await scorers.context("relevancy", Letters()).score(case, result)).right
    assert (await scorers.context("relevancy").score(Case("c1", "?"), result)).unscored


async def test_nothing_recalled_is_nought_and_nothing_expected_is_unscored() -> None:
    assert (await scored(scorers.context("recall"), RETURNS)).why == "nothing was recalled"
    assert (await scored(scorers.context("recall"), None, found=found(OFFICE))).unscored


def test_settings() -> None:
    assert scorers.context("recall", Letters()).name == "context(measure='recall', embedder='letters 1', threshold=0.7)"
    assert scorers.context("relevancy").name == "context(measure='relevancy')"
    wrong: list[dict[str, Any]] = [{"measure": "f1"}, {"measure": "recall", "threshold": 2}]
    for settings in wrong:
        with pytest.raises(AppError, match="are wanted"):
            scorers.context(**settings)
