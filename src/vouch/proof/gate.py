"""The gate: ship, hold or undecided, and why, from what was counted.

It does not know how the cases were run or shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.app.declaration import Gate
from vouch.proof.change import Change
from vouch.proof.measure import Measured
from vouch.stats import betting, binomial, sequential
from vouch.stats.clustered import ClusteredComparison
from vouch.stats.paired import Comparison
from vouch.stats.repeats import RepeatedComparison
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


def decide(
    gate: Gate,
    measured: Measured,
    change: Change,
    *,
    wrong: Sequence[str] = (),
    stopped: sequential.Decision | None = None,
) -> Decision:
    """`hold` if the claim is refuted, the change proved worse, or something is `wrong`, whatever the cases say.

    `ship` if all is proven; else `undecided`. `stopped` is the decision about the change where it was looked at early.
    """
    claim = _decide_claim(gate, measured, early=stopped is not None and stopped.saved > 0)
    moved = _decide_change(change) if stopped is None or change.itself else _decide_early(stopped)
    worse = _worse_slices(gate, change)
    verdicts = {claim.verdict, moved.verdict}
    held = wrong or worse or "hold" in verdicts
    verdict: Verdict = "hold" if held else "undecided" if "undecided" in verdicts else "ship"
    reasons = (*wrong, *worse, *claim.reasons, *moved.reasons)
    return Decision(verdict, reasons, claim.proven, claim.cases_needed)


def _decide_claim(gate: Gate, measured: Measured, *, early: bool) -> Decision:
    if measured.answered == 0:
        proven = None if gate.claim is None else False
        return Decision("undecided", ("No answer was given, so nothing is shown.",), proven)
    if gate.claim is None:
        return Decision("ship", ())
    share = f"{gate.claim:.4g}"
    if early:
        return _decide_claim_early(gate.claim, gate.confidence, measured, share)
    if measured.low >= gate.claim:
        return Decision("ship", (f"The claim of {share} is proven.",), proven=True)
    if measured.high < gate.claim:
        return Decision("hold", (f"The claim of {share} is refuted.",), proven=False)
    wrong = measured.answered - measured.right
    if measured.right / measured.answered <= gate.claim or not measured.independent:
        better = measured.right / measured.answered > gate.claim
        more = "more cases may prove it" if better else "more cases of this quality would not prove it"
        return Decision("undecided", (f"The claim of {share} is not proven, and {more}.",), proven=False)
    needed = binomial.cases_to_prove(gate.claim, wrong, gate.confidence)
    why = f"With {wrong} wrong, {needed} cases prove the claim of {share}: add {needed - measured.answered}."
    return Decision("undecided", (why,), proven=False, cases_needed=needed)


def _decide_claim_early(claim: float, confidence: float, measured: Measured, share: str) -> Decision:
    """A claim that is looked at before all cases are asked is proven by a bet, which may be looked at any time."""
    if betting.proves(measured.answered - measured.right, measured.answered, claim, confidence):
        return Decision("ship", (f"The claim of {share} is proven.",), proven=True)
    return Decision("undecided", (f"The claim of {share} was not looked into: the proof stopped early.",), proven=False)


def _decide_change(change: Change) -> Decision:
    if change.itself:
        return Decision("ship", ("This is the kept version itself: all answers are those of its proof.",))
    found = change.found
    if found is None:
        return Decision("ship", ("No kept version saw these cases, so nothing is compared.",))
    moved = _moved(found)
    if found.verdict == "hold":
        return Decision("hold", (f"Worse than the kept version: {moved} (p = {found.p_worse:.2g}).",))
    if found.verdict == "ship":
        return Decision("ship", (f"Not worse than the kept version by {found.margin:.2g} or more.",))
    more = ""
    if not isinstance(found, ClusteredComparison):
        more = f"about {found.cases_more} more cases would decide, or "
    why = (
        f"Neither worse than the kept version nor proved not worse by {found.margin:.2g}: {moved}; "
        f"{more}a margin of {found.achievable_margin:.2g}{'' if more else ' could be decided'}."
    )
    return Decision("undecided", (why,))


def _moved(found: Comparison | ClusteredComparison | RepeatedComparison) -> str:
    if isinstance(found, RepeatedComparison):
        return f"{100 * found.difference.estimate:+.1f} points over {found.n} cases"
    return f"{found.lost} lost, {found.won} won"


def _decide_early(found: sequential.Decision) -> Decision:
    where = f"after {found.n} cases (look {found.look}): {found.lost} lost, {found.won} won"
    if found.verdict == "hold":
        return Decision("hold", (f"Worse than the kept version, decided {where}.",))
    if found.verdict == "ship":
        return Decision("ship", (f"Not worse than the kept version by {found.margin:.2g} or more, decided {where}.",))
    why = (
        f"Neither worse than the kept version nor proved not worse by {found.margin:.2g} {where}; "
        f"about {found.cases_more} more cases would decide, or a margin of {found.achievable_margin:.2g}."
    )
    return Decision("undecided", (why,))


def _worse_slices(gate: Gate, change: Change) -> tuple[str, ...]:
    """The declared slices that are proved worse; others are shown, and prove nothing."""
    return tuple(
        f"Worse where the tag is {found.tag!r}: {found.lost} lost, {found.won} won of {found.n} "
        f"(p = {found.p_adjusted:.2g}, Holm)."
        for found in change.slices
        if gate.slices and found.declared and found.worse
    )
