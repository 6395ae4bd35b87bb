"""Fits the weights of `local/reader` and measures them on questions that took no part, or only measures.

It does not know the app. It reads SQuAD-like questions in the layout of the project's shared data (`rag/`), of which
nothing but weights of named features gets into the package. From the project's root:

    python scripts/fit_reader.py --data ../shared/data --vectors vectors.npz --out src/vouch/models/reader/weights.json

Articles are split: a quarter of the articles, and the fifth of the paragraphs that `vouch bench squad2` asks about, are
kept back. Every other question that teaches comes with the three paragraphs that a search finds for it, so that
passages are told apart, too; some come a second time without their own, so that there is nothing to be found. The
weights of answers are learned first; the confidence is then learned from answers given by weights that had not seen
the article (3 folds). Signs that can only speak for an answer, or only against it, are held to that.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from vouch.bench.sampling import draw
from vouch.bench.tasks.squad2 import TASK
from vouch.models.minilm.minilm import MiniLM
from vouch.models.reader import asking, confidence, features
from vouch.models.reader.candidates import candidates
from vouch.models.reader.scenes import Looked, cut, look
from vouch.models.reader.scoring import Candidate
from vouch.models.reader.words import words
from vouch.scorers.squad import exact_match, normalised, word_f1
from vouch.values.digest import digest

Floats = NDArray[np.float64]

SEED: Final = 7
FOLDS: Final = 3
STRENGTH: Final = 3.0
"""Of the penalty on the squares of the answer's weights."""

RIGHT_STRENGTH: Final = 20.0
ROUNDS: Final = 80
SEEN: Final = 80
"""Candidates that must have a feature for it to get a weight."""

SHARED_RUNS: Final = 3
PASSAGES: Final = 3
"""Paragraphs that a search finds."""

FOR: Final = frozenset(("chance", "margin", "near", "shared", "around", "passage", "lead", "ahead"))
AGAINST: Final = frozenset(
    ("unknown", "unknown-names", "names-elsewhere", "numbers-elsewhere", "focus-elsewhere", "negation", "late")
)
"""Signs that speak for an answer only, and against it only."""

GOOD: Final = 0.5
"""F1 from which an answer counts as right for the confidence."""


class Question(NamedTuple):
    """A question, the paragraphs it is to be answered from, its own, its article and its answers."""

    text: str
    paragraphs: tuple[str, ...]
    own: str
    article: str
    answers: tuple[str, ...]


class Tried(NamedTuple):
    """A question with every candidate: what is looked at, the candidates, and the F1 and match of each."""

    question: Question
    looked: Looked
    found: list[Candidate]
    f1: Floats
    exact: Floats


class Sets(NamedTuple):
    """Questions that teach; those of other articles; those that the bench asks."""

    teach: list[Question]
    articles: list[Question]
    bench: list[Question]


# ------------------------------------------------------------------------------------------------------- questions


