"""Answers and the passages they should rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from vouch import guards
from vouch.errors import AppError

POLICY = (
    "Refunds are paid within 14 days to the card that was charged. Opened items can be returned for store credit only.",
    "Shipping costs $4.50 for each order. Orders above 1,200 euros ship at no cost.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Refunds are paid within 14 days.",
        "You can return opened items, but only for store credit.",
        "Sure! Shipping costs $4.5 [policy.md]. Above 1200 euros it costs nothing to ship.",
        "- **Refunds**: paid within 14 days\n- Shipping: $4.50 for each order",
        "Would you like more details about penguins in Antarctica?",
        "Yes.",
        "",
    ],
)
async def test_what_stands_in_the_passages_passes(text: str) -> None:
    assert (await guards.grounded().judge_with(text, POLICY)).passed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Refunds are paid within 30 days.",
            "1 of 1 claims do not stand in the passages, 1 with a number that is in none",
        ),
        ("Our stores open at nine on Sundays.", "1 of 1 claims do not stand in the passages"),
        (
            "Refunds are paid within 14 days. Penguins guard our Antarctic warehouses.",
            "1 of 2 claims do not stand in the passages",
        ),
    ],
)
async def test_what_was_made_up_is_refused(text: str, why: str) -> None:
    assert await guards.grounded().judge_with(text, POLICY) == (False, why)


async def test_words_from_everywhere_do_not_make_a_claim() -> None:
    spread = ["Refunds are easy.", "Days pass.", "Cards exist.", "Charged batteries.", "Paid work.", "Within reason."]
    text = "Charged cards are paid back within days."
    assert not (await guards.grounded(least=0.8).judge_with(text, spread)).passed


async def test_a_share_of_the_claims_may_be_enough() -> None:
    text = "Refunds are paid within 14 days. Penguins guard our Antarctic warehouses."
    assert (await guards.grounded(share=0.5).judge_with(text, POLICY)).passed


async def test_without_passages_there_is_nothing_to_judge_by() -> None:
    assert await guards.grounded().judge("anything") == (True, "not judged: no passages were given")
    assert not (await guards.grounded().judge_with("Refunds are paid within 14 days.", ())).passed
    fixed = guards.grounded(POLICY)
    assert (await fixed.judge("Refunds are paid within 14 days.")).passed
    assert not (await fixed.judge("Refunds are paid within 30 days.")).passed


class Twins:
    """Knows two words that mean the same."""

    name = "test/twins"
    fingerprint = "1" * 40
    dimensions = 2

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [
            [1.0, 0.0] if "reimburse" in text.lower() or "refunds" in text.lower() else [0.0, 1.0] for text in texts
        ]
        return np.array(rows, dtype=np.float32)


async def test_an_embedder_saves_a_paraphrase_but_no_number() -> None:
    plain, helped = guards.grounded(), guards.grounded(embedder=Twins())
    text = "We reimburse customers swiftly and gladly."
    assert not (await plain.judge_with(text, POLICY)).passed
    assert (await helped.judge_with(text, POLICY)).passed
    assert not (await helped.judge_with("We reimburse customers after 99 years.", POLICY)).passed
    assert not (await helped.judge_with("Penguins guard our Antarctic warehouses.", ["Refunds are paid."])).passed
    assert (await helped.judge_with("Refunds are paid within 14 days.", POLICY)).passed
    assert not (await helped.judge_with("Penguins guard our warehouses.", [])).passed


def test_names_hold_the_settings_and_it_looks_at_outputs() -> None:
    assert guards.grounded().name == "grounded"
    assert guards.grounded(least=0.7, share=0.9).name == "grounded(least=0.7, share=0.9)"
    assert guards.grounded(POLICY).name != guards.grounded(POLICY[:1]).name
    assert guards.grounded(embedder=Twins()).name == "grounded(embedder='test/twins 111111111111, near 0.7')"
    assert guards.grounded().sides == ("output",)


def test_unusable_settings_are_refused() -> None:
    with pytest.raises(AppError, match=r"grounded\(least=2\): a share from 0 to 1"):
        guards.grounded(least=2)
    with pytest.raises(AppError, match="a list of passages is wanted"):
        guards.grounded("one text")
