"""The gate: ship, hold or undecided, and why, from what was counted.

It does not know how the cases were run or shown.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.app.declaration import Gate
from vouch.stats import binomial
from vouch.stats.paired import Comparison
from vouch.values.score import Verdict


class Decision(Struct, frozen=True):
    """A verdict and its reasons in plain sentences.

    `proven` is None without a claim; `cases_needed` is how many cases would prove the claim with the errors seen so far
    (None when it is proven, refuted, or out of reach at the present rate of errors).
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    proven: bool | None = None
    cases_needed: int | None = None


def decide(gate: Gate, right: int, answered: int, comparison: Comparison | None) -> Decision:
    """`hold` if the claim is refuted or the change proved worse; `ship` if all is proven; else `undecided`."""
    claim = _decide_claim(gate, right, answered)
    change = _decide_change(comparison)
    verdicts = {claim.verdict, change.verdict}
    verdict: Verdict = "hold" if "hold" in verdicts else "undecided" if "undecided" in verdicts else "ship"
    return Decision(verdict, (*claim.reasons, *change.reasons), claim.proven, claim.cases_needed)


def _decide_claim(gate: Gate, right: int, answered: int) -> Decision:
    if answered == 0:
        proven = None if gate.claim is None else False
        return Decision("undecided", ("No answer was given, so nothing is shown.",), proven)
    if gate.claim is None:
        return Decision("ship", ())
    share = f"{gate.claim:.4g}"
    if binomial.proves(right, answered, gate.claim, gate.confidence):
        return Decision("ship", (f"The claim of {share} is proven.",), proven=True)
    if binomial.refutes(right, answered, gate.claim, gate.confidence):
        return Decision("hold", (f"The claim of {share} is refuted.",), proven=False)
    wrong = answered - right
    if right / answered <= gate.claim:
        why = f"The claim of {share} is not proven, and more cases of this quality would not prove it."
        return Decision("undecided", (why,), proven=False)
    needed = binomial.cases_to_prove(gate.claim, wrong, gate.confidence)
    why = f"With {wrong} wrong, {needed} cases prove the claim of {share}: add {needed - answered}."
    return Decision("undecided", (why,), proven=False, cases_needed=needed)


def _decide_change(comparison: Comparison | None) -> Decision:
    if comparison is None:
        return Decision("ship", ("No kept version saw these cases, so nothing is compared.",))
    lost, won = comparison.lost, comparison.won
    if comparison.verdict == "hold":
        return Decision(
            "hold", (f"Worse than the kept version: {lost} lost, {won} won (p = {comparison.p_worse:.2g}).",)
        )
    if comparison.verdict == "ship":
        return Decision("ship", (f"Not worse than the kept version by {comparison.margin:.2g} or more.",))
    why = (
        f"Neither worse than the kept version nor proved not worse by {comparison.margin:.2g}: {lost} lost, {won} won; "
        f"about {comparison.cases_more} more cases would decide, or a margin of {comparison.achievable_margin:.2g}."
    )
    return Decision("undecided", (why,))