def read(data: Path) -> Sets:
    """The questions, split."""
    folder = data / "rag"
    paragraphs = {row["pid"]: row for row in _lines(folder / "squad2_dev_paragraphs.jsonl")}
    asked = list(_lines(folder / "squad2_dev_questions.jsonl"))
    kept_back = {row.source for row in draw(TASK.read(folder / "squad2_dev_questions.jsonl"), seed=0).asked}
    chance = random.Random(SEED)
    articles = sorted({row["title"] for row in paragraphs.values()})
    chance.shuffle(articles)
    foreign = set(articles[: len(articles) // 4])
    sets = Sets([], [], [])
    for row in asked:
        paragraph = paragraphs[row["pid"]]
        answers = () if row["is_impossible"] else tuple(row["all_answers"])
        one = Question(row["question"], (paragraph["text"],), paragraph["text"], paragraph["title"], answers)
        held = f"paragraph {digest(paragraph['text'])[:12]}" in kept_back
        if paragraph["title"] in foreign:
            sets.articles.append(one)
        if held:
            sets.bench.append(one)
        if not held and paragraph["title"] not in foreign:
            sets.teach.append(one)
    sets.teach.extend(_more(folder / "xquad_en_de_es.jsonl.gz", sets, foreign))
    return sets


def _more(path: Path, sets: Sets, foreign: set[str]) -> list[Question]:
    """Questions of another set on paragraphs that have nothing to do with those kept back."""
    runs = set[tuple[str, ...]]().union(*(_runs(one.paragraphs[0]) for one in (*sets.articles, *sets.bench)))
    named = re.compile("|".join(sorted(re.escape(title.split("_")[0].lower()[:6]) for title in foreign)))
    known = {one.text for one in sets.teach}
    found: list[Question] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            text = row["context"]
            own = row["lang"] == "en" and row["question"] not in known and not named.search(text.lower())
            if own and len(_runs(text) & runs) <= SHARED_RUNS:
                found.append(Question(row["question"], (text,), text, f"more {row['pid']}", tuple(row["answers"])))
    return found


def _runs(text: str) -> set[tuple[str, ...]]:
    said = normalised(text)
    return {tuple(said[at : at + 6]) for at in range(len(said) - 5)}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# ----------------------------------------------------------------------------------------------------- candidates


class Vectors:
    """Sentence vectors, kept in a file between runs."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, NDArray[np.float32]] = {}
        if path is not None and path.is_file():
            kept = np.load(path)
            self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def learn(self, texts: Sequence[str]) -> None:
        """Make what is missing."""
        missing = sorted(set(texts) - set(self._known))
        if not missing:
            return
        model = MiniLM.open()
        for start in range(0, len(missing), 1024):
            some = missing[start : start + 1024]
            self._known.update(zip(some, model.encode(some), strict=True))
            print(f"  {start + len(some)} of {len(missing)} texts embedded", flush=True)
        model.close()
        if self._path is not None:
            np.savez(self._path, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors, shape (texts, dimensions)."""
        return np.stack([self._known[text] for text in texts])


def searched(asked: Sequence[Question], vectors: Vectors) -> list[Question]:
    """Every other question with the paragraphs that a search finds; every fourth of these once more without its own."""
    shelf = sorted({one.own for one in asked})
    stems = [frozenset(word.stem for word in words(text)) for text in shelf]
    counts = Counter(stem for own in stems for stem in own)
    pieces = [[each.text for each in cut([text])] for text in shelf]
    first = np.cumsum([0, *(len(some) for some in pieces)])[:-1]
    every = vectors.of([text for some in pieces for text in some])
    found: list[Question] = []
    for place, one in enumerate(asked):
        if place % 2 == 0:
            found.append(one)
            continue
        weights = {stem: math.log(len(shelf) / (1 + counts[stem])) for stem in asking.read(one.text).stems}
        near = np.maximum.reduceat(every @ vectors.of([one.text])[0], first)
        shared = [sum(weight for stem, weight in weights.items() if stem in own) for own in stems]
        score = near + np.array(shared) / (sum(weights.values()) or 1.0)
        order: list[int] = np.argsort(-score)[: PASSAGES + 1].tolist()
        best = [shelf[at] for at in order]
        others = [text for text in best if text != one.own]
        with_own = best[:PASSAGES] if one.own in best[:PASSAGES] else [*others[: PASSAGES - 1], one.own]
        found.append(one._replace(paragraphs=tuple(with_own)))
        if place % 8 == 1:
            found.append(one._replace(paragraphs=tuple(others[:PASSAGES]), answers=()))
    return found


def tried(one: Question, vectors: Vectors) -> tuple[Tried, list[features.Features]]:
    """Every candidate and its features; without scores."""
    question = asking.read(one.text)
    found = cut(one.paragraphs)
    near = vectors.of([each.text for each in found]) @ vectors.of([one.text])[0]
    looked = look(question, found, near)
    rows: list[features.Features] = []
    every: list[Candidate] = []
    f1: list[float] = []
    exact: list[float] = []
    for number, scene in enumerate(looked.scenes):
        places = list(candidates(scene.words))
        begins, ends = features.starts(question, scene.words), features.ends(question, scene.words)
        own = one.paragraphs[looked.sentences[number].passage] == one.own
        spans = features.spans(question, scene, looked.rarity, places)
        for (first, last), whole in zip(places, spans, strict=True):
            rows.append(begins[first] + ends[last] + whole)
            every.append(Candidate(number, first, last, 0.0))
            text = looked.sentences[number].text[scene.words[first].start : scene.words[last].end]
            f1.append(max((word_f1(answer, text) for answer in one.answers), default=0.0) if own else 0.0)
            exact.append(max((exact_match(answer, text) for answer in one.answers), default=0.0) if own else 0.0)
    return Tried(one, looked, every, np.array(f1), np.array(exact)), rows


class Table:
    """All candidates of some questions as one sparse matrix, a row each; without `names`, of all frequent features."""

    def __init__(self, asked: Sequence[Question], vectors: Vectors, names: Mapping[str, int] | None = None) -> None:
        self.tries: list[Tried] = []
        known: dict[str, int] = dict(names or {})
        columns, values, ends, starts = [np.empty(0, np.int32)], [np.empty(0, np.float32)], [0], [0]
        for one in asked:
            tries, rows = tried(one, vectors)
            self.tries.append(tries)
            for row in rows:
                if names is None:
                    own = [(known.setdefault(name, len(known)), value) for name, value in row]
                else:
                    own = [(known[name], value) for name, value in row if name in known]
                columns.append(np.array([column for column, _ in own], np.int32))
                values.append(np.array([value for _, value in own], np.float32))
                ends.append(ends[-1] + len(own))
            starts.append(len(ends) - 1)
        self.starts = np.array(starts)
        shape = (len(ends) - 1, len(known))
        matrix: Any = sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), np.array(ends)), shape=shape)
        if names is None:
            kept = np.flatnonzero(np.bincount(matrix.indices, minlength=shape[1]) >= SEEN)
            every = list(known)
            known = {every[old]: new for new, old in enumerate(kept.tolist())}
            matrix = matrix[:, kept]
        self.names = known
        self.matrix: Any = matrix

    def rows(self, places: Sequence[int]) -> tuple[Any, NDArray[np.int64], list[Tried]]:
        """The part of the table that belongs to these questions."""
        spans = [(int(self.starts[at]), int(self.starts[at + 1])) for at in places]
        chosen = np.concatenate([np.arange(first, last) for first, last in spans])
        starts = np.cumsum([0, *(last - first for first, last in spans)])
        return self.matrix[chosen], starts, [self.tries[at] for at in places]


