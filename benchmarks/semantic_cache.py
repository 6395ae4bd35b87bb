"""How often the semantic cache would answer with the answer to another question, by its threshold.

It does not know answers: two questions of one intent are taken to have the same one.

`python -m benchmarks.semantic_cache [--quick]`. Real questions with their intents (Banking77: 77 intents of one bank,
the hard case; CLINC150: 150 intents of ten domains), training rows only, each set cut in two halves. Each question
meets all others of its half as questions already kept; the nearest at or above the threshold that the gate lets pass is
its hit; a hit of another intent is false. The threshold is the lowest at which at most 1 % of the hits are false on the
first half of both sets together; the second half says what it is worth. The sets' own labels err too, and
near-twins with two labels count against the cache here: the figures are upper ends. Last, pairs that differ in one word
on which the answer hangs, which such sets do not hold: how many would be taken for each other without the gate, and
with it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit
from vouch.models.minilm.minilm import MiniLM
from vouch.project.config import CacheEntry
from vouch.serve.cache.gate import Marks, agree, marks_of
from vouch.serve.cache.nearest import Nearest
from vouch.stats.binomial import upper_bound

THRESHOLDS: Final = (0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98)
SETS: Final = (("banking77", ("train",)), ("clinc150", ("train", "val")))
PROMISE: Final = 0.01
NEIGHBOURS: Final = 16

PAIRS: Final = (
    ("How do I enable notifications?", "How do I disable notifications?"),
    ("How do I lock my card?", "How do I unlock my card?"),
    ("Can I cancel my order after it has shipped?", "Can I cancel my order before it has shipped?"),
    ("Is the battery included?", "Is the battery not included?"),
    ("Can I take liquids on board?", "Can't I take liquids on board?"),
    ("What does the plan with 5 seats cost?", "What does the plan with 50 seats cost?"),
    ("When does the train to Madrid leave?", "When does the train to Malaga leave?"),
    ("How do I upload a file?", "How do I download a file?"),
    ("What is the minimum age?", "What is the maximum age?"),
    ("How do I increase my limit?", "How do I decrease my limit?"),
    ("Is it safe to mix these two?", "Is it unsafe to mix these two?"),
    ("Do I pay when I send money?", "Do I pay when I receive money?"),
    ("What time do you open on Monday?", "What time do you open on Sunday?"),
    ("Is my request approved?", "Is my request rejected?"),
    ("How do I install the app?", "How do I uninstall the app?"),
    ("Can I return it within 14 days?", "Can I return it within 40 days?"),
    ("What is the first instalment?", "What is the last instalment?"),
    ("How do I subscribe to the newsletter?", "How do I unsubscribe from the newsletter?"),
    ("Should I take it before a meal?", "Should I take it after a meal?"),
    ("Does the warranty cover water damage?", "Doesn't the warranty cover water damage?"),
    ("How much is a single room?", "How much is a double room?"),
    ("Which is the cheapest phone you have?", "Which is the most expensive phone you have?"),
    ("Can I drink coffee with this medicine?", "Can I drink alcohol with this medicine?"),
    ("Is the service available in Austria?", "Is the service available in Australia?"),
)
"""The answer to one of these is wrong for the other."""

GOALS: Final = {
    "threshold": f"the lowest at which <= {PROMISE:.0%} of hits are false",
    "false_share": f"<= {PROMISE}",
    "pairs_passed": "as few as can be",
}


class Rows(NamedTuple):
    """Questions of one half of a set."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]
    marks: list[Marks]


class Hits(NamedTuple):
    """What one threshold does."""

    asked: int
    hits: int
    false: int

    def __str__(self) -> str:
        bound = upper_bound(self.false, self.hits, 0.95) if self.hits else 1.0
        share = self.false / max(1, self.hits)
        return f"{self.hits / self.asked:6.1%} hits, {self.false:4d} false = {share:6.2%} of hits (<= {bound:.2%})"


