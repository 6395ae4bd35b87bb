"""Claims and how well evidence supports them."""

from __future__ import annotations

from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.claims import claims, content, lexical_support, supports
from vouch.values.case import Case
from vouch.values.result import Found, Result

from .given import scored
from .letters import Letters

POLICY = "You may return any item within 14 days of delivery. Refunds take 3 to 5 working days, as Dr. Lee wrote."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One thing. Another one! A third?", ["One thing.", "Another one!", "A third?"]),
        ("Dr. Lee met J. Smith vs. Mr. Jones. Then he left.", ["Dr. Lee met J. Smith vs. Mr. Jones.", "Then he left."]),
        ("- first\n* second\n3) third\n\n---", ["first", "second", "third"]),
        ('It costs 3.50 EUR today [2]. "Yes." He said so.', ["It costs 3.50 EUR today.", '"Yes.', "He said so."]),
        ("no end", ["no end"]),
        ("...", []),
        ("", []),
    ],
)
def test_claims_are_sentences_and_list_items(text: str, expected: list[str]) -> None:
    assert claims(text) == expected


def test_content_is_stems_of_what_says_something() -> None:
    assert content("The refunds were taking 14 days") == ["refund", "take", "14", "day"]
    assert content("so it is") == ["so", "it", "is"]
    assert content("!") == []


async def test_support_rises_with_words_order_and_numbers() -> None:
    copied, turned, wrong_number, other = await supports(
        [
            "You may return any item within 14 days",
            "Within 14 days you may return any item",
            "You may return any item within 30 days",
            "Our office in Berlin is closed",
        ],
        [POLICY],
    )
    assert copied == 1.0
    assert copied > turned > wrong_number > other
    assert other < 0.2
    # 4 of 5 content words, 7 of 8 words in order, and the only number is lacking.
    assert wrong_number == pytest.approx((4 / 5 + 7 / 8) / 2 / 2)


async def test_an_embedder_fills_up_a_fifth_of_what_is_lacking() -> None:
    [lexical] = await supports(["Bring it back"], ["cab rig knit"])
    assert lexical == 0.0
    [filled] = await supports(["Bring it back"], ["cab rig knit"], Letters())
    assert 0.15 < filled <= 0.2
    assert await supports(["word"], [], Letters()) == [0.0]
    assert lexical_support("!", ["a"]) == 0.0
    assert await supports([], [POLICY], Letters()) == []


async def test_the_value_is_the_mean_and_why_names_the_weakest_claim() -> None:
    found = (Found("policy.md", POLICY),)
    scorer = scorers.groundedness()
    assert (await scored(scorer, None, "You may return any item within 14 days.", found=found)).right
    score = await scored(scorer, None, "You may return any item within 14 days. Zebras dance.", found=found)
    assert score.value == pytest.approx(0.5)
    assert score.why == "2 claims; the least supported (0.00): 'Zebras dance.'"


async def test_with_a_threshold_it_is_the_share_of_supported_claims() -> None:
    found = (Found("policy.md", POLICY),)
    output = "Any item you may return within 14 days. Zebras dance."
    scorer = scorers.groundedness(Letters(), threshold=0.5)
    assert (await scored(scorer, None, output, found=found)).value == 0.5
    assert scorer.name == "groundedness(embedder='letters 1', threshold=0.5)"


async def test_evidence_may_be_the_question_or_what_is_expected() -> None:
    asked = Case("c1", POLICY)
    answer = Result("r1", "answered", output="Refunds take 3 to 5 working days.")
    assert (await scorers.groundedness(against="input").score(asked, answer)).right
    assert (await scored(scorers.groundedness(against="expected"), [POLICY], answer.output)).right


async def test_without_evidence_or_claims_there_is_no_judgement() -> None:
    assert (await scored(scorers.groundedness(), None, "Yes.")).why == "case 'c1' has no evidence: 'found' is empty"
    assert (await scored(scorers.groundedness(against="expected"), 7, "Yes.")).unscored
    assert (await scored(scorers.groundedness(against="expected"), POLICY, "?!")).why == "'?!' claims nothing"
    assert (await scored(scorers.groundedness(against="expected"), POLICY, "Yes.", status="failed")).value == 0.0


@pytest.mark.parametrize("settings", [{"against": "output"}, {"threshold": 0}, {"threshold": 1.5}])
def test_other_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(AppError, match="are wanted"):
        scorers.groundedness(**settings)
