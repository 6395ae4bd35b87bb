"""How well the model-free groundedness scorer tells supported from unsupported text, against human labels.

It does not know how the weights in `vouch.scorers.claims` were chosen: that was done on the rows left out here.

`python -m benchmarks.groundedness [--quick]`. Every data set is cut in two by the hash of its evidence; the scorer was
developed on one half, and the figures are of the other.

- SummEval (100 articles, 16 systems): correlations with human means, for each article over its systems, then averaged
  (articles on which all values are equal have none, and are left out). All rows; nothing was fitted on them.
- BEGIN: whether a response is fully attributable to its knowledge, against all other responses.
- HaluEval QA: right against hallucinated answers, to the knowledge given with the question.
- FActScore: human-made facts of InstructGPT's and ChatGPT's biographies, supported or not by Wikipedia. That is not
  here; the evidence is the biography that a search-backed system (PerplexityAI) wrote of the same person. Facts
  called irrelevant are left out.

The AUC is the chance that a supported text scores higher than an unsupported one. Its interval is a percentile
bootstrap over evidence texts, and the difference to ROUGE-L and cosine is resampled in pairs. The precision of ROUGE-L
stands beside them: it is no plain ROUGE-L, but the strongest simple rule.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.report import data_folder, emit
from vouch.models.minilm.minilm import MiniLM
from vouch.scorers.claims import claims, supports
from vouch.scorers.rouge import Unit, overlap, words

ROWS = {"begin": 600, "halueval": 1000, "factscore": 1000}
RESAMPLES = 1000
DIMENSIONS = ("coherence", "consistency", "fluency", "relevance")

REFERENCE = {
    "rouge1_coherence_spearman": 0.167,
    "rouge1_coherence_kendall": 0.126,
    "rougeL_coherence_spearman": 0.133,
    "rougeL_consistency_spearman": 0.128,
    "rougeL_fluency_spearman": 0.116,
    "rougeL_relevance_spearman": 0.186,
}
"""What these correlations are in the literature (ROUGE-1) and by rouge-score (ROUGE-L), to three digits."""

GOALS = {"summeval_rouge_difference": "<= 0.002"} | {
    f"{name}_{what}": "> 0" for name in ROWS for what in ("over_rouge_low", "over_cosine_low")
}

_stats: Any = stats  # SciPy comes without types

UNITS: tuple[tuple[Unit, int | None], ...] = (("1", None), ("2", None), ("L", 1))
"""Of ROUGE, and how many of the references of a summary are compared; None compares all."""

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """One text to judge, its evidence, and whether people found it supported."""

    evidence: str
    text: str
    supported: bool


class Vectors:
    """An embedder that keeps every vector in a file of the temporary folder, because the encoder is the slow part."""

    def __init__(self, encoder: MiniLM) -> None:
        self._encoder = encoder
        self.name, self.fingerprint, self.dimensions = encoder.name, encoder.fingerprint, encoder.dimensions
        kind = hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:12]
        self._file = Path(tempfile.gettempdir()) / f"vouch-groundedness-{kind}.npz"
        self._kept: dict[str, NDArray[np.float32]] = {}
        if self._file.exists():
            with np.load(self._file) as stored:
                self._kept = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, from the file where they are known."""
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
        if new:
            self._kept.update(zip(new, await self._encoder.embed(list(new.values())), strict=True))
        return np.stack([self._kept[key] for key in keys])

    def keep(self) -> None:
        """Write all vectors to the file."""
        np.savez(self._file, keys=np.array(list(self._kept)), vectors=np.stack(list(self._kept.values())))


