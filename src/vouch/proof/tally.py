"""What the figures of a proof need of every run: some tens of bytes each, no text.

It does not know what was asked or answered, nor what the figures are.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan, nan
from typing import Any, Final

from vouch.app.declaration import Proof
from vouch.contracts.scorer import CorpusScorer
from vouch.proof.asking import Job, Outcome
from vouch.proof.baseline import Baseline
from vouch.proof.hashing import SetDigest
from vouch.proof.labelling import Known
from vouch.proof.numbering import Numbering
from vouch.proof.report import TAGS_KEPT, Fired, Tagged
from vouch.proof.spool import Spool
from vouch.stats import binomial
from vouch.values.digest import digest
from vouch.values.money import Money, Usage

_SEEN: Final = 1
_RIGHT: Final = 2
_HANDED_OVER: Final = 4
_UNSCORED: Final = 8
_CACHED: Final = 16
_FLAKY: Final = 32

_COUNTS: Final[Any] = dict[str, float] | None

_TAGS: Final = 10_000
"""Different tags that are counted: who marks every case apart has no slices."""

_KNOWN: Final = 200
"""Kinds of runs, told apart by the tools they called, of which one is remembered."""


class Tally:
    """All runs of one proof, counted as they come, in any order.

    A run stands at `place` times the runs a case, plus the run's own number; its case at `place`.
    """

    def __init__(self, proof: Proof, n: int, baseline: Baseline | None = None) -> None:
        self.proof = proof
        self.repeats = proof.repeats
        self.cases = n
        self.baseline = baseline
        self.statuses: Counter[str] = Counter()
        self.usage = Usage()
        self.costs: dict[str, Money] = {}
        self._state = bytearray(n * self.repeats)
        self._cluster = array("I", bytes(4 * n))
        self._clusters = Numbering()
        self._tags = array("I", bytes(4 * n))
        self._tag_sets: dict[tuple[str, ...], int] = {(): 0}
        self._tagged: dict[str, list[int]] = {}
        self._before = array("i", [-1]) * n
        self._answers = SetDigest()
        self._confidence: array[float] | None = None
        self._values = [array("d", [nan]) * (n * self.repeats) for _ in proof.also]
        self._unscored = [0] * len(proof.also)
        self._counts: dict[int, Spool[dict[str, float] | None]] = {
            place: Spool(_COUNTS) for place, scorer in enumerate(proof.also) if isinstance(scorer, CorpusScorer)
        }
        self._fired: Counter[tuple[str, str, bool]] = Counter()
        self._known: dict[frozenset[str], tuple[int, Known]] = {}

    def add(self, job: Job, outcome: Outcome) -> None:
        """Count one run of a case."""
        run, case, result = job.place * self.repeats + job.repeat, outcome.case, outcome.result
        right, handed_over = outcome.right, result.status == "abstained"
        flaky = self.baseline is not None and case.id in self.baseline.flaky
        self._state[run] = (
            _SEEN
            | _RIGHT * right
            | _HANDED_OVER * handed_over
            | _UNSCORED * outcome.score.unscored
            | _CACHED * outcome.cached
            | _FLAKY * flaky
        )
        self.statuses[result.status] += 1
        if not outcome.cached:
            self._spend(result.usage, result.cost)
        self._cluster[job.place] = self._clusters.of("\0".join(case.cluster))
        self._note_tags(job.place, case.tags, right=right, counts=not handed_over)
        if self.baseline is not None:
            content = digest(case)
            self._answers.add(content, result.run, str(right))
            if (before := self.baseline.place(content)) is not None:
                self._before[job.place] = before
        if result.confidence is not None:
            if self._confidence is None:
                self._confidence = array("d", [nan]) * len(self._state)
            self._confidence[run] = result.confidence
        self._note_also(run, outcome)
        for refused in result.refused:
            self._fired[refused.by, refused.rule, right] += 1
        if self.proof.world is not None:
            self._note_known(run, Known(case, result))

    def close(self) -> None:
        """Give back what lies on the disk."""
        for counts in self._counts.values():
            counts.close()

    # What was counted.

    @property
    def n(self) -> int:
        """Runs that were counted."""
        return sum(self.statuses.values())

    @property
    def runs(self) -> Iterator[int]:
        """The runs that were counted, in the order of the cases."""
        return (run for run, state in enumerate(self._state) if state)

    @property
    def places(self) -> Iterator[int]:
        """The cases that were counted, in order."""
        return (place for place in range(self.cases) if self._state[place * self.repeats])

    def right(self, run: int) -> bool:
        """Whether an answer was given and is right."""
        return bool(self._state[run] & _RIGHT)

    def handed_over(self, run: int) -> bool:
        """Whether nobody was sure enough to answer."""
        return bool(self._state[run] & _HANDED_OVER)

    def all_found(self) -> bool:
        """Whether every run was in the journal already."""
        return all(self._state[run] & _CACHED for run in self.runs)

    def is_baseline(self, version: str) -> bool:
        """Whether all answers of this version are those of the baseline, of the same version, and judged alike."""
        return self.baseline is not None and (version, self._answers) == (self.baseline.version, self.baseline.answers)

    def count_unscored(self) -> int:
        """Runs that could not be judged."""
        return sum(bool(state & _UNSCORED) for state in self._state)

    def count_found(self) -> int:
        """Runs that were in the journal already."""
        return sum(bool(state & _CACHED) for state in self._state)

    def rights(self, place: int) -> tuple[bool, ...]:
        """Of a case: for each run that was counted whether it was right."""
        states = self._state[place * self.repeats : (place + 1) * self.repeats]
        return tuple(bool(state & _RIGHT) for state in states if state)

    def before(self, place: int) -> int | None:
        """Where the case stands in the baseline, None where that did not see it."""
        found = self._before[place]
        return None if found < 0 else found

    def rights_before(self, place: int) -> tuple[bool, ...]:
        """For each run that the baseline made of the case, whether it was right."""
        before = self.before(place)
        return () if before is None or self.baseline is None else self.baseline.runs(before)

    def flaky_before(self, place: int) -> bool:
        """Whether the baseline found the case flaky."""
        return bool(self._state[place * self.repeats] & _FLAKY)

    def independent(self, places: Iterable[int]) -> bool:
        """Whether no two of these cases, each as often as it is named, count together."""
        seen = bytearray(len(self._clusters))
        for place in places:
            if seen[self._cluster[place]]:
                return False
            seen[self._cluster[place]] = 1
        return True

    def cluster(self, place: int) -> int:
        """The number of what the case counts together with."""
        return self._cluster[place]

    def tags(self, places: Iterable[int]) -> Sequence[tuple[str, ...]]:
        """By case, its tags."""
        sets = list(self._tag_sets)
        return [sets[self._tags[place]] for place in places]

    def tagged(self, confidence: float) -> tuple[Tagged, ...]:
        """The share of right answers by tag, the most frequent first; what was handed over does not count."""
        ordered = sorted(self._tagged.items(), key=lambda item: (-item[1][1], item[0]))
        return tuple(
            Tagged(tag, right, binomial.interval(right, n, confidence)) for tag, (right, n) in ordered[:TAGS_KEPT]
        )

    @property
    def unsure(self) -> bool:
        """Whether no run has a confidence."""
        return self._confidence is None

    def confidence(self, run: int) -> float | None:
        """How sure the model was, where it said so."""
        found = nan if self._confidence is None else self._confidence[run]
        return None if isnan(found) else found

    def value(self, scorer: int, run: int) -> float:
        """What a further scorer gave; 0 where it could not judge."""
        found = self._values[scorer][run]
        return 0.0 if isnan(found) else found

    def unscored_by(self, scorer: int) -> int:
        """Runs that a further scorer could not judge."""
        return self._unscored[scorer]

    def counts(self, scorer: int) -> Iterator[tuple[int, Mapping[str, float] | None]]:
        """By run, its cluster and what a further corpus scorer counts in it."""
        return ((self.cluster(run // self.repeats), self._counts[scorer][run]) for run in self.runs)

    @property
    def fired(self) -> tuple[Fired, ...]:
        """What refused calls, how often in right and in wrong cases; the most active first."""
        times = self._fired
        rules = {(by, rule): times[by, rule, True] + times[by, rule, False] for by, rule, _ in times}
        ordered = sorted(rules, key=lambda key: (-rules[key], key))
        return tuple(Fired(by, rule, times[by, rule, True], times[by, rule, False]) for by, rule in ordered)

    @property
    def known(self) -> list[Known]:
        """Of every kind of run the first, told apart by the tools they called; empty without a world."""
        return [known for _, known in sorted(self._known.values(), key=lambda found: found[0])]

    def _spend(self, usage: Usage, cost: Money | None) -> None:
        self.usage += usage
        if cost is not None:
            spent = self.costs.get(cost.currency)
            self.costs[cost.currency] = cost if spent is None else spent + cost

    def _note_tags(self, place: int, tags: tuple[str, ...], *, right: bool, counts: bool) -> None:
        if not tags:
            return
        if tags in self._tag_sets or len(self._tag_sets) < _TAGS:
            self._tags[place] = self._tag_sets.setdefault(tags, len(self._tag_sets))
        for tag in tags if counts else ():
            if tag in self._tagged or len(self._tagged) < _TAGS:
                count = self._tagged.setdefault(tag, [0, 0])
                count[0] += right
                count[1] += 1

    def _note_known(self, run: int, known: Known) -> None:
        """Whichever run of a kind ends first, its first one is kept: the same proof names the same case."""
        kind = frozenset(known.result.calls)
        if kind not in self._known and len(self._known) >= _KNOWN:
            return
        if kind not in self._known or run < self._known[kind][0]:
            self._known[kind] = run, known

    def _note_also(self, run: int, outcome: Outcome) -> None:
        for place, score in enumerate(outcome.also):
            if score.value is None:
                self._unscored[place] += 1
            else:
                self._values[place][run] = score.value
        for place, spool in self._counts.items():
            scorer: Any = self.proof.also[place]
            counted: Mapping[str, float] | None = scorer.tally(outcome.case, outcome.result)
            spool.put(run, None if counted is None else dict(counted))
