"""Judgements: of one answer, of many, and of a whole change.

It does not know the formulas behind an interval or a verdict.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["ship", "hold", "undecided"]
"""`ship`: proved good enough and not worse; `hold`: proved worse, or the claim refuted; `undecided`: too few cases."""


class Score(Struct, frozen=True, omit_defaults=True):
    """A judgement of one answer: `value` in [0, 1], or None when it could not be judged (which counts as not right)."""

    scorer: str
    value: float | None
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer counts as right: only full marks do."""
        return self.value is not None and self.value >= 1.0

    @property
    def unscored(self) -> bool:
        """Whether the judgement itself failed."""
        return self.value is None


class Interval(Struct, frozen=True):
    """A figure with its uncertainty: estimate, both bounds, confidence, how many it rests on, and the method."""

    estimate: float
    low: float
    high: float
    confidence: float
    n: int
    method: str


class Certificate(Struct, frozen=True):
    """A claim that recorded runs prove, and all that is needed to check it again.

    `share` is the least share of right answers that is claimed, in [0, 1]; `coverage` the share of cases answered;
    `proof_run` the run of the journal in which the evidence lies; `issued` and `expires` are ISO 8601 times in UTC.
    """

    claim: str
    app: str
    app_version: str
    dataset: str
    dataset_digest: str
    accuracy: Interval
    threshold: float | None
    coverage: float
    assumptions: tuple[str, ...]
    proof_run: str
    issued: str
    expires: str
    share: float = 0.0
    schema: int = 1
