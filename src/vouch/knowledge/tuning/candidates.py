"""The engines that are tried out: those that need no server, each with several parameters.

It does not know which of them is chosen, or how they are tried. An engine whose package is missing stands among them
all the same: it is then told what to install.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from vouch.contracts.index import IndexEngine
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.tuning.trial import Candidate

GRAPHS: Final = (
    Tuning(quantization="scalar", links=16, effort=100, breadth=32),
    Tuning(quantization="scalar", links=16, effort=100, breadth=64),
    Tuning(quantization="scalar", links=16, effort=100, breadth=128),
    Tuning(quantization="scalar", links=32, effort=200, breadth=128),
)

LEAST: Final = 2_000
"""Chunks of a segment for which a graph is tried at all: with fewer, comparing all of them is as fast."""


def exact(folder: Path) -> IndexEngine:
    """The default."""
    return ExactEngine(folder)


def graph(tuning: Tuning, folder: Path) -> IndexEngine:
    """The embedded engine for many chunks."""
    return EdgeEngine(folder, tuning=tuning, least=LEAST)


def candidates(chunks: int) -> list[Candidate]:
    """For so many chunks: the default first."""
    found = [Candidate("exact", "ExactEngine(FOLDER)", exact, exact=True)]
    if chunks >= LEAST:
        found += [_graph(tuning) for tuning in GRAPHS]
    return found


def _graph(tuning: Tuning) -> Candidate:
    given = f"quantization={tuning.quantization!r}, links={tuning.links}, effort={tuning.effort}"
    code = f"EdgeEngine(FOLDER, tuning=Tuning({given}, breadth={tuning.breadth}), least={LEAST:_})"
    return Candidate(f"edge {tuning.links}/{tuning.effort}/{tuning.breadth}", code, partial(graph, tuning))
