"""How well the default retrieval finds what it should: in encyclopedia paragraphs, bank documents, BEIR collections.

It does not measure embedding, and speed only in passing; `vectors` and `embedder` do.

`python -m benchmarks.retrieval_quality [--data PATH] [--quick] [--alone]`. PATH is the folder of the real data sets, or
a collection in BEIR layout (corpus.jsonl, queries.jsonl, qrels/test.tsv); by default the data sets beside the checkout.

- squad: questions over 646 paragraphs, one right each; recall@k is whether it is among the first k.
- bank: what a customer wants, in many sentences, over 698 documents of which about ten are needed; recall of those.
- a BEIR collection, each document one chunk under its title: nDCG@10 and recall@10 of words, meaning, both, both with a
  second look, and what tuning chooses; beside them LlamaIndex and LangChain (unless --alone, and where `scripts/peers`
  has made their environments) over the same texts and vectors, which they get as files.

Tuning learns from qrels/train.tsv where there is one, but from no more than 1,000 of its questions; else in turn from
four fifths of the questions what is then asked of the last fifth. Everything of ours runs through the same index and
retrievers as an app's knowledge. Intervals are percentile bootstraps over the questions (or over paragraphs, for
several questions on one), and differences are resampled in pairs. Vectors are kept in the system's folder of temporary
files, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.finding.collections import Asked, Collection, Kept, bank, beir, index_of, squad, whole
from benchmarks.finding.outcomes import DEEPER, Floats, Ranked, measured, rank, resampled, tell
from benchmarks.finding.peers import beside
from benchmarks.report import data_folder, emit
from vouch.contracts.index import Scope
from vouch.knowledge.choosing import Labelled, chosen, outcomes, ways
from vouch.knowledge.question import Library, Retriever
from vouch.knowledge.searches import dense, hybrid, keyword
from vouch.knowledge.wrapping import reranked
from vouch.models.minilm.minilm import MiniLM
from vouch.scorers.retrieval import Measure

GOALS: Final = {
    "squad_bm25_recall5": ">= 0.937",
    "squad_hybrid_recall5": ">= 0.955",
    "bank_recall10": ">= 0.30",
    "bank_recall50": ">= 0.55",
    "hybrid_ndcg10": ">= 0.73",
    "tuned_ndcg10": ">= 0.74",
    "hybrid_over_llamaindex_vector_least": "> 0",
    "hybrid_over_langchain_bm25_least": "> 0",
    "hybrid_over_langchain_ensemble_least": "> 0",
}
"""`least` is the lower end of the interval of how much more nDCG@10 hybrid has than a peer's default."""

FOLDS: Final = 5
TAUGHT: Final = 1000

WAYS: Final[Mapping[str, Retriever]] = {
    "bm25": keyword(),
    "dense": dense(),
    "rrf": hybrid(fusion="reciprocal"),
    "hybrid": hybrid(),
}


async def compare(
    library: Library, collection: Collection, wanted: Sequence[tuple[Measure, int]], ways: Mapping[str, Retriever]
) -> dict[tuple[str, str], float]:
    """Every measure of every way, printed; given by way and measure."""
    depth = DEEPER * max(k for _, k in wanted)
    ranked = {way: await rank(library, retriever, collection.asked, depth) for way, retriever in ways.items()}
    return told(collection.asked, ranked, wanted, against="bm25")


def told(
    asked: Sequence[Asked], ranked: Mapping[str, Ranked], wanted: Sequence[tuple[Measure, int]], *, against: str
) -> dict[tuple[str, str], float]:
    """Every measure of every ranking, printed beside one of them; given by ranking and measure."""
    groups = [each.group for each in asked]
    found: dict[tuple[str, str], float] = {}
    for measure, k in wanted:
        other = measured(measure, k, ranked[against].documents, asked)
        for way, ranking in ranked.items():
            values = measured(measure, k, ranking.documents, asked)
            than = None if way == against else other
            found[way, f"{measure}{k}"] = tell(f"{way} {measure}@{k}", values, groups, than, other=against)
    return found


def labels(asked: Sequence[Asked]) -> list[Labelled]:
    return [Labelled(each.text, each.grades) for each in asked]


