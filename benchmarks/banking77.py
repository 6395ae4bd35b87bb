"""How good the local classifier is on Banking77, and how often a certified threshold breaks its promise.

It does not know the rest of the product: vectors, head and threshold are measured, no requests are made.

`python -m benchmarks.banking77 [--quick]`. Two measurements on the training rows: five-fold accuracy; and for many
random splits, a head learned on 6,500 rows, a threshold certified at 95 % confidence on 1,500 others for 95 % and for
98 % right, and what that threshold does on the rest. A split violates when less than the promised share of what is
answered on the rest is right. The rest, 2,000 rows, has noise of its own: a threshold that keeps its promise by a hair
violates there in nearly half of all splits, so the share printed is, if anything, too high. The share on all rows that
the head has not seen stands beside it: less noisy, but too low, because the threshold was chosen on a part of them.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit, spread
from vouch.models.blas import one_thread
from vouch.models.classifier.head import Head, Judged, learn
from vouch.models.minilm.minilm import MiniLM
from vouch.stats.selective import naive_threshold, select_threshold

TRAIN, CALIBRATE = 6_500, 1_500
TARGETS = (0.95, 0.98)

GOALS = {
    "accuracy_cv": ">= 0.92",
    "coverage_95": ">= 0.85",
    "coverage_98": ">= 0.60",
    "violations_95": "<= 0.05",
    "violations_98": "<= 0.05",
}


class Rows(NamedTuple):
    """Unit vectors and labels of the same rows."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]

    def at(self, places: NDArray[np.intp]) -> Rows:
        """These rows alone."""
        return Rows(self.vectors[places], self.labels[places])


class Kept(NamedTuple):
    """What one threshold did on the rows that nothing was fitted on: share answered, share of those right."""

    coverage: float
    accuracy: float

    def broke(self, promise: float) -> bool:
        """Whether it answered anything and was right too seldom."""
        return self.coverage > 0 and self.accuracy < promise


class Outcome(NamedTuple):
    """For one target: the certified threshold on the check rows and on all unseen rows, and the naive one."""

    check: Kept
    unseen: Kept
    naive: Kept


def read(file: Path, split: str) -> tuple[list[str], list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == split]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def fit(rows: Rows) -> Head:
    return learn(rows.vectors, rows.labels.tolist())


def trials(head: Head, judged: Judged, labels: Sequence[str]) -> list[tuple[float, bool]]:
    """Confidence and whether it was right, row by row."""
    return [
        (confidence, head.classes[place] == label)
        for confidence, place, label in zip(judged.confidence.tolist(), judged.chosen.tolist(), labels, strict=True)
    ]


def accuracy_of_fold(rows: Rows, folds: NDArray[np.intp], fold: int) -> tuple[int, int]:
    out = folds == fold
    head = fit(Rows(rows.vectors[~out], rows.labels[~out]))
    found = trials(head, head.judge(rows.vectors[out]), rows.labels[out].tolist())
    return sum(right for _, right in found), len(found)


def kept(found: Sequence[tuple[float, bool]], threshold: float | None) -> Kept:
    answered = [right for confidence, right in found if threshold is not None and confidence >= threshold]
    return Kept(len(answered) / len(found), sum(answered) / len(answered) if answered else 1.0)


def split(rows: Rows, seed: int) -> tuple[Outcome, ...]:
    """One random split: what the thresholds for `TARGETS` kept of their promise."""
    order = np.random.default_rng(seed).permutation(len(rows.labels))
    head = fit(rows.at(order[:TRAIN]))
    unseen = rows.at(order[TRAIN:])
    found = trials(head, head.judge(unseen.vectors), unseen.labels.tolist())
    calibration, check = found[:CALIBRATE], found[CALIBRATE:]
    right = head.trials.chosen == head.labels
    tuning = list(zip(head.trials.confidence.tolist(), right.tolist(), strict=True))
    outcomes: list[Outcome] = []
    for target in TARGETS:
        threshold = select_threshold(calibration, target=target, tuning=tuning).threshold
        naive = naive_threshold(calibration, target)
        outcomes.append(Outcome(kept(check, threshold), kept(found, threshold), kept(check, naive)))
    return tuple(outcomes)


def vectors_of(file: Path, name: str) -> Rows | None:
    texts, labels = read(file, name)
    if not texts:
        return None
    started = time.perf_counter()
    encoder = MiniLM.open(remember=0)
    vectors = encoder.encode(texts)
    encoder.close()
    print(f"{name}: {len(texts):,} rows, {len(set(labels))} labels, encoded in {time.perf_counter() - started:.0f} s")
    return Rows(vectors, np.array(labels))


def report_splits(outcomes: Sequence[tuple[Outcome, ...]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for place, target in enumerate(TARGETS):
        found = [outcome[place] for outcome in outcomes]
        name = f"{target:.0%}".rstrip("%")
        broken = [sum(kept.broke(target) for kept in kind) / len(found) for kind in zip(*found, strict=True)]
        print(f"promise {target:.0%}, {len(found)} splits:")
        print(f"  answered  {spread([outcome.check.coverage for outcome in found])}")
        print(f"  right     {spread([outcome.check.accuracy for outcome in found])}")
        print(
            f"  violated  {broken[0]:.3f} on the check rows, {broken[1]:.3f} on all unseen rows; naive {broken[2]:.3f}"
        )
        figures[f"coverage_{name}"] = float(np.median([outcome.check.coverage for outcome in found]))
        figures[f"violations_{name}"] = broken[0]
        figures[f"naive_violations_{name}"] = broken[2]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 splits instead of 200")
    quick: bool = parser.parse_args().quick
    folder = data_folder()
    if folder is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    file = folder / "classify" / "banking77.csv"
    rows = vectors_of(file, "train")
    if rows is None:
        sys.exit(f"{file} holds no training rows")
    test = vectors_of(file, "test")
    folds = np.random.default_rng(0).permutation(len(rows.labels)) % 5
    started = time.perf_counter()
    with one_thread(), multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        hits = pool.map(partial(accuracy_of_fold, rows, folds), range(5), chunksize=1)
        accuracy = sum(right for right, _ in hits) / len(rows.labels)
        print(f"five-fold accuracy {accuracy:.4f}: {spread([right / n for right, n in hits])}")
        outcomes = pool.map(partial(split, rows), range(20 if quick else 200), chunksize=1)
    print(f"learned {5 + len(outcomes)} heads in {time.perf_counter() - started:.0f} s")
    figures = {"accuracy_cv": accuracy, **report_splits(outcomes)}
    if test is not None:
        with one_thread():
            head = fit(rows)
            found = trials(head, head.judge(test.vectors), test.labels.tolist())
        figures["accuracy_test"] = sum(right for _, right in found) / len(found)
    emit("banking77", figures, GOALS)


if __name__ == "__main__":
    main()
