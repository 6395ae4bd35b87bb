"""How well the default retrieval finds what it should: in encyclopedia paragraphs, bank documents, BEIR collections.

It does not measure speed; `vectors` does.

`python -m benchmarks.retrieval_quality [--data PATH] [--quick]`. PATH is the folder of the real data sets, or a
collection in BEIR layout (corpus.jsonl, queries.jsonl, qrels/test.tsv); by default the data sets beside the checkout.

- squad: questions over 646 paragraphs, one right each; recall@k is whether it is among the first k.
- bank: what a customer wants, in many sentences, over 698 documents of which about ten are needed; recall of those.
- a BEIR collection: nDCG@10 and recall@10 of words, meaning and both.

Everything runs through the same index and retrievers as an app's knowledge. Intervals are percentile bootstraps over
the questions (or over paragraphs, for several questions on one), and differences are resampled in pairs. Vectors are
kept in the system's folder of temporary files, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit
from vouch.contracts.index import Scope
from vouch.knowledge.building import Builder, Refreshed
from vouch.knowledge.cutting import small
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.searches import dense, hybrid, keyword
from vouch.knowledge.source import Given
from vouch.models.minilm.minilm import MiniLM
from vouch.scorers.retrieval import Measure, rank_measure
from vouch.values.document import Chunk, Document

GOALS = {
    "squad_bm25_recall5": ">= 0.937",
    "squad_hybrid_recall5": ">= 0.955",
    "bank_recall10": ">= 0.30",
    "bank_recall50": ">= 0.55",
    "hybrid_ndcg10": ">= 0.73",
}
RESAMPLES = 2000
DEEPER = 6
"""So many chunks are asked for where one document is wanted: several may be of the same one."""


Floats = NDArray[np.float64]


class Asked(NamedTuple):
    """A question, the grades of the documents it needs, and what its outcomes depend on with others'."""

    text: str
    grades: Mapping[str, float]
    group: str


class Collection(NamedTuple):
    """Documents, and what is asked of them."""

    name: str
    documents: Sequence[Document]
    asked: Sequence[Asked]


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
    documents = [
        Document(str(row["_id"]), "\n".join(part for part in (row.get("title", ""), row["text"]) if part))
        for row in lines(folder / "corpus.jsonl")
    ]
    texts = {str(row["_id"]): row["text"] for row in lines(folder / "queries.jsonl")}
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").split("\n")[1:]:
        if line.strip():
            query, document, grade = line.split("\t")[:3]
            grades.setdefault(query, {})[document] = float(grade)
    asked = [Asked(texts[query], of, query) for query, of in grades.items() if any(each > 0 for each in of.values())]
    return Collection(folder.name, documents, asked)


async def index_of(collection: Collection, embedder: Kept, folder: Path) -> Library:
    def cut(document: Document) -> Sequence[Chunk]:
        return small(document, limit=2400)

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


async def rankings(library: Library, retriever: Retriever, asked: Sequence[Asked], depth: int) -> list[list[str]]:
    """The documents found for each question, best first, each once."""
    found: list[list[str]] = []
    for each in asked:
        hits = await retriever.find(Question(each.text, DEEPER * depth, Scope(access=None)), library)
        found.append(list(dict.fromkeys(hit.chunk.document for hit in hits)))
    return found


def measured(measure: Measure, k: int, found: Sequence[Sequence[str]], asked: Sequence[Asked]) -> Floats:
    return np.array([rank_measure(measure, one, each.grades, k) for one, each in zip(found, asked, strict=True)])


def resampled(values: Floats, groups: Sequence[str]) -> tuple[float, float]:
    """The middle 95 % of the means of resampled groups."""
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(numbers, values), np.bincount(numbers)
    draws = np.random.default_rng(0).integers(len(sizes), size=(RESAMPLES, len(sizes)))
    means = sums[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def tell(name: str, values: Floats, groups: Sequence[str], than: Floats | None = None) -> float:
    """Print a mean with its interval, and how much more it is than another's."""
    low, high = resampled(values, groups)
    text = f"  {name:34} {values.mean():.4f}  [{low:.4f}, {high:.4f}]  n = {len(values)}"
    if than is not None:
        least, most = resampled(values - than, groups)
        text += f"   against bm25 {(values - than).mean():+.4f} [{least:+.4f}, {most:+.4f}]"
    print(text)
    return float(values.mean())


WAYS: dict[str, Retriever] = {
    "bm25": keyword(),
    "dense": dense(),
    "rrf": hybrid(fusion="reciprocal"),
    "hybrid": hybrid(),
}


async def compare(
    library: Library, collection: Collection, wanted: Sequence[tuple[Measure, int]], ways: Mapping[str, Retriever]
) -> dict[tuple[str, str], float]:
    """Every measure of every way, printed; given by way and measure."""
    groups = [each.group for each in collection.asked]
    depth = max(k for _, k in wanted)
    found: dict[tuple[str, str], float] = {}
    first: dict[str, Floats] = {}
    for way, retriever in ways.items():
        ranked = await rankings(library, retriever, collection.asked, depth)
        for measure, k in wanted:
            name = f"{measure}{k}"
            values = measured(measure, k, ranked, collection.asked)
            found[way, name] = tell(f"{way} {measure}@{k}", values, groups, first.get(name))
            first.setdefault(name, values)
    return found


async def run_beir(folder: Path, embedder: Kept, place: Path, *, quick: bool) -> dict[str, float]:
    collection = beir(folder)
    if quick:
        collection = collection._replace(asked=collection.asked[:50])
    library = await index_of(collection, embedder, place)
    found = await compare(library, collection, [("ndcg", 10), ("recall", 10)], WAYS)
    return {f"{way}_{name}": value for (way, name), value in found.items()}


async def run_shared(folder: Path, embedder: Kept, place: Path, *, quick: bool) -> dict[str, float]:
    figures: dict[str, float] = {}
    if (folder / "rag").is_dir():
        paragraphs = squad(folder / "rag")
        if quick:
            paragraphs = paragraphs._replace(asked=paragraphs.asked[::10])
        library = await index_of(paragraphs, embedder, place)
        wanted: list[tuple[Measure, int]] = [("recall", 1), ("recall", 5), ("recall", 10)]
        found = await compare(library, paragraphs, wanted, WAYS)
        figures |= {f"squad_{way}_{name}": value for (way, name), value in found.items()}
    if (folder / "knowledge").is_dir():
        documents = bank(folder / "knowledge")
        library = await index_of(documents, embedder, place)
        ways = {**WAYS, "decomposed": hybrid(decomposed=True)}
        found = await compare(library, documents, [("recall", 10), ("recall", 50)], ways)
        figures |= {f"bank_{way}_{name}": value for (way, name), value in found.items()}
        figures |= {f"bank_{name}": found["decomposed", name] for name in ("recall10", "recall50")}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the real data sets, or a collection in BEIR layout")
    parser.add_argument("--quick", action="store_true", help="a part of the questions")
    options = parser.parse_args()
    folder: Path | None = options.data or data_folder()
    if folder is None or not folder.is_dir():
        sys.exit("the real data sets are not there: name their folder with --data, or in VOUCH_DATA")
    embedder = Kept(MiniLM.open())
    with tempfile.TemporaryDirectory() as place:
        run = run_beir if (folder / "corpus.jsonl").is_file() else run_shared
        figures = asyncio.run(run(folder, embedder, Path(place), quick=options.quick))
    emit("retrieval_quality", figures, {name: goal for name, goal in GOALS.items() if name in figures})


if __name__ == "__main__":
    main()
