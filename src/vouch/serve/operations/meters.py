"""Counters of requests, filled from the one event that the journal keeps of each.

It does not know how they are shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from vouch.values.event import RequestServed

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Upper bounds of the buckets of both histograms, in seconds; one more bucket holds the rest."""

NAMES: Final = 256
"""Names of models that are told apart: clients may make up names without end, and a monitor keeps every series."""

OTHER: Final = "other"

Key = TypeVar("Key", bound="tuple[str, ...]")


class Histogram(Struct):
    """How many values were at most each bound, and their sum."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """One value more."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class Counts(Struct):
    """All counters, as they stand; those of several processes add up."""

    requests: dict[tuple[str, str, str, str], int] = field(default_factory=dict[tuple[str, str, str, str], int])
    """By face, model, status and key."""
    tokens: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])
    """By model, key and kind."""
    cost: dict[tuple[str, str, str], float] = field(default_factory=dict[tuple[str, str, str], float])
    """By model, key and currency."""
    attempts: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])
    """By model, status and error."""
    cached: dict[tuple[str], int] = field(default_factory=dict[tuple[str], int])
    """By kind of cache."""
    seconds: dict[tuple[str], Histogram] = field(default_factory=dict[tuple[str], Histogram])
    first: dict[tuple[str], Histogram] = field(default_factory=dict[tuple[str], Histogram])


class Meters:
    """What happened since the process began."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._names: set[str] = set()

    def saw(self, _run: str, served: RequestServed) -> None:
        """Count one request."""
        counts = self.counts
        model, key = self._named(served.model), served.key
        _add(counts.requests, (served.face, model, str(served.status), key), 1)
        for attempt in served.attempts:
            _add(counts.attempts, (self._named(attempt.model), str(attempt.status), attempt.error), 1)
        usage = served.usage
        if usage.input_tokens or usage.output_tokens:
            _add(counts.tokens, (model, key, "input"), usage.input_tokens)
            _add(counts.tokens, (model, key, "output"), usage.output_tokens)
        if served.cost is not None:
            _add(counts.cost, (model, key, served.cost.currency), float(served.cost.amount))
        if served.cached:
            _add(counts.cached, (served.cached,), 1)
        _timed(counts.seconds, served.face, served.seconds)
        if served.first:
            _timed(counts.first, served.face, served.first)

    def _named(self, model: str) -> str:
        if model not in self._names:
            if len(self._names) >= NAMES:
                return OTHER
            self._names.add(model)
        return model


def added(one: Counts, other: Counts) -> Counts:
    """The sums of both, as a new value."""
    total = _CODEC.decode(ENCODER.encode(one))
    for name in ("requests", "tokens", "cost", "attempts", "cached"):
        sums: dict[tuple[str, ...], float] = getattr(total, name)
        more: Mapping[tuple[str, ...], float] = getattr(other, name)
        for key, amount in more.items():
            sums[key] = sums.get(key, 0) + amount
    for name in ("seconds", "first"):
        histograms: dict[tuple[str], Histogram] = getattr(total, name)
        for key, histogram in getattr(other, name).items():
            sum_of = histograms.setdefault(key, Histogram())
            sum_of.buckets = [a + b for a, b in zip(sum_of.buckets, histogram.buckets, strict=True)]
            sum_of.total += histogram.total
    return total


def read_counts(data: bytes) -> Counts:
    """What another process wrote with `ENCODER`; raises `msgspec.DecodeError` for anything else."""
    return _CODEC.decode(data)


ENCODER: Final = msgspec.msgpack.Encoder()
_CODEC: Final = msgspec.msgpack.Decoder(Counts)


def _add(counts: dict[Key, int] | dict[Key, float], key: Key, amount: float) -> None:
    counts[key] = counts.get(key, 0) + amount  # type: ignore[assignment]


def _timed(histograms: dict[tuple[str], Histogram], face: str, seconds: float) -> None:
    histogram = histograms.get((face,))
    if histogram is None:
        histogram = histograms[(face,)] = Histogram()
    histogram.add(seconds)
