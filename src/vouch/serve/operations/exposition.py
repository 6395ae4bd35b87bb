"""Counters and gauges in the text format of Prometheus (0.0.4).

It does not know where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from vouch.serve.operations.meters import BOUNDS, Counts, Histogram

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"

_COUNTERS: Final = (
    ("requests", "vouch_requests_total", "Requests that were answered.", ("face", "model", "status", "key")),
    ("tokens", "vouch_tokens_total", "Tokens read and written.", ("model", "key", "kind")),
    ("cost", "vouch_cost_total", "What requests cost.", ("model", "key", "currency")),
    ("attempts", "vouch_attempts_total", "Attempts at upstreams.", ("model", "status", "error")),
    ("cached", "vouch_cache_hits_total", "Answers that came from a cache.", ("kind",)),
)
_HISTOGRAMS: Final = (
    ("seconds", "vouch_request_seconds", "From the first byte of a request to the last of its answer."),
    ("first", "vouch_first_byte_seconds", "From the first byte of a request to the first of its answer."),
)


class Gauge(NamedTuple):
    """One number that goes up and down, or several told apart by one label."""

    name: str
    told: str
    values: Mapping[str, float]
    """By the label's value; for a gauge without a label, under the empty text."""
    label: str = ""


def exposition(counts: Counts, gauges: Iterable[Gauge]) -> bytes:
    """All of it as one page."""
    return "".join([*_counters(counts), *_histograms(counts), *_gauges(gauges)]).encode()


def _counters(counts: Counts) -> Iterator[str]:
    for field, name, told, labels in _COUNTERS:
        yield _head(name, told, "counter")
        values: Mapping[tuple[str, ...], float] = getattr(counts, field)
        for key, value in sorted(values.items()):
            yield f"{name}{_labels(labels, key)} {value:.12g}\n"


def _histograms(counts: Counts) -> Iterator[str]:
    for field, name, told in _HISTOGRAMS:
        yield _head(name, told, "histogram")
        by_face: Mapping[tuple[str], Histogram] = getattr(counts, field)
        for (face,), histogram in sorted(by_face.items()):
            seen = 0
            for bound, count in zip((*(f"{bound:g}" for bound in BOUNDS), "+Inf"), histogram.buckets, strict=True):
                seen += count
                yield f"{name}_bucket{_labels(('face', 'le'), (face, bound))} {seen}\n"
            yield f"{name}_sum{_labels(('face',), (face,))} {histogram.total:.9g}\n"
            yield f"{name}_count{_labels(('face',), (face,))} {seen}\n"


def _gauges(gauges: Iterable[Gauge]) -> Iterator[str]:
    for gauge in gauges:
        yield _head(gauge.name, gauge.told, "gauge")
        for value, number in sorted(gauge.values.items()):
            labels = _labels((gauge.label,), (value,)) if gauge.label else ""
            yield f"{gauge.name}{labels} {number:.12g}\n"


def _head(name: str, told: str, kind: str) -> str:
    return f"# HELP {name} {told}\n# TYPE {name} {kind}\n"


def _labels(names: Sequence[str], values: Sequence[str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)) + "}"


def _escaped(value: str) -> str:
    # A lone surrogate, which a client's JSON may hold, is no UTF-8.
    safe = value.encode("utf-8", "backslashreplace").decode()
    return safe.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
