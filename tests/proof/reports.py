"""Reports to be rendered: what a proof of a support bot could have found."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import numpy as np

from vouch.proof.report import Report, Row, thin
from vouch.stats.binomial import interval, lower_bound, upper_bound
from vouch.stats.paired import compare
from vouch.stats.selective import risk_coverage, select_threshold
from vouch.values.money import Money, Usage

HOSTILE = '<script>alert(1)</script>\x1b[31m \x00 \ud800 & "quotes" \''


def rows(n: int = 500, wrong: int = 2) -> tuple[Row, ...]:
    """`n` cases, the last `wrong` of which are wrong, with a confidence that is lower there."""
    random = np.random.default_rng(1)
    made: list[Row] = []
    for number in range(1, n + 1):
        right = number <= n - wrong
        made.append(
            Row(
                case=f"c-{number:04d}",
                input=f"Where is my refund for order #W{4923000 + number}?",
                expected="refund_status",
                output="refund_status" if right else "cancel_order",
                value=1.0 if right else 0.0,
                why="" if right else "'cancel_order' is not 'refund_status'",
                confidence=float(random.beta(9, 1) if right else random.beta(3, 3)),
                run=f"01run{number:04d}",
                tags=("refund",) if number % 3 else ("refund", "german"),
                cost=Money(Decimal("0.0002")),
                seconds=0.5,
            )
        )
    return tuple(made)


def bounded(found: Report) -> Report:
    """The report with the bounds that its counts prove."""
    if not found.answered:
        return found
    low, high = (bound(found.right, found.answered, found.confidence) for bound in (lower_bound, upper_bound))
    return msgspec.structs.replace(found, low=low, high=high)


def report(n: int = 500, wrong: int = 2, **changes: object) -> Report:
    """The report of the front page: 500 cases, two wrong, three better and one worse than the last version."""
    made = rows(n, wrong)
    trials = [(row.confidence or 0.0, row.right) for row in made]
    outcomes = [row.right for row in made]
    before = [False] * 3 + [True] * (n - 5) + [False, True] if wrong else outcomes
    full = Report(
        app="support",
        app_version="f3a9c1d2e4b5a6978812",
        proof="policy",
        dataset="cases.jsonl",
        dataset_digest="9b1f",
        scorer="label",
        n=n,
        answered=n,
        right=n - wrong,
        statuses={"answered": n},
        accuracy=interval(n - wrong, n),
        claim=0.99,
        claim_proven=wrong == 0,
        cases_needed=628 if wrong else None,
        selections=tuple(select_threshold(trials, target=target) for target in (0.95, 0.98, 0.995)),
        curve=thin(risk_coverage(trials)),
        comparison=compare(before, outcomes, margin=0.03),
        broke=(made[-1].case,) if wrong else (),
        mended=tuple(row.case for row in made[:3]) if wrong else (),
        verdict="undecided" if wrong else "ship",
        reasons=("With 2 wrong, 628 cases prove the claim of 0.99: add 128.",) if wrong else ("The claim is proven.",),
        confidence=0.95,
        cost=Money(Decimal("0.0124")),
        usage=Usage(41_000, 1_200),
        seconds=3.14,
        cached=412,
        proof_run="01jd3x0p5m0000000000000000",
        baseline_run="01jd3w0p5m0000000000000000",
        rows=made,
    )
    return bounded(msgspec.structs.replace(full, **changes))


def bare(**changes: object) -> Report:
    """A report with nothing in it that can be left out."""
    empty = Report(
        app="a",
        app_version="v",
        proof="p",
        dataset="d",
        dataset_digest="x",
        scorer="exact",
        n=3,
        answered=3,
        right=3,
        accuracy=interval(3, 3),
        verdict="ship",
        confidence=0.95,
    )
    return bounded(msgspec.structs.replace(empty, **changes))
