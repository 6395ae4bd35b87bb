"""A proof's answers as a file for people to label, which a proof of its judge then reads.

It does not know who labels, nor what the labels are worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from vouch.errors import CaseError, UsageError
from vouch.journal.journal import Journal
from vouch.proof.asking import Outcome
from vouch.proof.recorded import read_outcomes
from vouch.stats.corrected import choose_labels
from vouch.values.case import Case


class LabelSheet(NamedTuple):
    """The lines of a file: the `wanted` first ones are to be labelled, half of them fails of the judge.

    The others follow, since the share of right answers is that of all of them.
    """

    lines: tuple[bytes, ...]
    wanted: int
    failed: int
    """How many of those to label the judge failed."""


async def label_sheet(
    journal: Journal,
    run: str,
    cases: Sequence[Case],
    *,
    wanted: int = 100,
    seed: int = 0,
    verdicts: bool = False,
) -> LabelSheet:
    """All answers of the proof `run` as lines that `read_answers` reads; `human` is to be filled in for some, null now.

    Which, is drawn by the judge's verdict (`choose_labels`) and in a random order, so that the order tells nothing;
    with `verdicts` each line says what the judge said of it. Raises a `UsageError` for a number below 1, and a
    `CaseError` where the proof has no answers.
    """
    if wanted < 1:
        raise UsageError(f"wanted = {wanted!r}: 1 or more answers to label are wanted")
    outcomes = [one for one in await read_outcomes(journal, run, cases) if one.result.status == "answered"]
    if not outcomes:
        raise CaseError(f"the proof {run!r} has no answers to the cases as they are now; prove again, then label")
    passed = [outcome.score.right for outcome in outcomes]
    places = choose_labels(passed, min(wanted, len(outcomes)), seed=seed)
    chosen = set(places)
    rest = [place for place in range(len(outcomes)) if place not in chosen]
    names = _names(outcomes)
    lines = [
        _line(outcomes[place], names[place], asked=place in chosen, verdicts=verdicts) for place in (*places, *rest)
    ]
    return LabelSheet(tuple(lines), len(places), sum(not passed[place] for place in places))


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    """The case of each run; the second run of a case, and those after it, with their number."""
    times: Counter[str] = Counter()
    names: list[str] = []
    for outcome in outcomes:
        name = outcome.case.id
        times[name] += 1
        names.append(name if times[name] == 1 else f"{name}#{times[name]}")
    return names


def _line(outcome: Outcome, name: str, *, asked: bool, verdicts: bool) -> bytes:
    case = outcome.case
    line: dict[str, Any] = {"id": name, "input": case.input, "output": outcome.result.output}
    if asked:
        line["human"] = None
    if case.expected is not None:
        line["expected"] = case.expected
    if case.tags:
        line["tags"] = case.tags
    if case.source:
        line["source"] = case.source
    if outcome.result.found:
        line["found"] = outcome.result.found
    if verdicts:
        line["judge"] = {"passed": outcome.score.right, "value": outcome.score.value, "why": outcome.score.why}
    return msgspec.json.encode(line)
