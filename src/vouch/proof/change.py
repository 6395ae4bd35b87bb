"""The same cases before and after: is the new version worse, or proved not worse by more than the margin?

It does not know what is made of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from msgspec import Struct, structs

from vouch.app.declaration import Gate
from vouch.proof.asking import Outcome
from vouch.proof.baseline import Baseline
from vouch.stats import clustered, paired, repeats, slices
from vouch.stats.clustered import ClusteredComparison
from vouch.stats.paired import Comparison
from vouch.stats.repeats import RepeatedComparison
from vouch.stats.slices import Slice
from vouch.values.case import Case
from vouch.values.digest import digest


class Pair(Struct, frozen=True):
    """One case in both versions: whether each of its runs was right."""

    case: Case
    before: tuple[bool, ...]
    after: tuple[bool, ...]

    @property
    def fell(self) -> float:
        """By how much the share of right runs fell."""
        return sum(self.before) / len(self.before) - sum(self.after) / len(self.after)


class Change(Struct, frozen=True):
    """What the comparison with the kept version shows: one of three comparisons, or none where no case is the same.

    `broke` and `mended` are the cases that got worse and better; `quarantined` were left out, because they had been
    found flaky before this version was asked; `slices` says it by tag.
    """

    paired: Comparison | None = None
    clustered: ClusteredComparison | None = None
    repeated: RepeatedComparison | None = None
    broke: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()

    @property
    def found(self) -> Comparison | ClusteredComparison | RepeatedComparison | None:
        """The comparison that was made."""
        return self.paired or self.clustered or self.repeated


def compare(outcomes: Sequence[Outcome], baseline: Baseline | None, gate: Gate) -> Change:
    """Compare with the kept version; a case counts once, however often it ran, and cases of one source together."""
    pairs, quarantined = pair(outcomes, baseline)
    if not pairs:
        return Change(quarantined=quarantined)
    broke = tuple(found.case.id for found in sorted(pairs, key=lambda found: -found.fell) if found.fell > 0)
    mended = tuple(found.case.id for found in sorted(pairs, key=lambda found: found.fell) if found.fell < 0)
    once = all(len(found.before) == len(found.after) == 1 for found in pairs)
    if not once and len(pairs) > 1:
        repeated = _repeated(pairs, gate)
        return Change(repeated=repeated, broke=broke, mended=mended, quarantined=quarantined)
    before, after = [found.before[0] for found in pairs], [found.after[0] for found in pairs]
    by_tag = _slices(pairs, before, after, gate)
    rest = Change(broke=broke, mended=mended, quarantined=quarantined, slices=by_tag)
    margin, confidence = gate.no_worse_than, gate.confidence
    clusters = [found.case.cluster for found in pairs]
    if len(set(clusters)) < len(clusters):
        both = clustered.compare(before, after, clusters, margin=margin, confidence=confidence)
        return structs.replace(rest, clustered=both)
    return structs.replace(rest, paired=paired.compare(before, after, margin=margin, confidence=confidence))


def pair(outcomes: Sequence[Outcome], baseline: Baseline | None) -> tuple[list[Pair], tuple[str, ...]]:
    """The cases that both versions saw unchanged, in the order of the outcomes, and those left out as flaky."""
    if baseline is None:
        return [], ()
    runs: dict[str, tuple[Case, list[bool]]] = {}
    for outcome in outcomes:
        runs.setdefault(digest(outcome.case), (outcome.case, []))[1].append(outcome.right)
    pairs: list[Pair] = []
    quarantined: list[str] = []
    for content, (case, after) in runs.items():
        if (before := baseline.runs.get(content)) is not None:
            # A case that is asked several times needs no quarantine: its runs are averaged.
            if case.id in baseline.flaky and len(after) == 1:
                quarantined.append(case.id)
            else:
                pairs.append(Pair(case, before, tuple(after)))
    return pairs, tuple(quarantined)


def _repeated(pairs: Sequence[Pair], gate: Gate) -> RepeatedComparison:
    clusters = [found.case.cluster for found in pairs]
    before, after = (
        gathered(clusters, runs) for runs in zip(*((each.before, each.after) for each in pairs), strict=True)
    )
    return repeats.compare(before, after, margin=gate.no_worse_than, confidence=gate.confidence)


def gathered(clusters: Sequence[Hashable], runs: Sequence[Sequence[bool]]) -> list[list[bool]]:
    """The runs of each cluster: cases of one source are one question with more runs."""
    groups: dict[Hashable, list[bool]] = {}
    for cluster, some in zip(clusters, runs, strict=True):
        groups.setdefault(cluster, []).extend(some)
    return list(groups.values())


def _slices(pairs: Sequence[Pair], before: list[bool], after: list[bool], gate: Gate) -> tuple[Slice, ...]:
    tags = [found.case.tags for found in pairs]
    if not any(tags):
        return ()
    present = {tag for some in tags for tag in some}
    declared = [tag for tag in gate.slices if tag in present] if gate.slices else None
    return slices.compare(before, after, tags, margin=gate.no_worse_than, confidence=gate.confidence, declared=declared)


def runs_by_case(outcomes: Sequence[Outcome]) -> Mapping[str, list[bool]]:
    """By case, in order, whether each of its runs was right."""
    runs: dict[str, list[bool]] = {}
    for outcome in outcomes:
        runs.setdefault(outcome.case.id, []).append(outcome.right)
    return runs