# --------------------------------------------------------------------------------------------------------- fitting


def fit(matrix: Any, starts: NDArray[np.int64], tries: Sequence[Tried], begin: Floats | None = None) -> Floats:
    """Weights that make the right candidates likely among all of a question's: a softmax over candidates.

    An exact answer counts whole, one that shares more than half of the words three tenths of its F1.
    """
    f1 = np.concatenate([each.f1 for each in tries])
    exact = np.concatenate([each.exact for each in tries])
    target = np.where(exact > 0, 1.0, np.where(f1 > GOOD, 0.3 * f1, 0.0))
    first = starts[:-1]
    group = np.repeat(np.arange(len(first)), np.diff(starts))

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = matrix @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, first)[group])
        likely /= np.add.reduceat(likely, first)[group]
        good = np.maximum(np.add.reduceat(likely * target, first), 1e-12)
        slope = likely - likely * target / good[group]
        return -np.log(good).sum() + STRENGTH * (weights @ weights) / 2, matrix.T @ slope + STRENGTH * weights

    begin = np.zeros(int(matrix.shape[1]), np.float64) if begin is None else begin
    return minimised(loss, begin, rounds=ROUNDS)


Bounds = Sequence[tuple[float | None, float | None]]


def minimised(
    loss: Callable[[Floats], tuple[float, Floats]],
    begin: Floats,
    *,
    rounds: int = 15_000,
    bounds: Bounds | None = None,
) -> Floats:
    """Where the loss, given with its slope, is least within bounds."""
    # Half of its types are unknown.
    minimize = cast("Any", optimize.minimize)  # pyright: ignore[reportUnknownMemberType]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": rounds})
    return found.x


