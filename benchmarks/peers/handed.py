"""What every peer that searches is given, and how it answers: texts and vectors as files, rankings as JSON.

It does not know Vouch, nor any peer: each program runs in an environment of its own. CPU time is that of the whole
process, all threads, for each question without its embedding, which is only looked up.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Search = Callable[[str], Sequence[str]]
"""From a question to the ids of documents, best first."""


class Handed(NamedTuple):
    """Ids and texts of documents, the questions, their vectors, and how many documents are wanted."""

    ids: Sequence[str]
    texts: Sequence[str]
    questions: Sequence[str]
    document_vectors: NDArray[np.float32]
    question_vectors: NDArray[np.float32]
    depth: int

    def vectors(self) -> dict[str, list[float]]:
        """By text."""
        rows = np.concatenate([self.document_vectors, self.question_vectors]).tolist()
        return dict(zip([*self.texts, *self.questions], rows, strict=True))


def handed() -> Handed:
    """As the folder named on the command line says."""
    folder = Path(sys.argv[1])
    told = json.loads((folder / "handed.json").read_text(encoding="utf-8"))
    documents, questions = np.load(folder / "documents.npy"), np.load(folder / "questions.npy")
    return Handed(told["ids"], told["texts"], told["questions"], documents, questions, int(sys.argv[2]))


def answer(given: Handed, searches: dict[str, Callable[[], Search]]) -> None:
    """Open every search, ask it everything, and print what it found as one line of JSON."""
    found: dict[str, object] = {}
    for name, opening in searches.items():
        started = time.process_time()
        search = opening()
        search(given.questions[0])
        load, spent, rankings = time.process_time() - started, list[float](), list[Sequence[str]]()
        for question in given.questions:
            started = time.process_time()
            rankings.append(list(search(question))[: given.depth])
            spent.append((time.process_time() - started) * 1e3)
        found[name] = {"documents": rankings, "cpu_ms": sorted(spent)[len(spent) // 2], "load_cpu_s": load}
    print(json.dumps(found), flush=True)
