"""How many short documents are read and cut to chunks per second of processor time, and what keeping an index costs.

Nothing is embedded. Documents are bytes in memory: Markdown as a knowledge base holds it (the shared bank documents
where they are, otherwise made ones of the same length), one core, one thread. Beside it stand the other chunkers and
formats, each alone; then an index of files on the disk, see `keeping`.

    python -m benchmarks.ingest [--quick]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks import keeping
from benchmarks.report import data_folder, emit, spread
from vouch.knowledge.chunking.sentences import by_sentences
from vouch.knowledge.chunking.structure import by_structure
from vouch.knowledge.chunking.tokens import by_tokens
from vouch.knowledge.reading.formats import read_file
from vouch.values.document import Chunk, Document

GOALS: Final = {"docs_per_s": ">= 3000", **keeping.GOALS}
_WORDS: Final = (
    "the order refund policy customer was shipped within days of and not yet paid back to your account because it "
    "needs a signed form from agent who checked invoice number total tax net amount line item date please confirm"
)
_DOCUMENTS: Final = 698


def documents() -> list[bytes]:
    """Short Markdown documents, some 1,300 characters each."""
    folder = data_folder()
    file = folder / "knowledge" / "rho_bank_documents.jsonl" if folder else None
    if file is not None and file.exists():
        rows = [msgspec.json.decode(line) for line in file.read_bytes().split(b"\n") if line]
        return [f"# {row['title']}\n\n{row['content']}".encode() for row in rows]
    chance = random.Random(7)
    return [made(chance).encode() for _ in range(_DOCUMENTS)]


def made(chance: random.Random) -> str:
    """A document of three sections, each a paragraph and a list."""

    def prose(count: int) -> str:
        return " ".join(chance.choices(_WORDS.split(), k=count)).capitalize() + "."

    sections = [
        f"## {prose(3)}\n\n{prose(20)} {prose(15)}\n\n" + "\n".join(f"- {prose(8)}" for _ in range(4)) for _ in range(3)
    ]
    return f"# {prose(4)}\n\n{prose(12)}\n\n" + "\n\n".join(sections)


def rate(work: Callable[[], int], rounds: int) -> list[float]:
    """Documents per second of processor time, of each round."""
    found: list[float] = []
    for _ in range(rounds):
        started = time.process_time()
        count = work()
        found.append(count / (time.process_time() - started))
    return found


def read_all(sources: Sequence[bytes], ending: str) -> list[Document]:
    found = [document for number, data in enumerate(sources) for document in read_file(data, f"{number}.{ending}")]
    read = [document for document in found if isinstance(document, Document)]
    if len(read) != len(sources):
        raise SystemExit(f"{len(sources) - len(read)} of {len(sources)} documents could not be read")
    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    quick: bool = parser.parse_args().quick
    if any(os.environ.get(name) != value for name, value in keeping.ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks.ingest", *(["--quick"] if quick else [])]
        sys.exit(subprocess.run(command, env={**os.environ, **keeping.ONE_THREAD}, check=False).returncode)
    rounds = 3 if quick else 15
    sources = documents()
    read = read_all(sources, "md")
    chunks: list[Chunk] = [chunk for document in read for chunk in by_structure(document)]

    def ingested() -> int:
        for number, data in enumerate(sources):
            for document in read_file(data, f"{number}.md"):
                if isinstance(document, Document):
                    by_structure(document)
        return len(sources)

    def cut(chunker: Callable[[Document], tuple[Chunk, ...]]) -> Callable[[], int]:
        return lambda: len([chunker(document) for document in read])

    figures = {"docs_per_s": rate(ingested, rounds)}
    for ending in ("md", "txt", "html"):
        figures[f"read_{ending}_per_s"] = rate(lambda ending=ending: len(read_all(sources, ending)), rounds)
    for name, chunker in (("structure", by_structure), ("sentences", by_sentences), ("tokens", by_tokens)):
        figures[f"by_{name}_per_s"] = rate(cut(chunker), rounds)
    sizes = [len(chunk.text) for chunk in chunks]
    print(
        f"{len(sources)} documents of {statistics.mean(map(len, sources)):.0f} bytes, {len(chunks)} chunks by structure"
    )
    print(f"characters of a chunk: {spread(sizes)}")
    for name, values in figures.items():
        print(f"{name}: {spread(values)}")
    medians = {name: statistics.median(values) for name, values in figures.items()}
    with tempfile.TemporaryDirectory() as place:
        emit("ingest", medians | keeping.keeping(Path(place), quick=quick), GOALS)


if __name__ == "__main__":
    main()
