"""What a report says, in plain sentences that terminal, page and test results share.

It does not know where a sentence is shown.

Estimates are rounded, bounds are rounded outwards, so that no sentence says more than was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final, TypeGuard

from vouch.proof.labels import short_sentence
from vouch.proof.report import Report
from vouch.stats.clustered import ClusteredComparison
from vouch.stats.paired import Comparison
from vouch.stats.repeats import RepeatedComparison
from vouch.stats.selective import Selection
from vouch.values.score import Interval

_NAMED: Final = 5
"""Cases that a sentence names; the report holds them all."""

_FAILED_ENDS: Final = ("failed", "stopped", "blocked", "waiting")

_RULES_SHOWN: Final = 6


def percent(share: float, rounding: str = ROUND_HALF_UP) -> str:
    """A measured share in percent, to a tenth, finer near 0 and 1: 99.6 %, 99.96 %; `rounding` is one of decimal's."""
    distance = min(abs(share), abs(1 - share))
    places = 1
    while 0 < distance < 2 * 10 ** (-places - 2) and places < 6:
        places += 1
    rounded = (Decimal(repr(share)) * 100).quantize(Decimal(1).scaleb(-places), rounding)
    return f"{rounded.normalize():f} %"


def exactly(share: float) -> str:
    """A share that somebody set, in percent, as it was set: 99.95 %."""
    return f"{(Decimal(repr(share)) * 100).normalize():f} %"


