"""Collections of documents and questions: the data sets beside the checkout, and any in BEIR layout.

They do not know how documents are searched.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.knowledge.building import Builder, Cut, Refreshed
from vouch.knowledge.cutting import small
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.question import Library
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.source import Given
from vouch.models.minilm.minilm import MiniLM
from vouch.values.document import Chunk, Document


class Asked(NamedTuple):
    """A question, the grades of the documents it needs, and what its outcomes depend on with others'."""

    text: str
    grades: Mapping[str, float]
    group: str


class Collection(NamedTuple):
    """Documents, what is asked of them, and what may be learned from."""

    name: str
    documents: Sequence[Document]
    asked: Sequence[Asked]
    taught: Sequence[Asked] = ()


class Kept:
    """Vectors of questions and chunks, kept between runs."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self.name, self.fingerprint, self.dimensions = model.name, model.fingerprint, model.dimensions
        folder = Path(tempfile.gettempdir()) / "vouch-retrieval"
        self._remembered = Remembered(folder, fingerprint=model.fingerprint, dimensions=model.dimensions)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors; those that were made before are not made again."""
        known = dict(self._remembered.find(texts))
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            fresh = self._model.encode(missing)
            self._remembered.keep([("", text, vector) for text, vector in zip(missing, fresh, strict=True)])
            known.update(zip(missing, fresh, strict=True))
        return np.array([known[text] for text in texts], np.float32).reshape(len(texts), self.dimensions)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def squad(folder: Path) -> Collection:
    documents = [Document(row["pid"], row["text"]) for row in lines(folder / "squad2_dev_paragraphs.jsonl")]
    asked = [
        Asked(row["question"], {row["pid"]: 1.0}, row["pid"])
        for row in lines(folder / "squad2_dev_questions.jsonl")
        if not row["is_impossible"]
    ]
    return Collection("squad", documents, asked)


def bank(folder: Path) -> Collection:
    documents = [
        Document(row["id"], f"# {row['title']}\n\n{row['content']}")
        for row in lines(folder / "rho_bank_documents.jsonl")
    ]
    asked = [
        Asked(row["user_scenario"]["instructions"], dict.fromkeys(row["required_documents"], 1.0), row["id"])
        for row in lines(folder / "rho_bank_tasks.jsonl")
        if row["required_documents"]
    ]
    return Collection("bank", documents, asked)


def beir(folder: Path) -> Collection:
    """A folder with corpus.jsonl, queries.jsonl, qrels/test.tsv, and qrels/train.tsv where there is one."""
    documents = [
        Document(str(row["_id"]), row["text"], metadata={"title": row.get("title") or ""})
        for row in lines(folder / "corpus.jsonl")
    ]
    texts = {str(row["_id"]): row["text"] for row in lines(folder / "queries.jsonl")}
    return Collection(
        folder.name,
        documents,
        _asked(folder / "qrels" / "test.tsv", texts),
        _asked(folder / "qrels" / "train.tsv", texts),
    )


def _asked(path: Path, texts: Mapping[str, str]) -> list[Asked]:
    grades: dict[str, dict[str, float]] = {}
    for line in path.read_text(encoding="utf-8").split("\n")[1:] if path.is_file() else []:
        if line.strip():
            query, document, grade = line.rstrip("\r").split("\t")[:3]
            grades.setdefault(query, {})[document] = float(grade)
    return [Asked(texts[query], of, query) for query, of in grades.items() if any(each > 0 for each in of.values())]


def cut_small(document: Document) -> Sequence[Chunk]:
    return small(document, limit=2400)


def whole(document: Document) -> Sequence[Chunk]:
    """One chunk a document, under its title: what a collection in BEIR layout means to be found."""
    title = document.metadata["title"]
    return (
        Chunk(document.id, document.id, document.text, (0, len(document.text)), headings=(title,) if title else ()),
    )


async def index_of(collection: Collection, embedder: Kept, folder: Path, *, cut: Cut = cut_small) -> Library:
    engine = ExactEngine(folder / collection.name)
    builder = Builder(
        Given(collection.documents), engine, cut=cut, cutting="benchmark", embedder=embedder, remembered=None
    )
    started = time.perf_counter()
    done: Refreshed = await builder.refresh()
    index = await engine.snapshot()
    assert index is not None
    print(
        f"{collection.name}: {done.documents} documents, {done.chunks} chunks, {len(collection.asked)} questions; "
        f"built in {time.perf_counter() - started:.1f} s"
    )
    return Library(index, embedder)