def reported(key: str) -> bool:
    """Whether rows of this evidence are reported; the scorer was developed on the others."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2 == 1


def lines(file: Path) -> Iterator[dict[str, Any]]:
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return (json.loads(line) for line in data.decode().split("\n") if line)


def begin(folder: Path) -> Iterator[tuple[str, Row]]:
    for row in lines(folder / "begin.jsonl.gz"):
        yield row["knowledge"], Row(row["knowledge"], row["response"], row["label"] == "Fully attributable")


def halueval(folder: Path) -> Iterator[tuple[str, Row]]:
    for row in lines(folder / "halueval_qa_sample.jsonl"):
        yield row["knowledge"], Row(row["knowledge"], row["right_answer"], supported=True)
        yield row["knowledge"], Row(row["knowledge"], row["hallucinated_answer"], supported=False)


def factscore(folder: Path) -> Iterator[tuple[str, Row]]:
    rows = list(lines(folder / "factscore_labeled.jsonl.gz"))
    searched = {row["topic"]: re.sub(r"\[\d+\]", "", row["output"]) for row in rows if row["model"] == "PerplexityAI"}
    for row in rows:
        if row["model"] == "PerplexityAI":
            continue
        for sentence in row["annotations"] or ():
            for fact in sentence["human_facts"] or ():
                if fact["label"] in ("S", "NS"):
                    yield row["topic"], Row(searched[row["topic"]], fact["text"], fact["label"] == "S")


SETS: dict[str, Callable[[Path], Iterator[tuple[str, Row]]]] = {
    "begin": begin,
    "halueval": halueval,
    "factscore": factscore,
}


async def ours(rows: Sequence[Row], vectors: Vectors | None) -> Floats:
    """The mean support of each text's claims."""
    found: list[float] = []
    for row in rows:
        values = await supports(claims(row.text) or [row.text], [row.evidence], vectors)
        found.append(sum(values) / len(values))
    return np.array(found)


def rouge_l(rows: Sequence[Row]) -> tuple[Floats, Floats]:
    """ROUGE-L of text and evidence: F and precision."""
    pairs = [overlap(words(row.evidence), words(row.text), "L") for row in rows]
    return np.array([pair.f for pair in pairs]), np.array([pair.precision for pair in pairs])


async def cosine(rows: Sequence[Row], vectors: Vectors) -> Floats:
    first = await vectors.embed([row.evidence for row in rows])
    second = await vectors.embed([row.text for row in rows])
    return np.einsum("ij,ij->i", first, second).astype(np.float64)


def auc(scores: Floats, labels: NDArray[np.bool_]) -> float:
    """The chance that a supported row scores higher, ties counting half (Mann and Whitney 1947)."""
    positive = int(labels.sum())
    ranks = float(_stats.rankdata(scores)[labels].sum())
    return (ranks - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


def resampled(scores: Sequence[Floats], rows: Sequence[Row]) -> Floats:
    """AUCs of shape (resamples, scores), evidence texts drawn with replacement."""
    labels = np.array([row.supported for row in rows])
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.evidence].append(place)
    clusters = list(places.values())
    generator = np.random.default_rng(0)
    found: list[list[float]] = []
    while len(found) < RESAMPLES:
        chosen: list[int] = generator.integers(len(clusters), size=len(clusters)).tolist()
        drawn = np.array([place for one in chosen for place in clusters[one]], dtype=np.intp)
        if 0 < labels[drawn].sum() < len(drawn):
            found.append([auc(values[drawn], labels[drawn]) for values in scores])
    return np.array(found)


async def measure(name: str, folder: Path, vectors: Vectors, *, most: int) -> dict[str, float]:
    """The figures of one data set, on at most so many rows, drawn by a seed."""
    rows = [row for key, row in SETS[name](folder) if reported(key)]
    random.Random(0).shuffle(rows)
    rows = rows[:most]
    labels = np.array([row.supported for row in rows])
    f, precision = rouge_l(rows)
    scores = {
        "groundedness": await ours(rows, vectors),
        "without embedder": await ours(rows, None),
        "ROUGE-L": f,
        "ROUGE-L precision": precision,
        "cosine": await cosine(rows, vectors),
    }
    texts = len({row.evidence for row in rows})
    drawn = resampled(list(scores.values()), rows)
    aucs = {kind: auc(values, labels) for kind, values in scores.items()}
    print(f"\n{name}: {len(rows)} rows, {labels.mean():.1%} supported, {texts} evidence texts")
    bounds = np.quantile(drawn, [0.025, 0.975], axis=0).T
    for (kind, value), (low, high) in zip(aucs.items(), bounds, strict=True):
        print(f"  {kind:18} AUC {value:.3f}  [{low:.3f}, {high:.3f}]")
    low, high = bounds[0].tolist()
    return {
        f"{name}_auc": aucs["groundedness"],
        f"{name}_auc_low": low,
        f"{name}_auc_high": high,
        f"{name}_lexical_auc": aucs["without embedder"],
        f"{name}_rouge_auc": aucs["ROUGE-L"],
        f"{name}_rouge_precision_auc": aucs["ROUGE-L precision"],
        f"{name}_cosine_auc": aucs["cosine"],
        f"{name}_over_rouge_low": float(np.quantile(drawn[:, 0] - drawn[:, 2], 0.025)),
        f"{name}_over_rouge_precision": aucs["groundedness"] - aucs["ROUGE-L precision"],
        f"{name}_over_cosine_low": float(np.quantile(drawn[:, 0] - drawn[:, 4], 0.025)),
    }


