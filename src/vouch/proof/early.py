"""Asking no more cases than it takes to decide about a change, without fooling oneself by looking in between.

It does not know how cases are asked. The looks are planned before the first case, the order of the cases is drawn from
the cases themselves, and what is decided holds at the gate's confidence over all looks together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from vouch.app.declaration import Gate, Proof
from vouch.proof.asking import Outcome
from vouch.proof.baseline import Baseline
from vouch.proof.change import pair
from vouch.stats import betting, sequential
from vouch.stats.sequential import Decision, Schedule
from vouch.values.case import Case, Dataset
from vouch.values.digest import digest

LOOKS: Final = 10


class Plan(Struct, frozen=True):
    """The cases in the order in which to ask them, and after how many to look."""

    cases: tuple[Case, ...]
    schedule: Schedule


def plan(dataset: Dataset, proof: Proof, baseline: Baseline) -> Plan | None:
    """How to ask, or None where nothing can be decided early: cases must be asked once, and none be like another."""
    seen = [case for case in dataset.cases if digest(case) in baseline.runs and case.id not in baseline.flaky]
    alike = len({case.cluster for case in seen}) < len(seen)
    if proof.repeats > 1 or alike or len(seen) < LOOKS:
        return None
    order = sequential.random_order(len(seen), int(dataset.digest[:8], 16))
    schedule = sequential.schedule(len(seen), LOOKS, confidence=proof.gate.confidence)
    return Plan(tuple(seen[place] for place in order), schedule)


def decision(outcomes: Sequence[Outcome], baseline: Baseline, gate: Gate, schedule: Schedule) -> Decision:
    """What the outcomes of the first cases of a plan say at the look that is due."""
    pairs, _ = pair(outcomes, baseline)
    lost = sum(found.before[0] and not found.after[0] for found in pairs)
    won = sum(found.after[0] and not found.before[0] for found in pairs)
    return sequential.decide(lost, won, len(pairs), schedule=schedule, margin=gate.no_worse_than)


def enough(found: Decision, outcomes: Sequence[Outcome], gate: Gate) -> bool:
    """Whether nothing more need be asked: the change is decided, and so is the claim if the change would ship.

    A claim that is looked at again and again is proven by a bet, which may be.
    """
    if found.verdict != "ship":
        return found.verdict == "hold"
    if gate.claim is None:
        return True
    counted = [outcome for outcome in outcomes if outcome.result.status != "abstained"]
    wrong = sum(not outcome.right for outcome in counted)
    return betting.proves(wrong, len(counted), gate.claim, gate.confidence)
