"""A figure over all cases together, with its interval.

It does not know what is counted; each corpus scorer says so.

The interval is the percentile bootstrap (Efron and Tibshirani 1993, chapter 13) over clusters: cases of one `source`
are drawn together. Where every case is all right, or all wrong, no resample differs, and the bound is the exact one of
the share of cases instead: 50 of 50 is no proof of 100 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

from vouch.contracts.scorer import CorpusScorer
from vouch.errors import AppError, CaseError
from vouch.stats import binomial
from vouch.values.arrays import NDArray, np
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Interval

_DEGENERATE: Final = 1e-12


def over(
    scorer: CorpusScorer,
    outcomes: Iterable[tuple[Case, Result]],
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """The figure of all `outcomes` with its two-sided interval; `n` is how many of them could be judged.

    Raises `CaseError` when none can, and `AppError` for a confidence or a number of resamples that makes no sense.
    """
    if not 0 < confidence < 1 or resamples < 1:
        raise AppError(
            f"over(confidence={confidence!r}, resamples={resamples!r}): a share such as 0.95, and 1 or more, are wanted"
        )
    tallies = ((case.cluster, scorer.tally(case, result)) for case, result in outcomes)
    return over_counts(scorer, tallies, confidence=confidence, resamples=resamples, seed=seed)


def over_counts(
    scorer: CorpusScorer,
    counts_of: Iterable[tuple[Hashable, Mapping[str, float] | None]],
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """The same from each case's cluster and what the scorer counts in it; None is a case nobody can judge."""
    tallies = list(counts_of)
    counted = [(cluster, tally) for cluster, tally in tallies if tally is not None]
    if not counted:
        raise CaseError(f"none of {len(tallies)} cases can be judged by {scorer.name!r}; look at the `expected` of one")
    keys, counts = _matrix(counted)
    estimate = _figure(scorer, keys, counts.sum(axis=0))
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=resamples)
    figures = [_figure(scorer, keys, total) for total in weights @ counts]
    low, high = np.quantile(figures, [(1 - confidence) / 2, (1 + confidence) / 2])
    if high - low < _DEGENERATE:
        share = binomial.interval(round(estimate * len(counts)), len(counts), confidence)
        low, high = min(estimate, share.low), max(estimate, share.high)
    method = f"percentile bootstrap, {resamples} resamples of {len(counts)} clusters"
    return Interval(estimate, float(low), float(high), confidence, len(counted), method)


def total(tallies: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Tallies added up key by key."""
    summed: defaultdict[str, float] = defaultdict(float)
    for tally in tallies:
        for key, count in tally.items():
            summed[key] += count
    return dict(summed)


def _matrix(counted: Sequence[tuple[Hashable, Mapping[str, float]]]) -> tuple[list[str], NDArray[np.float64]]:
    """Keys, and counts of shape (clusters, keys)."""
    clusters: defaultdict[Hashable, list[Mapping[str, float]]] = defaultdict(list)
    for cluster, tally in counted:
        clusters[cluster].append(tally)
    keys = sorted({key for _, tally in counted for key in tally})
    summed = [total(several) for several in clusters.values()]
    return keys, np.array([[tally.get(key, 0.0) for key in keys] for tally in summed], dtype=np.float64)


def _figure(scorer: CorpusScorer, keys: Sequence[str], counts: NDArray[np.float64]) -> float:
    return scorer.figure(dict(zip(keys, counts.tolist(), strict=True)))