def correlations(values: Sequence[float], systems: Sequence[dict[str, Any]], dimension: str) -> tuple[float, float]:
    """Summary-level Spearman and Kendall: over the systems of each document, averaged over documents."""
    by_document: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for value, row in zip(values, systems, strict=True):
        by_document[row["doc_id"]].append((value, row["scores"][dimension]))
    found: list[tuple[float, float]] = []
    for pairs in by_document.values():
        metric, human = (np.array(column) for column in zip(*pairs, strict=True))
        if np.ptp(metric) and np.ptp(human):
            both = [_stats.spearmanr(metric, human), _stats.kendalltau(metric, human)]
            found.append((float(both[0][0]), float(both[1][0])))
    spearman, kendall = np.mean(found, axis=0).tolist()
    return spearman, kendall


async def summeval(folder: Path, vectors: Vectors | None) -> dict[str, float]:
    """Correlations with human judgement of ROUGE (stemmed) and groundedness in the article."""
    documents = {row["doc_id"]: row for row in lines(folder / "summeval_docs.jsonl")}
    systems = list(lines(folder / "summeval_systems.jsonl"))
    references = {name: [words(text, stemmed=True) for text in row["ref_summs"]] for name, row in documents.items()}
    summaries = [words(row["summary"], stemmed=True) for row in systems]
    of = [references[row["doc_id"]] for row in systems]
    rows = [Row(documents[row["doc_id"]]["src"], row["summary"], supported=True) for row in systems]
    metrics: dict[str, list[float]] = {
        f"rouge{unit}": [
            float(np.mean([overlap(one, summary, unit).f for one in several[:most]]))
            for several, summary in zip(of, summaries, strict=True)
        ]
        for unit, most in UNITS
    }
    metrics["groundedness"] = (await ours(rows, vectors)).tolist()
    print(f"\nSummEval: {len(documents)} articles, {len(systems)} summaries; Spearman / Kendall")
    print("  ROUGE-1 and -2 are means over 11 references, ROUGE-L is of the first one")
    figures: dict[str, float] = {}
    for metric, values in metrics.items():
        told: list[str] = []
        for dimension in DIMENSIONS:
            spearman, kendall = correlations(values, systems, dimension)
            figures[f"{metric}_{dimension}_spearman"] = spearman
            figures[f"{metric}_{dimension}_kendall"] = kendall
            told.append(f"{dimension} {spearman:.3f} / {kendall:.3f}")
        print(f"  {metric:12} {'   '.join(told)}")
    figures["summeval_rouge_difference"] = max(abs(figures[name] - value) for name, value in REFERENCE.items())
    return figures


async def run(folder: Path, *, quick: bool) -> dict[str, float]:
    vectors = Vectors(MiniLM.open(remember=0))
    # In summaries the embedder is left out: 1,600 of them against whole articles would take minutes.
    figures = await summeval(folder / "judge", None)
    for name, most in ROWS.items():
        figures |= await measure(name, folder / "faithfulness", vectors, most=most // 4 if quick else most)
    vectors.keep()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the rows")
    quick: bool = parser.parse_args().quick
    folder = data_folder()
    if folder is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    started = time.perf_counter()
    figures = asyncio.run(run(folder, quick=quick))
    print(f"\ntook {time.perf_counter() - started:.0f} s")
    emit("groundedness", figures, GOALS)


if __name__ == "__main__":
    main()
