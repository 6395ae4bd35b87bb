"""Precision, recall and F1 out of counted hits, per class and averaged over classes.

It does not know what is counted: labels, spans or anything else that is found, missed or made up.

A tally holds `hit NAME`, `extra NAME` (found, not expected) and `missed NAME` (expected, not found). F1 is the harmonic
mean of precision and recall, 2 hits / (2 hits + extra + missed); 0 where nothing is expected and nothing is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

Average = Literal["macro", "micro", "weighted"]
"""`macro`: the mean over classes; `micro`: all classes counted as one; `weighted`: the mean weighted by how often each
class is expected."""


def counted(expected: Iterable[tuple[str, object]], found: Iterable[tuple[str, object]]) -> dict[str, float]:
    """The tally of pairs (class, what was found); equal pairs are hits, each once for each time it is expected."""
    wanted, given = Counter(expected), Counter(found)
    tally: Counter[str] = Counter()
    for kind, pairs in (("hit", wanted & given), ("extra", given - wanted), ("missed", wanted - given)):
        for (name, _), times in pairs.items():
            tally[f"{kind} {name}"] += times
    return {key: float(times) for key, times in tally.items()}


def f1(total: Mapping[str, float], average: Average, *, expected_only: bool = False) -> float:
    """F1 of a summed tally. `expected_only` leaves classes that no case expects out of the mean over classes."""
    names = sorted({key.split(" ", 1)[1] for key, count in total.items() if count})
    rows = [tuple(total.get(f"{kind} {name}", 0.0) for kind in ("hit", "extra", "missed")) for name in names]
    if expected_only and average != "micro":
        rows = [row for row in rows if row[0] + row[2]]
    if average == "micro":
        hits, extra, missed = (sum(column) for column in zip(*rows, strict=True)) if rows else (0.0, 0.0, 0.0)
        return harmonic(hits, extra, missed)
    weights = [row[0] + row[2] if average == "weighted" else 1.0 for row in rows]
    whole = sum(weights)
    return sum(weight * harmonic(*row) for weight, row in zip(weights, rows, strict=True)) / whole if whole else 0.0


def harmonic(hits: float, extra: float, missed: float) -> float:
    """F1 of counts; 0 where there is nothing to count."""
    return 2 * hits / (2 * hits + extra + missed) if hits else 0.0
