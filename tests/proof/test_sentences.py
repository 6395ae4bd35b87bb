"""What a report says in words: never more than was shown."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.reports import HOSTILE, bare, report
from vouch.proof import sentences
from vouch.proof.report import Row
from vouch.stats.binomial import interval
from vouch.stats.paired import compare
from vouch.stats.selective import Selection
from vouch.values.money import Money, Usage


def test_the_front_page() -> None:
    made = report(selections=(Selection(0.62, 0.87, 435, 9, 0.95, 0.95, "m", 500),))
    assert sentences.summary(made) == (
        "500 cases · 498 right = 99.6 %, but at 95 % confidence only >= 98.7 % is proven (claimed 99 %).",
        "Held back. With 2 wrong, 628 cases prove the claim: add 128, or mend: vouch trace c-0500 c-0499",
        (
            "Against the last version: 3 better, 1 worse (McNemar exact p = 0.63): no difference shown. "
            "Ruled out: a fall by 3 points or more (Tango p < 0.001)."
        ),
        "May answer 87 % alone at a certified 95 % (threshold 0.62), hands over the rest.",
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.996, "99.6 %"),
        (0.9996, "99.96 %"),
        (0.999999, "99.9999 %"),
        (0.5, "50 %"),
        (0.12345, "12.3 %"),
        (0.0004, "0.04 %"),
    ],
)
def test_shares(share: float, text: str) -> None:
    assert sentences.percent(share) == text


@given(st.floats(1e-6, 1 - 1e-6))
def test_rounding_never_claims_all_or_nothing_and_bounds_stay_bounds(share: float) -> None:
    assert sentences.percent(share) not in ("0 %", "100 %")
    assert Decimal(sentences.percent(share, ROUND_FLOOR)[:-2]) <= Decimal(repr(share)) * 100
    assert Decimal(sentences.percent(share, ROUND_CEILING)[:-2]) >= Decimal(repr(share)) * 100


@pytest.mark.parametrize(("share", "text"), [(0.9995, "99.95 %"), (0.99, "99 %"), (0.8, "80 %")])
def test_settings_are_shown_as_they_were_set(share: float, text: str) -> None:
    assert sentences.exactly(share) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.625, "= 0.63"), (1.0, "= 1.00"), (0.0049, "= 0.005"), (0.00099, "< 0.001"), (0.01, "= 0.01")]
)
def test_chances(p: float, text: str) -> None:
    assert sentences.chance(p) == text


@pytest.mark.parametrize(("share", "text"), [(0.03, "3 points"), (0.01, "1 point"), (0.02701, "2.8 points")])
def test_points_are_rounded_up(share: float, text: str) -> None:
    assert sentences.points(share) == text


def test_what_cannot_be_shown_becomes_an_escape() -> None:
    assert (
        sentences.printable("a\tb\n\x1b[31m\x00\x85\ud800\ufffe é漢") == r"a"
        "\tb\n"
        r"\x1b[31m\x00\x85\ud800\ufffe é漢"
    )
    assert "\x1b" not in sentences.printable(HOSTILE)


def test_accuracy_without_a_claim_proven_or_without_an_answer() -> None:
    assert sentences.accuracy_sentence(bare()) == "3 cases · 3 right = 100 %; at 95 % confidence >= 36.8 % is proven."
    assert sentences.accuracy_sentence(report(wrong=0)) == (
        "500 cases · 500 right = 100 %; at 95 % confidence >= 99.4 % is proven (claimed 99 %)."
    )
    nothing = bare(n=1, answered=0, right=0, accuracy=None)
    assert sentences.accuracy_sentence(nothing) == "1 case · 1 handed over · no answer was given, so nothing is proven."


def test_what_was_handed_over_is_neither_right_nor_wrong() -> None:
    made = bare(n=100, answered=90, right=88, accuracy=interval(88, 90))
    assert sentences.accuracy_sentence(made).startswith(
        "100 cases · 10 handed over · 88 of the other 90 right = 97.8 %; at"
    )


def test_what_counts_as_wrong_is_named() -> None:
    made = bare(statuses={"answered": 90, "failed": 3, "blocked": 1, "abstained": 4}, unscored=2)
    assert sentences.trouble_sentence(made) == "Counted as wrong: 3 failed, 1 blocked, 2 that could not be judged."
    assert sentences.trouble_sentence(bare(statuses={"answered": 3})) == ""
    assert sentences.trouble_sentence(made) in sentences.summary(made)


def _claiming(right: int, answered: int, **changes: object) -> str:
    made = bare(n=answered, answered=answered, right=right, claim=0.99, claim_proven=False, verdict="undecided")
    return sentences.verdict_sentence(msgspec.structs.replace(made, **changes))


def test_the_next_step_towards_a_claim() -> None:
    wrong = (Row(case="c-7", input="?", value=0.0), Row(case="c-8", input="?", value=1.0))
    assert _claiming(200, 200, cases_needed=299) == ("Held back. With none wrong, 299 cases prove the claim: add 99.")
    assert _claiming(98, 100, rows=wrong) == (
        "Held back. More cases like these would not prove the claim: mend: vouch trace c-7"
    )
    assert _claiming(90, 100, rows=wrong, verdict="hold") == (
        "Held back. The claim is refuted: at 95 % confidence <= 94.5 % is right; mend: vouch trace c-7"
    )
    assert _claiming(0, 0) == "Held back. Nothing was answered."


def test_the_next_step_after_a_change() -> None:
    assert sentences.verdict_sentence(bare()) == "Ships."
    assert sentences.verdict_sentence(bare(verdict="undecided")) == "Held back."
    broke = bare(verdict="hold", broke=("c-1", "c-2\x1b", "c-3", "c-4", "c-5", "c-6"))
    assert sentences.verdict_sentence(broke) == (r"Held back. See what broke: vouch trace c-1 c-2\x1b c-3 c-4 c-5")


def test_what_broke_is_named_before_what_was_wrong_already() -> None:
    rows = tuple(Row(case=f"c-{place}", input="?", value=0.0) for place in range(7))
    assert sentences.wrong_cases(bare(rows=rows, broke=("c-5",))) == ["c-5", "c-0", "c-1", "c-2", "c-3"]


def _change(lost: int, won: int, n: int, **changes: object) -> str:
    before = [True] * lost + [False] * won + [True] * (n - lost - won)
    after = [False] * lost + [True] * won + [True] * (n - lost - won)
    return sentences.change_sentence(bare(n=n, comparison=compare(before, after, margin=0.02), **changes))


def test_a_change_in_all_its_outcomes() -> None:
    assert sentences.change_sentence(bare()) == ""
    assert _change(9, 1, 500) == (
        "Against the last version: 1 better, 9 worse (McNemar exact, one-sided p = 0.01): worse beyond chance. "
        "The change is between -3.2 and -0.5 points (95 % confidence, Tango score)."
    )
    assert _change(1, 12, 500).startswith(
        "Against the last version: 12 better, 1 worse (McNemar exact p = 0.003): better beyond chance. Ruled out: a "
    )
    undecided = _change(5, 4, 100)
    assert "no difference shown. Not ruled out: a fall by 2 points or more (Tango p = " in undecided
    assert undecided.endswith("more cases would decide, or a margin of 7.5 points.")


def test_a_comparison_says_when_it_saw_only_some_of_the_cases() -> None:
    made = bare(n=700, comparison=report().comparison)
    assert "3 better, 1 worse of the 500 cases that both saw (" in sentences.change_sentence(made)


def test_shares_that_may_be_answered_alone() -> None:
    none = Selection(None, 0.0, 0, 0, 0.99, 0.95, "m", 1500)
    assert sentences.share_sentence(none) == (
        "No share may be answered alone at a certified 99 %: 1,500 cases do not prove it."
    )
    everything = Selection(0.0, 1.0, 500, 2, 0.98, 0.95, "m", 500)
    assert sentences.share_sentence(everything) == "May answer everything alone at a certified 98 %."


def test_effort() -> None:
    made = bare(seconds=2.04, cost=Money(Decimal("0.0120")), usage=Usage(1000, 200), cached=2, kept=True)
    assert sentences.effort_sentence(made) == (
        "2.0 s · 0.012 USD · 1,200 tokens · 2 of 3 cases from the journal · kept as the version to compare with"
    )
    assert sentences.effort_sentence(bare()) == "0.0 s"
