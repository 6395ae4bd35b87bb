"""The report: everything a proof found, as one frozen value.

It does not know how it came about, or how it is shown.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from vouch.proof.labels import Labels
from vouch.stats.clustered import ClusteredComparison, Estimate
from vouch.stats.paired import Comparison
from vouch.stats.repeats import RepeatedComparison, Spread
from vouch.stats.selective import Curve, Selection
from vouch.stats.sequential import Decision
from vouch.stats.slices import Slice
from vouch.values.money import Money, Usage
from vouch.values.result import Status
from vouch.values.score import Interval, Verdict

CURVE_POINTS: Final = 200
"""Points of a curve that a report keeps: more cannot be told apart on a screen."""

TAGS_KEPT: Final = 30
"""Tags whose shares a report keeps."""

NAMES_KEPT: Final = 10_000
"""Cases that a report names of one kind, such as those that broke."""


class Row(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One case of a proof: what was asked and expected, what came out, and the judgement.

    `value` is the score in [0, 1], None when it could not be judged; `seconds`, `cost` and `usage` are its run's.
    """

    case: str
    input: str
    expected: str = ""
    output: str = ""
    status: Status = "answered"
    value: float | None = None
    why: str = ""
    confidence: float | None = None
    run: str = ""
    tags: tuple[str, ...] = ()
    cost: Money | None = None
    seconds: float = 0.0
    usage: Usage = Usage()

    @property
    def right(self) -> bool:
        """Whether an answer was given and got full marks."""
        return self.status == "answered" and self.value is not None and self.value >= 1.0

    @property
    def handed_over(self) -> bool:
        """Whether nobody was sure enough to answer: neither right nor wrong."""
        return self.status == "abstained"

    @property
    def wrong(self) -> bool:
        """Whether it counts against the app: a wrong answer, none for another reason than doubt, or no judgement."""
        return not self.right and not self.handed_over


class Fired(Struct, frozen=True):
    """A rule that refused calls: by whom or what, its name, and how often in cases that came out right, and wrong."""

    by: str
    rule: str
    right: int
    wrong: int


class Tagged(Struct, frozen=True):
    """The share of right answers among the runs of one tag; what was handed over does not count."""

    tag: str
    right: int
    interval: Interval


class Metric(Struct, frozen=True):
    """One scorer over all cases: its figure, how many could not be judged (they count as 0), and the change.

    `figure` is None where nothing could be judged. `change` and `p_worse` compare the same cases with the kept version;
    `p_adjusted` is Holm's over all metrics of the proof.
    """

    scorer: str
    figure: Interval | None
    unscored: int = 0
    change: Interval | None = None
    p_worse: float | None = None
    p_adjusted: float | None = None


class Repeated(Struct, frozen=True):
    """What asking each case `runs` times shows: the chance that at least one of them is right (pass@k), that all are
    (pass^k), and how much of the spread of outcomes lies within cases.
    """

    runs: int
    pass_at: Estimate
    pass_all: Estimate
    spread: Spread


class Report(Struct, frozen=True, kw_only=True):
    """Everything a proof found.

    Of `n` runs (one a case, unless cases are asked several times), `answered` count (all but those handed over) and
    `right` of them are right; `accuracy` is right / answered with its two-sided interval, None when nothing counts, and
    `low` and `high` its one-sided bounds. The change against the kept version is a `comparison`, `clustered` where
    several cases are of one source, or `repeated` where cases were asked several times; `itself` says that nothing
    changed: all answers are those of the kept version, which is this one. `stopped` says where the proof stopped early.
    `flaky` cases gave different outcomes beyond stray mistakes; `quarantined` ones were known to, and are left out of
    the comparison. `claim_proven` is None without a claim; `cases_needed` is how many cases would prove the claim with
    the errors seen so far. `broke` and `mended` name the cases whose outcome changed against `baseline_run`; of each
    kind at most `NAMES_KEPT` are named. `tagged` are the shares of the most frequent tags. Usage, cost and seconds are
    those of this proof: `cached` cases were found in the journal and cost nothing. `labels` is what a test of the
    labels of trust showed, where the proof's world can plant. `rows` are all runs in the order of the cases; of a large
    proof the first that broke, are wrong, were mended or handed over, and then right ones. `schema` rises when a reader
    of the JSON would have to change.
    """

    app: str
    app_version: str
    proof: str
    dataset: str
    dataset_digest: str
    scorer: str
    n: int
    answered: int
    right: int
    verdict: Verdict
    confidence: float
    accuracy: Interval | None = None
    unscored: int = 0
    statuses: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    claim: float | None = None
    claim_proven: bool | None = None
    cases_needed: int | None = None
    selections: tuple[Selection, ...] = ()
    curve: Curve | None = None
    comparison: Comparison | None = None
    low: float = 0.0
    high: float = 1.0
    cases: int = 0
    clustered: ClusteredComparison | None = None
    repeated: RepeatedComparison | None = None
    repeats: Repeated | None = None
    stopped: Decision | None = None
    itself: bool = False
    slices: tuple[Slice, ...] = ()
    metrics: tuple[Metric, ...] = ()
    flaky: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    broke: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0
    cached: int = 0
    proof_run: str = ""
    baseline_run: str = ""
    kept: bool = False
    fired: tuple[Fired, ...] = ()
    labels: Labels | None = None
    tagged: tuple[Tagged, ...] = ()
    rows: tuple[Row, ...] = ()
    schema: int = 1

    @property
    def wrong(self) -> int:
        """How many of the cases that count are not right."""
        return self.answered - self.right

    @property
    def change(self) -> Comparison | ClusteredComparison | RepeatedComparison | None:
        """The comparison that was made, whichever it is."""
        return self.comparison or self.clustered or self.repeated

    @property
    def handed_over(self) -> int:
        """How many cases were handed over to a person."""
        return self.n - self.answered


def thin(curve: Curve, points: int = CURVE_POINTS) -> Curve:
    """The same curve with at most `points` points, both ends among them; its area stays that of all."""
    if len(curve.coverage) <= points:
        return curve
    last = len(curve.coverage) - 1
    kept = [round(place * last / (points - 1)) for place in range(points)]
    return msgspec.structs.replace(
        curve,
        threshold=tuple(curve.threshold[place] for place in kept),
        coverage=tuple(curve.coverage[place] for place in kept),
        accuracy=tuple(curve.accuracy[place] for place in kept),
        lower=tuple(curve.lower[place] for place in kept),
    )