def chance(p: float) -> str:
    """A p-value: `0.63`, `0.004`, or `< 0.001`."""
    places = 2 if p >= 0.01 else 3
    rounded = Decimal(repr(p)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"= {rounded}" if p >= 0.001 else "< 0.001"


def plural(number: int, noun: str) -> str:
    """`1 case`, `1,200 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def proven_bound(report: Report) -> str:
    """The one-sided lower bound of the share of right answers, at the report's confidence, rounded down."""
    return percent(report.low, ROUND_FLOOR)


def printable(text: str) -> str:
    """`text` without characters that steer a terminal or that cannot be written: they are shown as escapes."""
    return "".join(char if char in "\n\t" or _writable(char) else ascii(char)[1:-1] for char in text)


def _writable(char: str) -> bool:
    code = ord(char)
    return code >= 32 and not 127 <= code < 160 and not 0xD800 <= code < 0xE000 and code not in (0xFFFE, 0xFFFF)


def accuracy_sentence(report: Report) -> str:
    """How many were right, what that proves, and what was claimed."""
    counted = f"{plural(report.n, 'case')} · "
    if report.repeats is not None:
        counted = f"{plural(report.cases, 'case')}, {report.repeats.runs} times each · "
    if report.handed_over:
        counted += f"{report.handed_over:,} handed over · "
    if report.accuracy is None:
        return f"{counted}no answer was given, so nothing is proven."
    share = f"{report.right:,} right = {percent(report.accuracy.estimate)}"
    if report.handed_over:
        share = f"{report.right:,} of the other {report.answered:,} right = {percent(report.accuracy.estimate)}"
    bound = f"at {exactly(report.confidence)} confidence"
    low = f">= {proven_bound(report)}"
    if report.claim is None:
        return f"{counted}{share}; {bound} {low} is proven."
    but = ";" if report.claim_proven else ", but"
    only = "" if report.claim_proven else "only "
    return f"{counted}{share}{but} {bound} {only}{low} is proven (claimed {exactly(report.claim)})."


def trouble_sentence(report: Report) -> str:
    """What ended without an answer or could not be judged and therefore counts as wrong; empty when nothing did."""
    parts = [f"{report.statuses[status]:,} {status}" for status in _FAILED_ENDS if report.statuses.get(status)]
    if report.unscored:
        parts.append(f"{report.unscored:,} that could not be judged")
    return f"Counted as wrong: {', '.join(parts)}." if parts else ""


def verdict_sentence(report: Report) -> str:
    """The verdict and what to do next."""
    if report.verdict == "ship":
        return "Ships."
    return f"Held back. {_next_step(report)}".rstrip()


def _next_step(report: Report) -> str:
    if report.claim is not None and not report.claim_proven:
        return _towards(report, report.claim)
    return f"See what broke: vouch trace {' '.join(_some(report.broke))}" if report.broke else ""


def _towards(report: Report, claim: float) -> str:
    """What is missing to a claim that is not proven."""
    mend = f"mend: vouch trace {' '.join(wrong_cases(report))}".rstrip()
    if report.cases_needed:
        cases = f"{report.cases_needed:,} cases prove the claim: add {report.cases_needed - report.answered:,}"
        return f"With {report.wrong:,} wrong, {cases}, or {mend}" if report.wrong else f"With none wrong, {cases}."
    if not report.answered:
        return "Nothing was answered."
    if report.high < claim:
        most = percent(report.high, ROUND_CEILING)
        return f"The claim is refuted: at {exactly(report.confidence)} confidence <= {most} is right; {mend}"
    return f"More cases like these would not prove the claim: {mend}"


def wrong_cases(report: Report) -> Sequence[str]:
    """The ids of the first few wrong cases, those that broke first."""
    broke = set(report.broke)
    wrong = sorted((row for row in report.rows if row.wrong), key=lambda row: row.case not in broke)
    return _some([row.case for row in wrong])


def _some(cases: Sequence[str]) -> list[str]:
    return [printable(case) for case in cases[:_NAMED]]


def change_sentence(report: Report) -> str:
    """What the comparison with the last kept version shows; empty without one."""
    found = report.comparison
    if report.itself:
        return "Against the last version: it is this version itself, and all answers are those of its proof."
    if report.stopped is not None:
        return _early_sentence(report)
    if found is None:
        return _other_change(report)
    start = f"Against the last version: {found.won:,} better, {found.lost:,} worse"
    if found.n < report.n:
        start += f" of the {found.n:,} cases that both saw"
    return f"{start} ({_test(found)}): {_shown(found, 1 - report.confidence)}. {_margin(found)}"


def _other_change(report: Report) -> str:
    """The comparison of versions whose cases are alike, or ran several times; empty without one."""
    found = report.clustered or report.repeated
    if found is None:
        return ""
    span = found.difference
    low, high = (f"{100 * bound:+.1f}" for bound in (span.low, span.high))
    between = f"{100 * span.estimate:+.1f} points, between {low} and {high} ({exactly(span.confidence)} confidence)"
    how = (
        f"{plural(found.n, 'case')} in {plural(found.clusters, 'cluster')}"
        if isinstance(found, ClusteredComparison)
        else f"{plural(found.n, 'case')}, {found.runs_before:.3g} and {found.runs_after:.3g} runs each"
    )
    start = f"Against the last version: {between}, {how}"
    margin = f"a fall by {points(found.margin)} or more"
    if found.verdict == "hold":
        return f"{start}: worse beyond chance (p {chance(found.p_worse)})."
    if found.verdict == "ship":
        return f"{start}. Ruled out: {margin} (p {chance(found.p_not_worse)})."
    more = f"about {plural(found.cases_more, 'more case')} would decide, or " if _knows_more(found) else ""
    return f"{start}. Not ruled out: {margin}; {more}a margin of {points(found.achievable_margin)} could be decided."


def _knows_more(found: ClusteredComparison | RepeatedComparison) -> TypeGuard[RepeatedComparison]:
    return isinstance(found, RepeatedComparison)


def _early_sentence(report: Report) -> str:
    """Where a proof stopped early, why, and how much that saved."""
    found = report.stopped
    assert found is not None  # noqa: S101 - asked only then
    shown = {"hold": "worse beyond chance", "ship": f"a fall by {points(found.margin)} or more is ruled out"}
    what = shown.get(found.verdict, "nothing is decided")
    start = f"Against the last version: {found.won:,} better, {found.lost:,} worse: {what}"
    if not found.saved:
        return f"{start} at the last of {found.look} planned looks."
    return f"{start}, at look {found.look} of those planned. {plural(found.saved, 'case')} need not be asked."


def repeats_sentence(report: Report) -> str:
    """What asking each case several times shows; empty where each was asked once."""
    found = report.repeats
    if found is None:
        return ""
    some, every = found.pass_at.interval, found.pass_all.interval
    flaky = f" Flaky: {', '.join(_some(report.flaky))}." if report.flaky else ""
    return (
        f"In {found.runs} runs at least one is right for {_with(some)} of cases (pass@{found.runs}), all are for "
        f"{_with(every)} (pass^{found.runs}); {percent(1 - found.spread.share_between)} of the spread is within cases."
        f"{flaky}"
    )


def _with(span: Interval) -> str:
    return f"{percent(span.estimate)} [{percent(span.low, ROUND_FLOOR)}, {percent(span.high, ROUND_CEILING)}]"


def slices_sentence(report: Report) -> str:
    """The tags whose cases got worse, most likely first, and those with too few cases to say anything."""
    worse = [found for found in report.slices if found.worse]
    small = [found for found in report.slices if found.small]
    parts = [
        f"{printable(found.tag)} ({found.lost:,} lost, {found.won:,} won of {found.n:,}, p {chance(found.p_adjusted)})"
        for found in worse[:_NAMED]
    ]
    said = f"Worse by tag, Holm over all of them: {', '.join(parts)}." if parts else ""
    if small and worse:
        names = ", ".join(_some([found.tag for found in small]))
        said += f" Too few cases to rule anything out: {names} (at least {small[0].cases_wanted:,} are wanted)."
    return said


def quarantine_sentence(report: Report) -> str:
    """The cases that were left out of the comparison, because they had been found flaky before."""
    if not report.quarantined:
        return ""
    names = ", ".join(_some(report.quarantined))
    return f"In quarantine, because they were flaky before: {plural(len(report.quarantined), 'case')} ({names})."


def metric_sentences(report: Report) -> tuple[str, ...]:
    """A sentence for each further scorer."""
    said: list[str] = []
    for metric in report.metrics:
        if metric.figure is None:
            said.append(f"{printable(metric.scorer)}: nothing could be judged.")
            continue
        figure = metric.figure
        line = f"{printable(metric.scorer)} {figure.estimate:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
        if metric.unscored:
            line += f", {plural(metric.unscored, 'answer')} could not be judged"
        if metric.change is not None and metric.p_adjusted is not None:
            line += f"; {metric.change.estimate:+.3f} against the last version (worse: p {chance(metric.p_adjusted)})"
        said.append(f"{line}.")
    return tuple(said)


def _test(found: Comparison) -> str:
    if found.verdict == "hold":
        return f"McNemar exact, one-sided p {chance(found.p_worse)}"
    return f"McNemar exact p {chance(found.p_different)}"


def _shown(found: Comparison, level: float) -> str:
    if found.verdict == "hold":
        return "worse beyond chance"
    return "better beyond chance" if found.p_better <= found.p_different <= level else "no difference shown"


def _margin(found: Comparison) -> str:
    """What is known of a fall by the margin allowed."""
    margin = f"a fall by {points(found.margin)} or more"
    if found.verdict == "ship":
        return f"Ruled out: {margin} (Tango p {chance(found.p_not_worse)})."
    if found.verdict == "hold":
        span = found.difference
        low, high = (f"{100 * bound:+.1f}" for bound in (span.low, span.high))
        return f"The change is between {low} and {high} points ({exactly(span.confidence)} confidence, {span.method})."
    return (
        f"Not ruled out: {margin} (Tango p {chance(found.p_not_worse)}); about "
        f"{plural(found.cases_more, 'more case')} would decide, or a margin of {points(found.achievable_margin)}."
    )


def points(share: float) -> str:
    """A difference of shares in percentage points, rounded up to a tenth."""
    number = (Decimal(repr(share)) * 100).quantize(Decimal("0.1"), ROUND_CEILING)
    return f"{number.normalize():f} {'point' if number == 1 else 'points'}"


def share_sentence(selection: Selection) -> str:
    """How much may be answered alone at a certified accuracy."""
    target = exactly(selection.target)
    if selection.threshold is None:
        return f"No share may be answered alone at a certified {target}: {plural(selection.n, 'case')} do not prove it."
    if selection.answered == selection.n:
        return f"May answer everything alone at a certified {target}."
    coverage, threshold = percent(selection.coverage, ROUND_FLOOR), f"{selection.threshold:.3g}"
    return f"May answer {coverage} alone at a certified {target} (threshold {threshold}), hands over the rest."


def fired_sentence(report: Report) -> str:
    """What refused calls, and how often in cases that came out wrong: a rule that fires there may be the reason."""
    parts = [
        f"{fired.rule or fired.by} {fired.right + fired.wrong} times ({fired.wrong} in wrong cases)"
        for fired in report.fired[:_RULES_SHOWN]
    ]
    more = len(report.fired) - len(parts)
    return f"Refused: {', '.join(parts)}{f', and {more} more rules' if more > 0 else ''}." if parts else ""


def labels_sentence(report: Report) -> str:
    """What the test of the labels of trust showed; empty where nothing could be planted."""
    return "" if report.labels is None else short_sentence(report.labels)


def effort_sentence(report: Report) -> str:
    """What the proof took."""
    parts = [f"{report.seconds:.1f} s"]
    if report.cost is not None:
        parts.append(str(report.cost))
    if report.usage.total_tokens:
        parts.append(plural(report.usage.total_tokens, "token"))
    if report.cached:
        parts.append(f"{report.cached:,} of {plural(report.n, 'case')} from the journal")
    if report.kept:
        parts.append("kept as the version to compare with")
    return " · ".join(parts)


def summary(report: Report) -> tuple[str, ...]:
    """All sentences about the result, in the order in which they matter."""
    sentences = (
        accuracy_sentence(report),
        trouble_sentence(report),
        verdict_sentence(report),
        change_sentence(report),
        slices_sentence(report),
        quarantine_sentence(report),
        repeats_sentence(report),
        *metric_sentences(report),
        *(share_sentence(selection) for selection in report.selections),
        fired_sentence(report),
        labels_sentence(report),
    )
    return tuple(sentence for sentence in sentences if sentence)
