"""The same cases before and after: is the new version worse, or proved not worse by more than the margin?

It does not know what is made of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from typing import NamedTuple, overload

from msgspec import Struct, structs

from vouch.app.declaration import Gate
from vouch.proof.report import NAMES_KEPT
from vouch.proof.tally import Tally
from vouch.stats import clustered, paired, repeats, slices
from vouch.stats.clustered import ClusteredComparison
from vouch.stats.paired import Comparison
from vouch.stats.repeats import RepeatedComparison
from vouch.stats.slices import Slice
from vouch.values.case import Case


class Pair(NamedTuple):
    """One case in both versions, by its place: whether each of its runs was right."""

    place: int
    before: tuple[bool, ...]
    after: tuple[bool, ...]

    @property
    def fell(self) -> float:
        """By how much the share of right runs fell."""
        return sum(self.before) / len(self.before) - sum(self.after) / len(self.after)


class Change(Struct, frozen=True):
    """What the comparison with the kept version shows: one of three comparisons, or none where no case is the same.

    `broke` and `mended` are the cases that got worse and better; `quarantined` were left out, because they had been
    found flaky before this version was asked; `slices` says it by tag. `itself`: all answers are those of the kept
    version, which is this one; whatever the comparison could show, nothing changed.
    """

    paired: Comparison | None = None
    clustered: ClusteredComparison | None = None
    repeated: RepeatedComparison | None = None
    broke: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    itself: bool = False

    @property
    def found(self) -> Comparison | ClusteredComparison | RepeatedComparison | None:
        """The comparison that was made."""
        return self.paired or self.clustered or self.repeated


def compare(tally: Tally, cases: Sequence[Case], gate: Gate, *, version: str) -> Change:
    """Compare `version` with the kept one; a case counts once, however often it ran, cases of one source together."""
    found, left_out = pairs(tally)
    quarantined = _named(left_out, cases)
    if not found:
        return Change(quarantined=quarantined)
    moved = sorted((each for each in found if each.fell), key=lambda each: -each.fell)
    broke = _named([each.place for each in moved if each.fell > 0], cases)
    mended = _named([each.place for each in reversed(moved) if each.fell < 0], cases)
    change = Change(broke=broke, mended=mended, quarantined=quarantined, itself=tally.is_baseline(version))
    margin, confidence = gate.no_worse_than, gate.confidence
    once = all(len(each.before) == len(each.after) == 1 for each in found)
    if not once and len(found) > 1:
        clusters = [tally.cluster(place) for place in found.places]
        grouped = [gathered(clusters, runs) for runs in ([p.before for p in found], [p.after for p in found])]
        return structs.replace(change, repeated=repeats.compare(*grouped, margin=margin, confidence=confidence))
    before, after = [each.before[0] for each in found], [each.after[0] for each in found]
    change = structs.replace(change, slices=_slices(tally, found, gate))
    if not tally.independent(found.places):
        clusters = [tally.cluster(place) for place in found.places]
        both = clustered.compare(before, after, clusters, margin=margin, confidence=confidence)
        return structs.replace(change, clustered=both)
    return structs.replace(change, paired=paired.compare(before, after, margin=margin, confidence=confidence))


class Pairs(Sequence[Pair]):
    """Pairs that are made when they are looked at: of each only its place is held."""

    def __init__(self, tally: Tally) -> None:
        self.places = array("I")
        self._tally = tally

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, number: int) -> Pair: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Pair]: ...

    def __getitem__(self, number: int | slice) -> Pair | Sequence[Pair]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        place = self.places[number]
        return Pair(place, self._tally.rights_before(place), self._tally.rights(place))


def pairs(tally: Tally) -> tuple[Pairs, list[int]]:
    """The cases that both versions saw unchanged, in their order, and those left out as flaky."""
    found, quarantined = Pairs(tally), list[int]()
    for place in tally.places if tally.baseline is not None else ():
        if tally.before(place) is None:
            continue
        # A case that is asked several times needs no quarantine: its runs are averaged.
        if tally.flaky_before(place) and len(tally.rights(place)) == 1:
            quarantined.append(place)
        else:
            found.places.append(place)
    return found, quarantined


def gathered(clusters: Sequence[Hashable], runs: Sequence[Sequence[bool]]) -> list[list[bool]]:
    """The runs of each cluster: cases of one source are one question with more runs."""
    groups: dict[Hashable, list[bool]] = {}
    for cluster, some in zip(clusters, runs, strict=True):
        groups.setdefault(cluster, []).extend(some)
    return list(groups.values())


def _named(places: Sequence[int], cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(cases[place].id for place in places[:NAMES_KEPT])


def _slices(tally: Tally, found: Pairs, gate: Gate) -> tuple[Slice, ...]:
    tags = tally.tags(found.places)
    if not any(tags):
        return ()
    present = {tag for some in tags for tag in some}
    declared = [tag for tag in gate.slices if tag in present] if gate.slices else None
    before, after = [each.before[0] for each in found], [each.after[0] for each in found]
    return slices.compare(before, after, tags, margin=gate.no_worse_than, confidence=gate.confidence, declared=declared)
