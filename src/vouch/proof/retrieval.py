"""A proof of what is found: questions with their relevant documents, measured, and held against the last version.

It does not know how anything is found. One measure decides, so that no second one can fail by chance; the others are
told. The claim is a bet on the measure's mean (`stats.betting`); the change is paired by question, by counts where
every question is either right or wrong (`stats.paired`), by the measure elsewhere (`stats.repeats`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from vouch.errors import CaseError, UsageError
from vouch.scorers.retrieval import Measure, rank_measure, relevant
from vouch.stats import betting, clustered, paired, repeats
from vouch.stats.binomial import check_share
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.score import Interval, Verdict

By = Literal["ndcg", "recall", "reciprocal rank"]
"""What decides; see `scorers.retrieval`."""

MEASURES: Final[tuple[By, ...]] = ("recall", "ndcg", "reciprocal rank")

Find = Callable[[str], Awaitable[Sequence[str]]]
"""The documents found for a question, best first."""


class Outcome(Struct, frozen=True):
    """A question's measures by name; `key` is the content address of the question and what it expects."""

    case: str
    key: str
    values: dict[str, float]


class Change(Struct, frozen=True):
    """The deciding measure, now less then, on the `n` questions that both were asked; of `changed` it is another."""

    than: str
    n: int
    changed: int
    difference: Interval
    p_worse: float
    p_not_worse: float
    verdict: Verdict


class RetrievalReport(Struct, frozen=True):
    """What was found. `version` is that of the index; `fell` are the questions whose measure fell most, worst first."""

    name: str
    version: str
    n: int
    k: int
    by: By
    measures: dict[str, Interval]
    verdict: Verdict
    why: str
    claim: float | None = None
    claim_proven: bool = False
    change: Change | None = None
    fell: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class Gate(Struct, frozen=True):
    """What must be shown: at least `claim`, where there is one; no fall by `no_worse_than` against the last version."""

    by: By = "ndcg"
    k: int = 10
    claim: float | None = None
    no_worse_than: float = 0.02
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.by not in MEASURES or self.k < 1:
            raise UsageError(f"by={self.by!r}, k={self.k!r}: one of {', '.join(MEASURES)}, and 1 or more, are wanted")
        for name, share in (("no_worse_than", self.no_worse_than), ("confidence", self.confidence)):
            check_share(name, share)
        if self.claim is not None:
            check_share("claim", self.claim)


async def prove_retrieval(
    find: Find,
    cases: Sequence[Case],
    gate: Gate,
    *,
    name: str,
    version: str,
    before: RetrievalReport | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalReport:
    """Ask every case, whose `expected` is a document, a list of them, or grades by document.

    Raises `CaseError` for a case that expects none, and for fewer than two.
    """
    wanted = [_grades(case) for case in cases]
    if len(cases) < 2:
        raise CaseError(f"{name!r} has {len(cases)} questions; give at least 2")
    outcomes: list[Outcome] = []
    for done, (case, grades) in enumerate(zip(cases, wanted, strict=True), 1):
        ranked = list(dict.fromkeys(await find(case.input)))
        values = {_called(each, gate.k): rank_measure(each, ranked, grades, gate.k) for each in MEASURES}
        outcomes.append(Outcome(case.id, digest((case.input, sorted(grades.items()))), values))
        if progress:
            progress(done, len(cases))
    return _judged(outcomes, gate, name, version, before)


def read_report(file: Path) -> RetrievalReport | None:
    """The report in a file, None where there is none; raises `UsageError` for one that cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=RetrievalReport)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{str(file)!r} is no report of what was found ({error}); remove it") from error


def write_report(report: RetrievalReport, file: Path) -> None:
    """Write it as JSON; raises `UsageError` where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
        beside.replace(file)
    except OSError as error:
        raise UsageError(f"the report cannot be written to {str(file)!r} ({error.strerror})") from error


def _grades(case: Case) -> Mapping[str, float]:
    grades = relevant(case.expected)
    if not any(grade > 0 for grade in grades.values()):
        raise CaseError(
            f"case {case.id!r} expects {case.expected!r}: a document, a list of documents, or documents with grades "
            "above 0, are wanted"
        )
    return grades


def _called(measure: Measure, k: int) -> str:
    return f"{measure}@{k}"


def _judged(
    outcomes: Sequence[Outcome], gate: Gate, name: str, version: str, before: RetrievalReport | None
) -> RetrievalReport:
    by = _called(gate.by, gate.k)
    names = [_called(each, gate.k) for each in MEASURES]
    measures = {
        each: clustered.mean([outcome.values[each] for outcome in outcomes], confidence=gate.confidence).interval
        for each in names
    }
    values = np.array([outcome.values[by] for outcome in outcomes])
    proven = False
    if gate.claim is not None:
        # A bet needs an order that nobody chose.
        order = np.random.default_rng(0).permutation(len(values))
        proven = betting.lower_bound(values[order], gate.confidence) >= gate.claim
    pairs = [] if before is None else _paired(before, outcomes, by)
    change = _changed(before.version if before else "", pairs, gate)
    verdict, why = _verdict(gate, measures[by], change, proven=proven)
    fell = sorted((now - then, case) for case, then, now in pairs if now < then)
    return RetrievalReport(
        name,
        version,
        len(outcomes),
        gate.k,
        gate.by,
        measures,
        verdict,
        why,
        gate.claim,
        proven,
        change,
        tuple(case for _, case in fell[:10]),
        tuple(outcomes),
    )


def _paired(before: RetrievalReport, outcomes: Sequence[Outcome], by: str) -> list[tuple[str, float, float]]:
    """The questions that were asked then, too, with what was expected then: each then and now."""
    known = {each.key: each.values[by] for each in before.outcomes if by in each.values}
    return [(each.case, known[each.key], each.values[by]) for each in outcomes if each.key in known]


def _changed(than: str, pairs: Sequence[tuple[str, float, float]], gate: Gate) -> Change | None:
    if len(pairs) < 2:
        return None
    then, now = [pair[1] for pair in pairs], [pair[2] for pair in pairs]
    if {*then, *now} <= {0.0, 1.0}:
        found = paired.compare(
            [value > 0 for value in then],
            [value > 0 for value in now],
            margin=gate.no_worse_than,
            confidence=gate.confidence,
        )
    else:
        found = repeats.compare(
            [[value] for value in then],
            [[value] for value in now],
            margin=gate.no_worse_than,
            confidence=gate.confidence,
        )
    changed = sum(a != b for a, b in zip(then, now, strict=True))
    return Change(than, found.n, changed, found.difference, found.p_worse, found.p_not_worse, found.verdict)


def _verdict(gate: Gate, measured: Interval, change: Change | None, *, proven: bool) -> tuple[Verdict, str]:
    by = _called(gate.by, gate.k)
    if change is not None and change.verdict == "hold":
        return "hold", f"{by} is worse than with {change.than} (p = {change.p_worse:.2g})"
    if gate.claim is not None and not proven:
        if measured.high < gate.claim:
            return "hold", f"{by} is below the claim of {gate.claim:g}"
        return "undecided", f"that {by} is at least {gate.claim:g} is not proven; ask more questions"
    if change is not None and not change.changed:
        return "ship", f"{by} is for each of {change.n:,} questions what it was with {change.than}"
    if change is not None and change.verdict == "undecided":
        return "undecided", (
            f"neither worse than with {change.than} nor not worse by {gate.no_worse_than:g} is proven; ask more "
            "questions"
        )
    if change is None:
        return "ship", "there is no earlier version to hold it against"
    return "ship", f"{by} is not worse than with {change.than} by {gate.no_worse_than:g} or more"
