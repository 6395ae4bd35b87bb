"""How well `local/reader` answers from passages, and how well the citation check tells what is supported.

It does not know how the reader's weights were fitted: that was done on questions of other paragraphs, see
`scripts/fit_reader.py`. `python -m benchmarks.cited [--quick]`.

- SQuAD 2.0: the questions on paragraphs that `vouch bench squad2` holds out. About half have no answer there, and
  silence is right; `silent` is what a reader would get that never says anything. The interval is a percentile bootstrap
  over paragraphs.
- Bank: sentences of real documents are taken as answers, and what is recalled for each as its passages. Each must be
  cited with its document and exact place; with one of its numbers changed it must not be supported any more.
- BEGIN: the sentences of responses that people found fully attributable to a text, or not. The AUC of the least
  supported sentence, and the share judged right at the threshold that the app uses.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.report import data_folder, emit, spread
from vouch.bench.sampling import draw
from vouch.bench.tasks.squad2 import TASK
from vouch.contracts.knowledge import Passage
from vouch.knowledge.citing import cite
from vouch.knowledge.knowledge import Knowledge
from vouch.models.minilm.minilm import MiniLM
from vouch.models.reader.reader import Reader
from vouch.scorers.squad import exact_match, word_f1
from vouch.values.document import Document
from vouch.values.message import system, user
from vouch.values.request import ask, frame
from vouch.values.sentences import sentences

SEED: Final = 0
RESAMPLES: Final = 1000
ASKED: Final = 1_200
SENTENCES: Final = 200
RESPONSES: Final = 400

GOALS: Final = {
    "squad_f1": ">= 0.55",
    "squad_gain": ">= 0.02",
    "bank_place": ">= 0.95",
    "bank_changed_caught": ">= 0.95",
    "begin_auc": ">= 0.75",
    "reader_ms": "<= 100",
    "cite_ms": "<= 20",
}


class Judged(NamedTuple):
    """A question: its paragraph, whether it has an answer, whether one was given, F1 and match, and the chance told."""

    source: str
    has_answer: bool
    given: bool
    f1: float
    exact: float
    chance: float


async def squad(folder: Path, encoder: MiniLM, most: int) -> dict[str, float]:
    """The reader on held-out paragraphs."""
    rows = draw(TASK.read(folder / "rag" / "squad2_dev_questions.jsonl"), n=most, seed=SEED).asked
    reader = Reader(embedder=encoder)
    still = frame(reader.name)
    judged: list[Judged] = []
    took: list[float] = []
    for row in rows:
        request = ask(still, [system("Answer the question."), user(row.input)])
        started = time.process_time()
        answer = await reader.answer(request)
        took.append((time.process_time() - started) * 1000)
        answers = [str(each) for each in row.expected]
        f1 = max((word_f1(each, answer.text) for each in answers or [""]), default=0.0)
        exact = max((exact_match(each, answer.text) for each in answers or [""]), default=0.0)
        judged.append(Judged(row.source, bool(answers), bool(answer.text), f1, exact, answer.confidence or 0.0))
    print(f"\nSQuAD 2.0, {len(rows)} questions on {len({row.source for row in rows})} held-out paragraphs")
    print(f"  CPU a question, ms: {spread(took)}")
    return _squad_figures(judged) | {"reader_ms": float(np.median(took))}


def _squad_figures(judged: Sequence[Judged]) -> dict[str, float]:
    f1 = float(np.mean([each.f1 for each in judged]))
    silent = float(np.mean([not each.has_answer for each in judged]))
    low, high = _interval(judged)
    answerable = [each for each in judged if each.has_answer]
    impossible = [each for each in judged if not each.has_answer]
    figures = {
        "squad_f1": f1,
        "squad_f1_low": low,
        "squad_f1_high": high,
        "squad_exact": float(np.mean([each.exact for each in judged])),
        "squad_silent_f1": silent,
        "squad_gain": f1 - silent,
        "squad_given": float(np.mean([each.given for each in answerable])),
        "squad_given_f1": float(np.mean([each.f1 for each in answerable if each.given])),
        "squad_abstained_on_impossible": float(np.mean([not each.given for each in impossible])),
    }
    print(f"  F1 {f1:.3f} ({low:.3f} to {high:.3f}); never saying anything {silent:.3f}")
    for least in (0.0, 0.2, 0.4, 0.6):
        within = [each for each in judged if each.given and least <= each.chance < least + 0.2]
        if within:
            right = np.mean([each.has_answer and each.f1 >= 0.5 for each in within])
            print(f"  sure {np.mean([each.chance for each in within]):.2f}: right {right:.2f} (n = {len(within)})")
    return figures


def _interval(judged: Sequence[Judged]) -> tuple[float, float]:
    """Of the mean F1 at 95 %, resampled by paragraph."""
    by_source: dict[str, list[float]] = {}
    for each in judged:
        by_source.setdefault(each.source, []).append(each.f1)
    sums = np.array([[sum(values), len(values)] for values in by_source.values()])
    chance = np.random.default_rng(SEED)
    drawn = sums[chance.integers(len(sums), size=(RESAMPLES, len(sums)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5]).tolist()
    return low, high


async def bank(folder: Path, most: int) -> dict[str, float]:
    """Sentences of real documents as answers: cited at their place, and caught when a number is changed."""
    lines = (folder / "knowledge" / "rho_bank_documents.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [Document(row["id"], row["content"], trusted=True) for row in map(json.loads, lines)]
    chance = random.Random(SEED)
    answers = _numbered(documents, chance, most)
    placed: list[bool] = []
    caught: list[bool] = []
    took: list[float] = []
    with TemporaryDirectory() as place:
        shelf = Knowledge(documents=documents, embedder=None, folder=place)
        for _, sentence in answers:
            passages = await shelf.recall(sentence)
            started = time.process_time()
            (said, *_) = await cite(sentence, passages)
            took.append((time.process_time() - started) * 1000)
            found = said.citation
            text = _text(documents, found.document)[found.start : found.end]
            placed.append(found.supported and _bare(text) in _bare(sentence))
            changed = re.sub(r"\d+", lambda number: str(int(number[0]) + 17), sentence, count=1)
            caught.append(not any(each.citation.supported for each in await cite(changed, passages)))
    print(f"\nBank: {len(answers)} sentences of {len(documents)} documents")
    print(f"  CPU a check, ms: {spread(took)}")
    return {
        "bank_place": float(np.mean(placed)),
        "bank_changed_caught": float(np.mean(caught)),
        "cite_ms": float(np.median(took)),
    }


def _numbered(documents: Sequence[Document], chance: random.Random, most: int) -> list[tuple[Document, str]]:
    """Sentences of eight words or more with a number, one a document."""
    found: list[tuple[Document, str]] = []
    for document in chance.sample(list(documents), len(documents)):
        every = [document.text[start:end] for start, end in sentences(document.text)]
        fit = [each for each in every if len(each.split()) >= 8 and re.search(r"\b\d{1,4}\b", each) and "|" not in each]
        if fit:
            found.append((document, chance.choice(fit)))
    return found[:most]


def _text(documents: Sequence[Document], name: str) -> str:
    return next((document.text for document in documents if document.id == name), "")


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


async def begin(folder: Path, encoder: MiniLM, most: int) -> dict[str, float]:
    """Responses that people judged."""
    with gzip.open(folder / "faithfulness" / "begin.jsonl.gz", "rt", encoding="utf-8") as lines:
        every: list[dict[str, Any]] = [json.loads(line) for line in lines]
    rows = [row for row in every if row["label"] != "Generic" and row["split"] == "dev"]
    rows = random.Random(SEED).sample(rows, min(most, len(rows)))
    label: list[bool] = []
    value: list[float] = []
    verdict: list[bool] = []
    for row in rows:
        said = await cite(row["response"], [Passage("knowledge", row["knowledge"], 1.0)], embedder=encoder)
        if said:
            label.append(row["label"] == "Fully attributable")
            value.append(min(each.citation.support for each in said))
            verdict.append(all(each.citation.supported for each in said))
    right = np.array(label, np.bool_)
    ranks = np.array(value, np.float64)
    pairs = ranks[right][:, None] - ranks[~right][None, :]
    auc = float(np.where(pairs > 0, 1.0, np.where(pairs == 0, 0.5, 0.0)).mean())
    share = sum(one == other for one, other in zip(label, verdict, strict=True)) / len(label)
    print(f"\nBEGIN: {len(right)} responses, {right.mean():.2f} of them fully attributable")
    return {
        "begin_auc": auc,
        "begin_accuracy": share,
        "begin_majority": float(max(right.mean(), 1 - right.mean())),
    }


async def run(folder: Path, *, quick: bool) -> dict[str, float]:
    """All figures."""
    encoder = MiniLM.open()
    part = 4 if quick else 1
    try:
        figures = await squad(folder, encoder, ASKED // part)
        figures |= await bank(folder, SENTENCES // part)
        figures |= await begin(folder, encoder, RESPONSES // part)
    finally:
        await encoder.aclose()
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
    emit("cited", figures, GOALS)


if __name__ == "__main__":
    main()
