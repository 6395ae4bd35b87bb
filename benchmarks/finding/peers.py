"""The peers that search beside us, each in its own environment, over the same texts and the same vectors.

It does not know how they search.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.finding.collections import Collection, Kept, whole
from benchmarks.finding.outcomes import Ranked
from benchmarks.peers.environment import ROOT, program_of, python_of
from vouch.knowledge.searched import searched_text

PEERS: Final = ("llamaindex", "langchain")
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


async def beside(collection: Collection, embedder: Kept, folder: Path, depth: int) -> Mapping[str, Ranked]:
    """What every search of every peer that is there found, by its name."""
    chunks = [whole(document)[0] for document in collection.documents]
    texts = [searched_text(chunk) for chunk in chunks]
    questions = [each.text for each in collection.asked]
    told = {"ids": [chunk.document for chunk in chunks], "texts": texts, "questions": questions}
    _hand(folder, told, documents=await embedder.embed(texts), questions=await embedder.embed(questions))
    found: dict[str, Ranked] = {}
    for name in PEERS:
        python = python_of(name)
        if python is not None:
            found |= _run(name, [python, program_of(name, "search"), str(folder), str(depth)])
    return found


def _hand(folder: Path, told: Mapping[str, list[str]], **vectors: NDArray[np.float32]) -> None:
    folder.mkdir()
    (folder / "handed.json").write_text(json.dumps(told), encoding="utf-8")
    for name, rows in vectors.items():
        np.save(folder / f"{name}.npy", rows)


def _run(name: str, command: list[str]) -> Mapping[str, Ranked]:
    done = subprocess.run(
        command, env={**os.environ, **ONE_THREAD}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{name} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        return {}
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    for search, told in answer.items():
        print(f"  {search}: {told['load_cpu_s']:.1f} s CPU to load, {told['cpu_ms']:.2f} ms CPU a question")
    return {search: Ranked(told["documents"], told["cpu_ms"]) for search, told in answer.items()}