async def tuned(library: Library, collection: Collection) -> Ranked:
    """Every question asked as tuning chose without having seen it."""
    among = ways()
    scope = Scope(access=None)
    ranked = [await rank(library, way, collection.asked, DEEPER * 10) for way in among]
    if collection.taught:
        taught = collection.taught[:: max(1, len(collection.taught) // TAUGHT)][:TAUGHT]
        choice = chosen(await outcomes(library, labels(taught), among, k=10, scope=scope))
        print(f"  tuned by {len(taught)} other questions: {among[choice].name}")
        return ranked[choice]
    gained: Floats = np.array([measured("ndcg", 10, each.documents, collection.asked) for each in ranked])
    fold = np.arange(len(collection.asked)) % FOLDS
    choices = [chosen(gained[:, fold != number]) for number in range(FOLDS)]
    print(f"  tuned by four fifths in turn: {', '.join(among[choice].name for choice in choices)}")
    of = [choices[number] for number in fold]
    documents = [ranked[choice].documents[place] for place, choice in enumerate(of)]
    return Ranked(documents, float(np.median([ranked[choice].cpu_ms for choice in choices])))


async def run_beir(folder: Path, embedder: Kept, place: Path, *, quick: bool, alone: bool) -> dict[str, float]:
    collection = beir(folder)
    if quick:
        collection = collection._replace(asked=collection.asked[:50], taught=collection.taught[:50])
    library = await index_of(collection, embedder, place, cut=whole)
    every = {**WAYS, "reranked": reranked(hybrid())}
    ranked = {way: await rank(library, retriever, collection.asked, DEEPER * 10) for way, retriever in every.items()}
    ranked["tuned"] = await tuned(library, collection)
    peers: Mapping[str, Ranked] = {} if alone else await beside(collection, embedder, place / "handed", 10)
    ranked |= peers
    wanted: list[tuple[Measure, int]] = [("ndcg", 10), ("recall", 10)]
    found = told(collection.asked, ranked, wanted, against="hybrid")
    figures = {f"{way}_{name}": value for (way, name), value in found.items()}
    figures |= {f"{way}_cpu_ms": ranking.cpu_ms for way, ranking in ranked.items()}
    return figures | {f"hybrid_over_{peer}_least": least(ranked["hybrid"], peers[peer], collection) for peer in peers}


def least(ours: Ranked, peer: Ranked, collection: Collection) -> float:
    """The lower end of the interval of how much more nDCG@10 ours has."""
    one, other = (measured("ndcg", 10, each.documents, collection.asked) for each in (ours, peer))
    return resampled(one - other, [each.group for each in collection.asked])[0]


async def run_shared(folder: Path, embedder: Kept, place: Path, *, quick: bool) -> dict[str, float]:
    figures: dict[str, float] = {}
    every = {**WAYS, "reranked": reranked(hybrid())}
    if (folder / "rag").is_dir():
        paragraphs = squad(folder / "rag")
        if quick:
            paragraphs = paragraphs._replace(asked=paragraphs.asked[::10])
        library = await index_of(paragraphs, embedder, place)
        wanted: list[tuple[Measure, int]] = [("recall", 1), ("recall", 5), ("recall", 10)]
        found = await compare(library, paragraphs, wanted, every)
        figures |= {f"squad_{way}_{name}": value for (way, name), value in found.items()}
    if (folder / "knowledge").is_dir():
        documents = bank(folder / "knowledge")
        library = await index_of(documents, embedder, place)
        every |= {"decomposed": hybrid(decomposed=True), "decomposed_reranked": reranked(hybrid(decomposed=True))}
        found = await compare(library, documents, [("recall", 10), ("recall", 50)], every)
        figures |= {f"bank_{way}_{name}": value for (way, name), value in found.items()}
        figures |= {f"bank_{name}": found["decomposed", name] for name in ("recall10", "recall50")}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the real data sets, or a collection in BEIR layout")
    parser.add_argument("--quick", action="store_true", help="a part of the questions")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    options = parser.parse_args()
    folder: Path | None = options.data or data_folder()
    if folder is None or not folder.is_dir():
        sys.exit("the real data sets are not there: name their folder with --data, or in VOUCH_DATA")
    embedder = Kept(MiniLM.open())
    with tempfile.TemporaryDirectory() as place:
        if (folder / "corpus.jsonl").is_file():
            run = run_beir(folder, embedder, Path(place), quick=options.quick, alone=options.alone)
        else:
            run = run_shared(folder, embedder, Path(place), quick=options.quick)
        figures = asyncio.run(run)
    emit("retrieval_quality", figures, {name: goal for name, goal in GOALS.items() if name in figures})


if __name__ == "__main__":
    main()
