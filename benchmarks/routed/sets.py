"""Recorded outcomes as the router reads them: questions, scores by model, and where there is one the cheap answer.

It does not know what is measured.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.router import Query
from vouch.models.minilm.minilm import MiniLM
from vouch.routing.outcome import Outcome
from vouch.routing.reply import Form
from vouch.values.digest import digest

CHEAP, STRONG = "mixtral", "gpt4"

_TEXTS: Final = ("question", "query", "prompt")
_KINDS: Final = {"mixtral": CHEAP, "gpt4": STRONG, "gpt-4": STRONG}

GSM8K: Final = Form(final=r"####\s*(\S[^\n]*)", numeric=True)


class Recorded(NamedTuple):
    """Outcomes, and the cheap model's answers in the same order ("" where there is none)."""

    name: str
    outcomes: tuple[Outcome, ...]
    replies: tuple[str, ...]

    @property
    def models(self) -> list[str]:
        """All models."""
        return sorted(self.outcomes[0].scores)

    @property
    def texts(self) -> list[str]:
        """All questions."""
        return [outcome.query.text for outcome in self.outcomes]

    def scores(self, model: str) -> NDArray[np.float64]:
        """Shape (questions,)."""
        return np.array([outcome.scores[model] for outcome in self.outcomes])


def read(path: Path, *, split: str = "") -> Recorded:
    """A file of rows (JSON lines, also gzipped, or CSV) with a question and either `scores` or two columns of right."""
    rows = [row for row in _rows(path) if not split or row.get("split", split) == split]
    outcomes = tuple(Outcome(Query(_text(row)), _scores(row)) for row in rows)
    return Recorded(path.name.split(".")[0], outcomes, tuple(str(row.get("mixtral_response", "")) for row in rows))


def with_vectors(recorded: Recorded) -> Recorded:
    """The same with the embeddings of all questions."""
    made = vectors(recorded.texts)
    outcomes = [
        msgspec.structs.replace(outcome, query=msgspec.structs.replace(outcome.query, embedding=vector))
        for outcome, vector in zip(recorded.outcomes, made, strict=True)
    ]
    return recorded._replace(outcomes=tuple(outcomes))


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """`local/minilm` of the texts, computed once and kept in the temporary folder; shape (texts, dimensions)."""
    folder = Path(tempfile.gettempdir()) / "vouch-router-vectors"
    folder.mkdir(exist_ok=True)
    file = folder / f"{digest(list(texts))}.npy"
    if not file.exists():
        made = asyncio.run(_embed(texts))
        np.save(file, made)
    return np.load(file, allow_pickle=False)


async def _embed(texts: Sequence[str]) -> NDArray[np.float32]:
    model = MiniLM.open()
    try:
        return await model.embed(texts)
    finally:
        await model.aclose()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)
        return
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in raw.splitlines():
        yield json.loads(line)


def _text(row: dict[str, Any]) -> str:
    return str(next(row[name] for name in _TEXTS if name in row))


def _scores(row: dict[str, Any]) -> dict[str, float]:
    if "scores" in row:
        return {model: float(score) for model, score in row["scores"].items()}
    found: dict[str, float] = {}
    for column, value in row.items():
        kind = next((model for word, model in _KINDS.items() if word in column.lower()), None)
        if kind is not None and "response" not in column.lower():
            found[kind] = float(str(value).strip().lower() in ("true", "1", "1.0"))
    return found
