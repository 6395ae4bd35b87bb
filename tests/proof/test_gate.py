from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.app.declaration import Gate
from vouch.proof.change import Change
from vouch.proof.gate import Decision, decide
from vouch.proof.measure import Measured
from vouch.stats.binomial import interval, lower_bound, proves, refutes, upper_bound
from vouch.stats.paired import Comparison, compare
from vouch.values.score import Verdict

shares = st.floats(min_value=0.01, max_value=0.99)


def judged(gate: Gate, right: int, answered: int, comparison: Comparison | None) -> Decision:
    """The decision on so many right answers to independent cases."""
    low, high, accuracy = 0.0, 1.0, None
    if answered:
        low, high = (bound(right, answered, gate.confidence) for bound in (lower_bound, upper_bound))
        accuracy = interval(right, answered, gate.confidence)
    return decide(gate, Measured(answered, right, accuracy, low, high, True), Change(paired=comparison))


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    answered = draw(st.integers(0, 2000))
    return draw(st.integers(0, answered)), answered


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison | None:
    if draw(st.booleans()):
        return None
    before = draw(st.lists(st.booleans(), min_size=1, max_size=120))
    after = [was if draw(st.integers(0, 3)) else not was for was in before]
    return compare(before, after, margin=draw(st.sampled_from([0.01, 0.03, 0.2])))


@given(st.none() | shares, counts(), comparisons(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_verdict_is_the_worse_of_claim_and_change(
    claim: float | None, counted: tuple[int, int], comparison: Comparison | None, confidence: float
) -> None:
    right, answered = counted
    decision = judged(Gate(claim=claim, confidence=confidence), right, answered, comparison)
    refuted = claim is not None and answered > 0 and refutes(right, answered, claim, confidence)
    proven = claim is None or (answered > 0 and proves(right, answered, claim, confidence))
    worse = comparison is not None and comparison.verdict == "hold"
    not_worse = comparison is None or comparison.verdict == "ship"
    assert (decision.verdict == "hold") == (refuted or worse)
    assert (decision.verdict == "ship") == (proven and not_worse and answered > 0)
    assert decision.proven == (None if claim is None else answered > 0 and proven)
    assert decision.reasons
    assert all(reason.endswith(".") for reason in decision.reasons)


@given(shares, counts())
def test_the_cases_that_are_missing_prove_the_claim_and_no_fewer_would(claim: float, counted: tuple[int, int]) -> None:
    right, answered = counted
    needed = judged(Gate(claim=claim), right, answered, None).cases_needed
    if needed is not None:
        wrong = answered - right
        assert needed > answered
        assert proves(needed - wrong, needed, claim)
        assert not proves(needed - 1 - wrong, needed - 1, claim)


@given(shares, counts())
def test_one_more_right_answer_never_makes_the_verdict_worse(claim: float, counted: tuple[int, int]) -> None:
    right, answered = counted
    order: dict[Verdict, int] = {"hold": 0, "undecided": 1, "ship": 2}
    before = judged(Gate(claim=claim), right, answered, None).verdict
    after = judged(Gate(claim=claim), right + 1, answered + 1, None).verdict
    assert order[after] >= order[before] or answered == 0


def change(lost: int, won: int, n: int, margin: float = 0.03) -> Comparison:
    before = [True] * lost + [False] * won + [True] * (n - lost - won)
    after = [False] * lost + [True] * won + [True] * (n - lost - won)
    return compare(before, after, margin=margin)


@pytest.mark.parametrize(
    ("claim", "right", "answered", "comparison", "verdict", "reason"),
    [
        (None, 0, 10, None, "ship", "No kept version saw these cases, so nothing is compared."),
        (None, 0, 0, None, "undecided", "No answer was given, so nothing is shown."),
        (0.9, 0, 0, None, "undecided", "No answer was given, so nothing is shown."),
        (0.99, 500, 500, None, "ship", "The claim of 0.99 is proven."),
        (0.99, 400, 500, None, "hold", "The claim of 0.99 is refuted."),
        (0.99, 498, 500, None, "undecided", "With 2 wrong, 628 cases prove the claim of 0.99: add 128."),
        (
            0.99,
            494,
            500,
            None,
            "undecided",
            "The claim of 0.99 is not proven, and more cases of this quality would not prove it.",
        ),
        (None, 480, 500, change(20, 1, 500), "hold", "Worse than the kept version: 20 lost, 1 won (p = 1e-05)."),
        (None, 500, 500, change(0, 0, 500), "ship", "Not worse than the kept version by 0.03 or more."),
        (
            None,
            100,
            100,
            change(3, 3, 100),
            "undecided",
            (
                "Neither worse than the kept version nor proved not worse by 0.03: 3 lost, 3 won; about 387 more cases "
                "would decide, or a margin of 0.061."
            ),
        ),
    ],
)
def test_reasons_say_what_was_shown_and_what_is_missing(
    claim: float | None, right: int, answered: int, comparison: Comparison | None, verdict: Verdict, reason: str
) -> None:
    decision = judged(Gate(claim=claim), right, answered, comparison)
    assert decision.verdict == verdict
    assert reason in decision.reasons


def test_a_claim_that_is_proven_does_not_save_a_version_that_got_worse() -> None:
    decision = judged(Gate(claim=0.9), 480, 500, change(20, 1, 500))
    assert (decision.verdict, decision.proven) == ("hold", True)
    assert len(decision.reasons) == 2
