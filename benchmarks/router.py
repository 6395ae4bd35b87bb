"""The router on recorded outcomes of real models: quality against calls, and how often a certified promise breaks.

It does not know how routers are served. `--data PATH` measures other questions in the same format: rows with a question
and either `scores` by model or two columns that say whether Mixtral and GPT-4 were right.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit, machine
from benchmarks.routed.curve import curve
from benchmarks.routed.promises import Choice, Population, by_eye, by_proof, resample
from benchmarks.routed.sets import CHEAP, GSM8K, STRONG, Recorded, read, vectors, with_vectors
from vouch.contracts.router import Query
from vouch.models.blas import one_thread
from vouch.routing.chances import Chances, learn
from vouch.routing.checks import faults
from vouch.routing.outcome import Outcome
from vouch.routing.reply import Reply
from vouch.routing.signals import with_reply

SPLITS = 5
SMALL, LARGE = "qwen2.5-7b-instruct", "llama-3.3-nemotron-super-49b-v1"
RULES_SHARE = 0.16

Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
Figures = dict[str, float]


def splits(n: int) -> Iterator[tuple[Places, Places]]:
    """Random halves: to learn from, and to test on."""
    for seed in range(SPLITS):
        order = np.random.default_rng(seed).permutation(n)
        yield order[: n // 2], order[n // 2 :]


def taken(outcomes: Sequence[Outcome], places: Places) -> list[Outcome]:
    """Some of the outcomes."""
    return [outcomes[place] for place in places.tolist()]


def study(name: str, recorded: Recorded, *, cheap: str, strong: str, labels: Sequence[int | None] = (None,)) -> Figures:
    """APGR and CPT80 of the learned gain over all splits, for so many labels (None: the whole half)."""
    figures: Figures = {}
    for count in labels:
        apgr: list[float] = []
        cpt: list[float] = []
        for known, asked in splits(len(recorded.outcomes)):
            pair = [_pair(outcome, cheap, strong) for outcome in taken(recorded.outcomes, known[:count])]
            queries = [outcome.query for outcome in taken(recorded.outcomes, asked)]
            gains = learn(pair).gains(queries, cheap=cheap, strong=strong)
            found = curve(gains, recorded.scores(cheap)[asked], recorded.scores(strong)[asked])
            apgr.append(found.apgr)
            cpt.append(found.cpt(0.8))
        label = name if count is None else f"{name}_{count}"
        figures |= {f"{label}_apgr": statistics.mean(apgr), f"{label}_cpt80": statistics.mean(cpt)}
        tell(f"{label}", apgr, cpt)
    return figures


def plain(name: str, recorded: Recorded, *, cheap: str, strong: str) -> Figures:
    """The same for simple orders: random, by length of the prompt, and by someone who knows all scores."""
    length = np.array([len(text) for text in recorded.texts], dtype=np.float64)
    won = recorded.scores(strong) - recorded.scores(cheap)
    orders: dict[str, Doubles] = {"random": np.zeros(len(length)), "length": length, "oracle": won}
    figures: Figures = {}
    for order, gains in orders.items():
        found = [
            curve(gains[asked], recorded.scores(cheap)[asked], recorded.scores(strong)[asked], seed=seed)
            for seed, (_, asked) in enumerate(splits(len(length)))
        ]
        apgr, cpt = [each.apgr for each in found], [each.cpt(0.8) for each in found]
        figures |= {f"{name}_{order}_apgr": statistics.mean(apgr), f"{name}_{order}_cpt80": statistics.mean(cpt)}
        tell(f"{name}, {order}", apgr, cpt)
    return figures


def tell(name: str, apgr: Sequence[float], cpt: Sequence[float]) -> None:
    """One line of the table: mean and spread over the splits."""
    print(
        f"  {name:32} APGR {statistics.mean(apgr):.3f} (sd {statistics.stdev(apgr):.3f}), "
        f"CPT80 {statistics.mean(cpt):.1%} (sd {statistics.stdev(cpt):.1%})",
        flush=True,
    )


def read_replies(recorded: Recorded, replies: NDArray[np.float32] | None) -> Recorded:
    """The questions together with what their cheap answers tell."""
    outcomes: list[Outcome] = []
    for place, (outcome, text) in enumerate(zip(recorded.outcomes, recorded.replies, strict=True)):
        reply = Reply(text, embedding=None if replies is None else replies[place])
        outcomes.append(Outcome(with_reply(outcome.query, reply, form=GSM8K), outcome.scores))
    return recorded._replace(outcomes=tuple(outcomes))


def rules(recorded: Recorded) -> Figures:
    """What rules alone recover: answers with a fault go up, no label is used."""
    found = [
        faults(Reply(reply), question=text, form=GSM8K)
        for text, reply in zip(recorded.texts, recorded.replies, strict=True)
    ]
    won = recorded.scores(STRONG) - recorded.scores(CHEAP)
    up = np.array([bool(each) for each in found])
    sure = np.array([len(each) + any("cannot be read" not in fault for fault in each) for each in found])
    at = float(np.interp(RULES_SHARE, *curve(sure.astype(float), recorded.scores(CHEAP), recorded.scores(STRONG))))
    share, gap = float(up.mean()), float(won[up].sum() / won.sum())
    print(f"  rules only: {gap:.1%} of the gap at {share:.1%} of the calls; {at:.1%} at {RULES_SHARE:.0%}")
    return {"rules_gap_recovered": gap, "rules_share": share, "rules_gap_at_16": at}


def nine(recorded: Recorded) -> Figures:
    """The best expected model of nine by the prompt alone, beside the best single one; and one pair of them."""
    gain: list[float] = []
    parity: list[float] = []
    for known, asked in splits(len(recorded.outcomes)):
        chances = learn(taken(recorded.outcomes, known))
        scores = np.array([recorded.scores(model)[asked] for model in chances.models]).T
        queries = [outcome.query for outcome in taken(recorded.outcomes, asked)]
        expected = np.array([list(chances.read(query).expected.values()) for query in queries])
        single = scores[:, chances.models.index(chances.strongest)].mean()
        gain.append(float(scores[np.arange(len(scores)), expected.argmax(axis=1)].mean() - single))
        parity.append(_parity(chances, queries, recorded, asked))
    print(
        f"  nine models: {statistics.mean(gain):+.4f} over the best single one (sd {statistics.stdev(gain):.4f}, "
        f"least {min(gain):+.4f}); {SMALL} -> {LARGE} reaches the latter's score at {statistics.mean(parity):.1%} "
        f"strong calls (sd {statistics.stdev(parity):.1%})"
    )
    return {"nine_gain_over_best_single": statistics.mean(gain), "nine_strong_share_at_parity": statistics.mean(parity)}


def _parity(chances: Chances, queries: Sequence[Query], recorded: Recorded, asked: Places) -> float:
    gains = chances.gains(queries, cheap=SMALL, strong=LARGE)
    return curve(gains, recorded.scores(SMALL)[asked], recorded.scores(LARGE)[asked]).cpt(1.0)


def _pair(outcome: Outcome, cheap: str, strong: str) -> Outcome:
    return Outcome(outcome.query, {cheap: outcome.scores[cheap], strong: outcome.scores[strong]})


def population(name: str, recorded: Recorded, *, cheap: str, strong: str) -> Population:
    """The second half of the first split, with gains learned from the first half."""
    known, asked = next(splits(len(recorded.outcomes)))
    pair = [_pair(outcome, cheap, strong) for outcome in taken(recorded.outcomes, known)]
    queries = [outcome.query for outcome in taken(recorded.outcomes, asked)]
    gains = learn(pair).gains(queries, cheap=cheap, strong=strong)
    return Population(name, gains, recorded.scores(cheap)[asked], recorded.scores(strong)[asked])


def promises(populations: Sequence[Population], runs: int) -> Figures:
    """Every population, bar, size and method; the worst of all is the figure."""
    methods: dict[str, Choice] = {"sign": by_proof("sign"), "betting": by_proof("betting"), "by eye": by_eye}
    worst, naive, extra = 0.0, 0.0, 0.0
    figures: Figures = {}
    for each in populations:
        for bar in (0.98, 0.95):
            least = each.least_share(bar, relative=True)
            for n in (200, 500, 2000):
                for method, choice in methods.items():
                    count = runs if method != "by eye" else min(runs, 200)
                    held = resample(each, choice, bar=bar, n=n, runs=count)
                    print(
                        f"  {each.name:8} bar {bar:.0%}, n = {n:4}, {method:7}: broken {held.broken:.3f}, strong calls "
                        f"{held.strong_share:.1%} (best possible {least:.1%})",
                        flush=True,
                    )
                    if method == "by eye":
                        naive = max(naive, held.broken)
                        continue
                    worst = max(worst, held.broken)
                    if method == "sign" and n == 2000:
                        extra = max(extra, held.strong_share - least)
                        figures[f"strong_share_{each.name}_{round(100 - 100 * bar)}pct"] = held.strong_share
    return {"violations_max": worst, "violations_by_eye_max": naive, "extra_strong_calls_2000_max": extra} | figures


def absolute(each: Population, runs: int) -> float:
    """The worst of the promises that are scores by themselves."""
    worst = 0.0
    for bar in (float(each.strong.mean()) - 0.02, float(each.strong.mean()) + 0.01):
        for method in ("tail", "betting"):
            for n in (200, 2000):
                held = resample(each, by_proof(method, relative=False), bar=bar, n=n, runs=runs, relative=False)
                print(
                    f"  {each.name:8} at least {bar:.1%} right, n = {n:4}, {method:7}: broken {held.broken:.3f}, "
                    f"strong calls {held.strong_share:.1%}",
                    flush=True,
                )
                worst = max(worst, held.broken)
    return worst


def own_data(folder: Path, runs: int) -> Figures:
    """Everything on the data that the goals were set for."""
    print("GSM8K, Mixtral-8x7B -> GPT-4")
    bare = read(folder / "routing" / "routellm_gsm8k.jsonl")
    embedded = with_vectors(bare)
    figures = study("gsm8k", embedded, cheap=CHEAP, strong=STRONG, labels=(200, None))
    figures |= study("gsm8k_no_embedder", bare, cheap=CHEAP, strong=STRONG)
    cascade = read_replies(embedded, vectors(bare.replies))
    without = read_replies(bare, None)
    figures |= study("gsm8k_cascade", cascade, cheap=CHEAP, strong=STRONG, labels=(200, None))
    figures |= study("gsm8k_cascade_no_embedder", without, cheap=CHEAP, strong=STRONG, labels=(200, None))
    figures |= plain("gsm8k", bare, cheap=CHEAP, strong=STRONG) | rules(bare)
    print("nine models, 14 tasks")
    mixed = read(folder / "routing" / "llmrouter_9models.jsonl.gz")
    figures |= nine(mixed) | study("nine_pair", mixed, cheap=SMALL, strong=LARGE)
    figures |= plain("nine_pair", mixed, cheap=SMALL, strong=LARGE)
    print(f"promises: {runs} resamples each, nominal 5 %")
    populations = [
        population("gsm8k", without, cheap=CHEAP, strong=STRONG),
        population("mixed", mixed, cheap=SMALL, strong=LARGE),
    ]
    figures |= promises(populations, runs)
    figures["violations_max"] = max(figures["violations_max"], absolute(populations[0], min(runs, 300)))
    figures["strong_share_2pct"] = figures["strong_share_mixed_2pct"]
    return figures


def other_data(path: Path) -> Figures:
    """The same curves on questions that were kept back."""
    bare = read(path)
    if len(bare.models) > 2:
        return nine(bare)
    labels: Sequence[int | None] = [count for count in (500, 2000, 7000) if count <= len(bare.outcomes) // 2] or [None]
    figures = study("pair_no_embedder", bare, cheap=CHEAP, strong=STRONG, labels=labels)
    if "--no-embedder" not in sys.argv:
        figures |= study("pair", with_vectors(bare), cheap=CHEAP, strong=STRONG, labels=labels)
    return figures | plain("pair", bare, cheap=CHEAP, strong=STRONG)


GOALS = {
    "gsm8k_apgr": ">= 0.70",
    "gsm8k_cpt80": "<= 0.53",
    "gsm8k_cascade_200_apgr": ">= 0.75",
    "gsm8k_cascade_apgr": ">= 0.82",
    "gsm8k_cascade_cpt80": "<= 0.33",
    "rules_gap_recovered": ">= 0.50",
    "rules_gap_at_16": ">= 0.50",
    "nine_gain_over_best_single": "> 0",
    "nine_strong_share_at_parity": "<= 0.15",
    "strong_share_2pct": "<= 0.33",
    "extra_strong_calls_2000_max": "<= 0.10",
    "violations_max": "<= 0.05",
}


def main() -> None:
    """Print every study, then the figures."""
    folder = data_folder()
    with one_thread():
        _measure(folder)


def _measure(folder: Path | None) -> None:
    print(f"the router on recorded outcomes, {SPLITS} random halves, on {machine()}")
    if "--data" in sys.argv:
        place = sys.argv.index("--data") + 1
        if place >= len(sys.argv) or not Path(sys.argv[place]).is_file():
            raise SystemExit("--data wants the path of a file of outcomes")
        emit("router", other_data(Path(sys.argv[place])), {})
        return
    if folder is None:
        raise SystemExit("needs the real data sets (in ../shared/data, or where VOUCH_DATA points)")
    emit("router", own_data(folder, 100 if "--quick" in sys.argv else 1000), GOALS)


if __name__ == "__main__":
    main()
