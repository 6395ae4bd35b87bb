"""What a proof of a judge found, in plain sentences.

It does not know how it was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from vouch.proof.judging import JudgeReport
from vouch.proof.sentences import exactly, percent, plural, printable
from vouch.values.score import Interval

_NAMED: Final = 5
"""Ids that a sentence lists."""


def judge_summary(report: JudgeReport) -> tuple[str, ...]:
    """All sentences, in the order in which they matter."""
    return tuple(
        sentence
        for part in (_agreement, _claim, _errors, _correlation, _position, _length, _corrected, _next, _effort)
        for sentence in part(report)
    )


def _share(found: Interval) -> str:
    return f"{percent(found.estimate)} ({percent(found.low)} to {percent(found.high)})"


def _number(found: Interval) -> str:
    return f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"


def _agreement(report: JudgeReport) -> Iterator[str]:
    counted = f"{plural(report.n, 'answer')}, {plural(report.labels, 'label')} by people"
    if report.unscored:
        counted += f", {report.unscored:,} that the judge gave no verdict on"
    if report.agreement is None:
        yield f"{counted}. {report.uncorrected}"
        return
    beyond = f"; beyond chance (kappa) {_number(report.agreement.kappa)}" if report.agreement.kappa else ""
    yield f"{counted}: judge and people agree on {_share(report.agreement.share)}{beyond}."


def _claim(report: JudgeReport) -> Iterator[str]:
    if report.claim is not None:
        told = {"ship": "shown", "hold": "refuted", "undecided": "neither shown nor refuted"}[report.verdict]
        yield f"Claimed: agreement on at least {exactly(report.claim)}. That is {told}."


def _errors(report: JudgeReport) -> Iterator[str]:
    for each in report.agreement.errors if report.agreement else ():
        parts: list[str] = []
        if each.missed is not None:
            parts.append(f"of those that people call {each.label}, the judge misses {_share(each.missed)}")
        if each.false is not None:
            parts.append(f"of those that the judge calls {each.label}, people disagree with {_share(each.false)}")
        if parts:
            sentence = "; ".join(parts)
            yield f"{sentence[0].upper()}{sentence[1:]}."


def _correlation(report: JudgeReport) -> Iterator[str]:
    if report.correlation is not None:
        yield f"Its scores follow people's grades with a rank correlation of {_number(report.correlation)}."


def _position(report: JudgeReport) -> Iterator[str]:
    found = report.position
    if found is None:
        return
    sentence = f"Swapping both answers leaves {_share(found.agreement)} of the verdicts as they were"
    if found.favours_first is not None:
        bias = "shown" if found.p <= 1 - report.confidence else "not shown"
        sentence += f"; of the others, what stood first won {_share(found.favours_first)} (a bias is {bias})"
    yield f"{sentence}."


def _length(report: JudgeReport) -> Iterator[str]:
    if report.longer is not None:
        difference = report.longer.difference
        low, high = (f"{100 * bound:+.1f}" for bound in (difference.low, difference.high))
        yield (
            f"The longer answer wins {_share(report.longer.judge)} with the judge and "
            f"{_share(report.longer.people)} with people: {100 * difference.estimate:+.1f} points ({low} to {high})."
        )
    if report.length is not None:
        shown = "shown" if report.length.low > 0 or report.length.high < 0 else "not shown"
        yield (
            "Longer answers are judged too well with a rank correlation of "
            f"{_number(report.length)}: a bias is {shown}."
        )


def _corrected(report: JudgeReport) -> Iterator[str]:
    found = report.corrected
    if found is None:
        if report.agreement is not None:
            yield f"The share of right answers cannot be corrected: {report.uncorrected}"
        return
    yield (
        f"The judge passes {percent(found.judge.estimate)}, which is no accuracy. "
        f"Corrected by {found.labels:,} labels, {_share(found.accuracy)} of all {report.n:,} answers are right "
        f"({exactly(report.confidence)} confidence)."
    )
    if report.labels < report.n and math.isfinite(found.worth):
        yield (
            f"With the judge, {found.labels:,} labels are worth {found.worth:,.0f} without it "
            f"({found.gain:.1f} times as many)."
        )


def _next(report: JudgeReport) -> Iterator[str]:
    if report.label_next:
        named = ", ".join(printable(case) for case in report.label_next[:_NAMED])
        more = len(report.label_next) - _NAMED
        yield f"Label next: {named}{f' and {more:,} more' if more > 0 else ''}."


def _effort(report: JudgeReport) -> Iterator[str]:
    parts = [f"{report.seconds:.1f} s", plural(report.calls, "call") + " of the judge"]
    if report.cost is not None:
        parts.append(str(report.cost))
    if report.usage.total_tokens:
        parts.append(plural(report.usage.total_tokens, "token"))
    if report.found:
        parts.append(f"{report.found:,} from the journal")
    yield " · ".join(parts)