def read(folder: Path, name: str, splits: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Texts and labels."""
    with (folder / "classify" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] in splits and row["label"] != "oos"]
    chosen = np.random.default_rng(7).permutation(len(rows))[:most]
    return [rows[at]["text"] for at in chosen], [rows[at]["label"] for at in chosen]


def measured(rows: Rows, *, gated: bool) -> dict[float, Hits]:
    """Hits and false hits at every threshold."""
    counts = {threshold: [0, 0] for threshold in THRESHOLDS}
    for start in range(0, len(rows.labels), 512):
        cosines = rows.vectors[start : start + 512] @ rows.vectors.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1
        some = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        near = np.take_along_axis(some, np.argsort(-np.take_along_axis(cosines, some, axis=1), axis=1), axis=1)
        for row, places in enumerate(near):
            # Whatever the threshold, the hit is the nearest that the gate lets pass, if it is near enough.
            mine = rows.marks[start + row]
            at = next((int(at) for at in places if not gated or agree(mine, rows.marks[int(at)])), None)
            if at is None:
                continue
            for threshold, count in counts.items():
                if cosines[row, at] >= threshold:
                    count[0] += 1
                    count[1] += bool(rows.labels[start + row] != rows.labels[at])
    return {threshold: Hits(len(rows.labels), *count) for threshold, count in counts.items()}


def together(found: Sequence[dict[float, Hits]]) -> dict[float, Hits]:
    """Several sets as one."""
    return {
        threshold: Hits(*(sum(values) for values in zip(*(one[threshold] for one in found), strict=True)))
        for threshold in THRESHOLDS
    }


def chosen(found: dict[float, Hits]) -> float:
    """The lowest threshold at which the promise is kept; the highest where it is at none."""
    kept = (each for each, hits in found.items() if hits.hits and hits.false <= PROMISE * hits.hits)
    return next(kept, THRESHOLDS[-1])


async def embedded(model: MiniLM, texts: Sequence[str], labels: Sequence[str]) -> Rows:
    """One half, ready to be compared."""
    return Rows(await model.embed(texts), np.array(labels), [marks_of(text) for text in texts])


async def pairs(model: MiniLM, threshold: float) -> tuple[int, int]:
    """How many pairs are near enough, and how many of those the gate lets pass."""
    left = await model.embed([one for one, _ in PAIRS])
    right = await model.embed([other for _, other in PAIRS])
    near = np.sum(left * right, axis=1) >= threshold
    passed = [agree(marks_of(one), marks_of(other)) for one, other in PAIRS]
    return int(near.sum()), int((near & np.array(passed)).sum())


async def lookup_ms(model: MiniLM, rows: Rows, threshold: float) -> float:
    """One question embedded and compared with those of a half."""
    nearest = Nearest(threshold=threshold)
    for at, vector in enumerate(rows.vectors):
        nearest.add("same", str(at), vector, rows.marks[at])
    taken: list[float] = []
    for number in range(50):
        text = f"How do I change the address of order {number}?"
        begun = time.perf_counter()
        vector = (await model.embed([text]))[0]
        list(nearest.find("same", vector, marks_of(text)))
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


async def main(*, quick: bool) -> None:
    """Measure, and tell."""
    folder = data_folder()
    if folder is None:
        print("no data sets here; set VOUCH_DATA")
        return
    model = MiniLM.open(remember=0)
    first: list[dict[float, Hits]] = []
    second: dict[str, dict[float, Hits]] = {}
    plain: list[dict[float, Hits]] = []
    last: Rows | None = None
    for name, splits in SETS:
        texts, labels = read(folder, name, splits, 3_000 if quick else 100_000)
        half = len(texts) // 2
        first.append(measured(await embedded(model, texts[:half], labels[:half]), gated=True))
        last = await embedded(model, texts[half:], labels[half:])
        second[name] = measured(last, gated=True)
        plain.append(measured(last, gated=False))
        print(f"{name}: {len(texts)} questions, half of them kept")
    threshold = chosen(together(first))
    print("\nfirst half, both sets, with the gate")
    for each, hits in together(first).items():
        print(f"  {each:.3f}  {hits}")
    for title, found in (*second.items(), ("both", together(list(second.values()))), ("no gate", together(plain))):
        print(f"\nsecond half, {title}")
        for each, hits in found.items():
            print(f"  {each:.3f}  {hits}{'   <- chosen' if each == threshold else ''}")
    near, passed = await pairs(model, threshold)
    low_near, low_passed = await pairs(model, 0.9)
    print(
        f"\nof {len(PAIRS)} pairs that differ in what matters: {near} at or above {threshold}, {passed} pass the gate;"
    )
    print(f"at 0.9: {low_near}, {low_passed}")
    assert last is not None
    both = together(list(second.values()))[threshold]
    figures = {
        "threshold": threshold,
        "hit_share": both.hits / both.asked,
        "false_share": both.false / max(1, both.hits),
        "false_share_upper95": upper_bound(both.false, both.hits, 0.95) if both.hits else 1.0,
        "false_of_asked": both.false / both.asked,
        "pairs_near": near,
        "pairs_passed": passed,
        "lookup_ms": await lookup_ms(model, last, threshold),
        "default_threshold": CacheEntry().threshold,
    }
    emit("semantic_cache", figures, dict(GOALS))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3,000 questions of each set")
    asyncio.run(main(quick=parser.parse_args().quick))