def teachable(tries: Tried) -> bool:
    """Whether a right candidate is among those looked at."""
    return len(tries.f1) > 0 and bool(tries.f1.max() > GOOD)


def out_of_fold(table: Table, whole: Floats) -> Floats:
    """A score for every candidate, by weights that have not seen its article."""
    articles = sorted({each.question.article for each in table.tries})
    random.Random(SEED).shuffle(articles)
    fold = {article: place % FOLDS for place, article in enumerate(articles)}
    scores = np.zeros(table.matrix.shape[0])
    for number in range(FOLDS):
        teach = [at for at, each in enumerate(table.tries) if fold[each.question.article] != number and teachable(each)]
        weights = fit(*table.rows(teach), whole / 2)
        for at, each in enumerate(table.tries):
            if fold[each.question.article] == number:
                span = slice(table.starts[at], table.starts[at + 1])
                scores[span] = table.matrix[span] @ weights
        print(f"  fold {number + 1} of {FOLDS}", flush=True)
    return scores


class Answered(NamedTuple):
    """The best candidate of a question: its signs, F1 and match; whether there is an answer at all."""

    signs: dict[str, float]
    f1: float
    exact: float
    has_answer: bool


def answered(table: Table, scores: Floats) -> list[Answered]:
    """The best candidate of each question; questions without a candidate are left out."""
    found: list[Answered] = []
    for at, each in enumerate(table.tries):
        own = scores[table.starts[at] : table.starts[at + 1]]
        if not len(own):
            continue
        order: list[int] = np.argsort(-own, kind="stable").tolist()
        ranked = [each.found[place]._replace(score=float(own[place])) for place in order]
        signs = confidence.signs(asking.read(each.question.text), each.looked.scenes, ranked, each.looked.known)
        best = order[0]
        found.append(Answered(signs, float(each.f1[best]), float(each.exact[best]), bool(each.question.answers)))
    return found


def fit_confidence(given: Sequence[Answered]) -> dict[str, float]:
    """Weights of the signs, by logistic regression on signs of one scale, penalised alike."""
    names = sorted({name for each in given for name in each.signs})
    rows = np.array([[each.signs.get(name, 0.0) for name in names] for each in given])
    right = np.array([each.f1 >= GOOD for each in given], np.float64)
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - middle) / spread

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = scaled @ weights[1:] + weights[0]
        chance = 1 / (1 + np.exp(-score))
        value = np.logaddexp(0, score).sum() - (right * score).sum() + RIGHT_STRENGTH * (weights[1:] @ weights[1:]) / 2
        slope = chance - right
        return value, np.concatenate([[slope.sum()], scaled.T @ slope + RIGHT_STRENGTH * weights[1:]])

    bounds = [(0.0 if name in FOR else None, 0.0 if name in AGAINST else None) for name in names]
    found = minimised(loss, np.zeros(len(names) + 1), bounds=[(None, None), *bounds])
    weights = found[1:] / spread
    bias = float(found[0] - weights @ middle)
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)} | {
        "bias": round(bias, 4)
    }


# ------------------------------------------------------------------------------------------------------- measuring


def chances(given: Sequence[Answered], weights: Mapping[str, float]) -> Floats:
    """The chance of each to be right."""
    return np.array([confidence.chance(each.signs, weights) for each in given])


