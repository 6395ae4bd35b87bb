"""Which baselines there are, by name.

It does not know which task they are for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from vouch.bench.baselines import reader, tagger, trivial
from vouch.bench.baselines.taught import Taught, Teacher
from vouch.contracts.embedder import Embedder
from vouch.errors import UsageError

PREFIX: Final = "baseline/"

NAMES: Final = ("baseline/frequent", "baseline/lead", "baseline/reader", "baseline/tagger")


def baseline(name: str, embedder: Callable[[], Embedder]) -> Taught:
    """The baseline of this name; raises a `UsageError` that lists those there are."""
    if name == "baseline/frequent":
        return Taught(name, trivial.frequent)
    if name == "baseline/lead":
        return Taught(name, trivial.lead)
    if name == "baseline/reader":
        return _on(name, reader.teacher, embedder())
    if name == "baseline/tagger":
        return _on(name, tagger.teacher, embedder())
    raise UsageError(f"there is no baseline {name!r}; there are: {', '.join(NAMES)}")


def _on(name: str, teacher: Callable[[Embedder], Teacher], embedder: Embedder) -> Taught:
    return Taught(name, teacher(embedder), version=f"1 {embedder.fingerprint}")
