"""Asking no more cases than it takes to decide about a change, without fooling oneself by looking in between.

It does not know how cases are asked. The looks are planned before the first case, the order of the cases is drawn from
the cases themselves, and what is decided holds at the gate's confidence over all looks together.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from vouch.app.declaration import Gate, Proof
from vouch.proof.baseline import Baseline
from vouch.proof.cases import Cases
from vouch.proof.change import pairs
from vouch.proof.numbering import Numbering
from vouch.proof.tally import Tally
from vouch.stats import betting, sequential
from vouch.stats.sequential import Decision, Schedule
from vouch.values.digest import digest

LOOKS: Final = 10


class Plan(Struct, frozen=True):
    """The places of the cases in the order in which to ask them, and after how many to look."""

    places: tuple[int, ...]
    schedule: Schedule


def plan(cases: Cases, proof: Proof, baseline: Baseline) -> Plan | None:
    """How to ask, or None where nothing can be decided early: cases must be asked once, and none be like another."""
    seen: list[int] = []
    clusters = Numbering()
    for place, case in enumerate(cases.cases):
        if baseline.place(digest(case)) is not None and case.id not in baseline.flaky:
            seen.append(place)
            clusters.of("\0".join(case.cluster))
    if proof.repeats > 1 or len(clusters) < len(seen) or len(seen) < LOOKS:
        return None
    order = sequential.random_order(len(seen), int(cases.digest[:8], 16))
    schedule = sequential.schedule(len(seen), LOOKS, confidence=proof.gate.confidence)
    return Plan(tuple(seen[place] for place in order), schedule)


def decision(tally: Tally, gate: Gate, schedule: Schedule) -> Decision:
    """What the outcomes of the first cases of a plan say at the look that is due."""
    found, _ = pairs(tally)
    lost = sum(each.before[0] and not each.after[0] for each in found)
    won = sum(each.after[0] and not each.before[0] for each in found)
    return sequential.decide(lost, won, len(found), schedule=schedule, margin=gate.no_worse_than)


def enough(found: Decision, tally: Tally, gate: Gate) -> bool:
    """Whether nothing more need be asked: the change is decided, and so is the claim if the change would ship.

    A claim that is looked at again and again is proven by a bet, which may be.
    """
    if found.verdict != "ship":
        return found.verdict == "hold"
    if gate.claim is None:
        return True
    counted = [run for run in tally.runs if not tally.handed_over(run)]
    wrong = sum(not tally.right(run) for run in counted)
    return betting.proves(wrong, len(counted), gate.claim, gate.confidence)