def squad(given: Sequence[Answered], sure: Floats, least: float) -> tuple[float, float]:
    """F1 and exact match over questions with and without an answer, where less sure answers are withheld."""
    f1 = [(each.f1 if each.has_answer else 0.0) if chance >= least else float(not each.has_answer)
          for each, chance in zip(given, sure, strict=True)]  # fmt: skip
    exact = [(each.exact if each.has_answer else 0.0) if chance >= least else float(not each.has_answer)
             for each, chance in zip(given, sure, strict=True)]  # fmt: skip
    return float(np.mean(f1)), float(np.mean(exact))


def best_least(given: Sequence[Answered], sure: Floats) -> float:
    """The chance below which silence gains most."""
    return float(max(np.arange(0.02, 0.9, 0.01), key=lambda least: squad(given, sure, least)[0]))


def report(name: str, given: Sequence[Answered], sure: Floats, least: float) -> dict[str, float]:
    """Print how the answers are, and give the figures."""
    has = np.array([each.has_answer for each in given])
    f1, exact = squad(given, sure, least)
    figures = {
        "n": len(given),
        "f1": f1,
        "exact": exact,
        "answerable_f1": float(np.mean([each.f1 for each in given if each.has_answer])),
        "answerable_exact": float(np.mean([each.exact for each in given if each.has_answer])),
        "silent_on_impossible": float(np.mean(sure[~has] < least)),
        "silent_on_answerable": float(np.mean(sure[has] < least)),
        "always_silent_f1": float(np.mean(~has)),
    }
    print(name, {key: round(value, 3) for key, value in figures.items()})
    right = np.array([each.f1 >= GOOD and each.has_answer for each in given])
    for low in np.arange(0, 1, 0.2):
        within = (sure >= low) & (sure < low + 0.2)
        if within.any():
            print(f"  said {sure[within].mean():.2f}, were {right[within].mean():.2f} right (n={within.sum()})")
    return figures


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description="Fit the weights of local/reader.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--vectors", type=Path, help="keep sentence vectors in this .npz between runs")
    parser.add_argument("--out", type=Path, help="write the weights to this file")
    given = parser.parse_args()
    begun = time.monotonic()
    sets = read(given.data)
    print({name: len(part) for name, part in sets._asdict().items()}, flush=True)
    vectors = Vectors(given.vectors)
    every = [*sets.teach, *sets.articles, *sets.bench]
    vectors.learn([text for one in every for text in (one.text, *(each.text for each in cut(one.paragraphs)))])
    table = Table(searched(sets.teach, vectors), vectors)
    print(f"{table.matrix.shape} candidates and features, {time.monotonic() - begun:.0f} s", flush=True)
    weights = fit(*table.rows([at for at, each in enumerate(table.tries) if teachable(each)]))
    print(f"fitted, {time.monotonic() - begun:.0f} s", flush=True)
    taught = answered(table, out_of_fold(table, weights))
    # The second set has answers to everything; how often there is none is learned from the first alone.
    own = [each for each, tries in zip(taught, [t for t in table.tries if len(t.f1)], strict=True)
           if not tries.question.article.startswith("more ")]  # fmt: skip
    right = fit_confidence(own)
    least = best_least(own, chances(own, right))
    report("out of fold", own, chances(own, right), least)
    for name, asked in (("other articles", sets.articles), ("bench", sets.bench)):
        there = Table(asked, vectors, table.names)
        answers = answered(there, there.matrix @ weights)
        report(name, answers, chances(answers, right), least)
    if given.out:
        answer = {name: round(float(weights[at]), 3) for name, at in table.names.items() if abs(weights[at]) >= 0.02}
        content = {"answer": answer, "right": right, "least": round(least, 2)}
        given.out.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
        print(f"{len(answer)} weights written to {given.out}, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
