"""The few worked examples that a prompt shows with a question: the nearest by meaning, random ones, or the first.

It does not know what an answer means, nor where vectors come from.

They are an app's knowledge, so the journal says which examples stood with which question. Nearest examples: Liu et al.
(2022), What Makes Good In-Context Examples for GPT-3? A text that is the question itself is never shown.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vouch.bench.row import Row
from vouch.contracts.embedder import Embedder
from vouch.contracts.knowledge import Passage
from vouch.errors import UsageError
from vouch.values.digest import digest

Select = Literal["nearest", "random", "first"]
"""`nearest`: by sentence vectors, for each question its own; `random`: drawn once by the seed; `first`: of the set."""

SELECTS: Final[tuple[Select, ...]] = get_args(Select)


class Shots:
    """A `Knowledge` of worked examples. Vectors are computed at the first question, and kept in the folder `cache`."""

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        k: int,
        asks: str,
        select: Select = "nearest",
        seed: int = 0,
        embedder: Embedder | None = None,
        cache: Path | None = None,
    ) -> None:
        if select not in SELECTS:
            raise UsageError(f"examples are chosen by {select!r}; there are: {', '.join(SELECTS)}")
        if not rows:
            raise UsageError("the set has no rows to show as examples; ask without any: --shots 0")
        if select == "nearest" and embedder is None:
            raise UsageError("nearest examples need an embedder; choose random or first ones")
        self._rows = rows
        self._k = k
        self._asks = asks
        self._embedder = embedder if select == "nearest" else None
        self._cache = cache
        self._vectors: NDArray[np.float32] | None = None
        self._lock = asyncio.Lock()
        # One more than are shown, as one of them may be the question itself.
        self._fixed = tuple(range(min(k + 1, len(rows))))
        if select == "random":
            self._fixed = tuple(random.Random(seed).sample(range(len(rows)), min(k + 1, len(rows))))  # noqa: S311
        texts = [(row.input, row.answer) for row in rows]
        kept = texts if self._embedder else [texts[place] for place in self._fixed]
        self._print = self._embedder.fingerprint if self._embedder else ""
        self.version = digest((select, k, asks, kept, self._print))

    async def recall(self, query: str) -> Sequence[Passage]:
        """The examples to show with a question, the nearest first."""
        places, scores = self._fixed, np.zeros(len(self._rows))
        if self._embedder is not None:
            vectors = await self._known(self._embedder)
            scores = vectors @ (await self._embedder.embed([query]))[0]
            nearest = np.argsort(-scores, kind="stable")[: 4 * self._k + 16]
            places = tuple(int(place) for place in nearest)
        shown = [place for place in places if self._rows[place].input != query][: self._k]
        return [self._passage(place, float(scores[place])) for place in shown]

    def _passage(self, place: int, score: float) -> Passage:
        row = self._rows[place]
        text = f"{row.input}\n{self._asks}: {row.answer}"
        return Passage(f"example {place + 1}", text, score, trusted=True)

    async def _known(self, embedder: Embedder) -> NDArray[np.float32]:
        async with self._lock:
            if self._vectors is None:
                self._vectors = await self._made(embedder)
        return self._vectors

    async def _made(self, embedder: Embedder) -> NDArray[np.float32]:
        texts = [row.input for row in self._rows]
        file = self._cache / f"shots-{digest((texts, self._print))}.npy" if self._cache else None
        kept = await asyncio.to_thread(_take, file) if file else None
        if kept is not None and kept.shape == (len(texts), embedder.dimensions):
            return kept
        vectors = await embedder.embed(texts)
        if file:
            await asyncio.to_thread(_put, file, vectors)
        return vectors


def _take(file: Path) -> NDArray[np.float32] | None:
    try:
        return np.asarray(np.load(file, allow_pickle=False), np.float32)
    except (OSError, ValueError, EOFError):
        return None


def _put(file: Path, vectors: NDArray[np.float32]) -> None:
    """Keep the vectors, whole or not at all; a folder that cannot be written costs time and nothing else."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=file.parent, suffix=".unfinished")
        with os.fdopen(handle, "wb") as opened:
            np.save(opened, vectors)
        Path(unfinished).replace(file)
    except OSError:
        return
