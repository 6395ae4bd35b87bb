"""Certificates over many resamples of recorded outcomes of real models: how often is one wrong?

It does not know how an app is certified, only the claims: a share of right answers, the same while looking after every
case, a share right on what is answered alone, and a router that keeps the strong model's quality.
"""

from __future__ import annotations

import gzip
import math
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit, machine
from vouch.stats import betting, binomial, selective
from vouch.stats.multiple import fixed_sequence

Numbers = NDArray[np.float64]

SIZES = (200, 500, 1000)
LOSS = 0.05
STEPS = 50


class Recorded(NamedTuple):
    """GSM8K's questions: whether the weak and the strong model were right, whether their numbers agree, and lengths."""

    weak: Numbers
    strong: Numbers
    agree: Numbers
    length: Numbers


class Pool(NamedTuple):
    """The recorded outcomes of one model, as if they were all of its traffic."""

    name: str
    right: NDArray[np.bool_]


def read_gsm8k(folder: Path) -> Recorded:
    """1,319 questions answered by two models."""
    rows: list[dict[str, Any]] = _lines((folder / "routing" / "routellm_gsm8k.jsonl").read_bytes())
    numbers = [[_last_number(row[f"{model}_response"]) for model in ("mixtral", "gpt4")] for row in rows]
    return Recorded(
        np.array([row["mixtral_correct"] for row in rows], dtype=np.float64),
        np.array([row["gpt4_correct"] for row in rows], dtype=np.float64),
        np.array([first == second for first, second in numbers], dtype=np.float64),
        np.array([len(row["question"]) for row in rows], dtype=np.float64),
    )


def read_pools(folder: Path, gsm8k: Recorded) -> list[Pool]:
    """Both models of GSM8K, and nine on fourteen tasks."""
    pools = [Pool("Mixtral on GSM8K", gsm8k.weak == 1), Pool("GPT-4 on GSM8K", gsm8k.strong == 1)]
    rows: list[dict[str, Any]] = _lines(
        gzip.decompress((folder / "routing" / "llmrouter_9models.jsonl.gz").read_bytes())
    )
    for model in sorted(rows[0]["scores"]):
        scores = np.array([row["scores"].get(model) or 0.0 for row in rows])
        pools.append(Pool(f"{model} on 14 tasks", scores >= 1))
    return pools


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in content.split(b"\n") if line]


def _last_number(text: str) -> str:
    found = re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)
    return found[-1].replace(",", "") if found else ""


def shares(pools: list[Pool], runs: int) -> tuple[float, int]:
    """How often the exact lower bound exceeds the truth: a claim as high as can be made.

    Over all pools and sizes together; and in how many of them it is more than 5 % beyond chance (at 99.9 %).
    """
    random = np.random.default_rng(1)
    everything: list[float] = []
    print(f"\nshare of right answers, the highest claim that is proved, {runs} resamples each")
    for pool in pools:
        truth = float(pool.right.mean())
        wrong: list[float] = []
        for n in SIZES:
            right = random.binomial(n, truth, runs)
            counts, times = np.unique(right, return_counts=True)
            false = binomial.lower_bounds(counts, n) > truth
            wrong.append(float((false * times).sum()) / runs)
        naive = float((random.binomial(SIZES[1], truth, runs) / SIZES[1] >= truth + 0.01).mean())
        cells = ", ".join(f"n = {n}: {share:.4f}" for n, share in zip(SIZES, wrong, strict=True))
        print(f"  {pool.name:34} true {truth:.3f}; wrong {cells}; a score shows a point too much in {naive:.2f}")
        everything += wrong
    beyond = sum(binomial.lower_bound(round(share * runs), runs, 0.999) > 0.05 for share in everything)
    return float(np.mean(everything)), beyond


def anytime(pools: list[Pool], runs: int) -> float:
    """A claim just above the truth, tested after every one of 2,000 cases: how often is it ever proved?"""
    random = np.random.default_rng(2)
    worst = 0.0
    for pool in pools:
        truth = float(pool.right.mean())
        errors, proved = np.zeros(runs), np.zeros(runs, dtype=bool)
        for n in range(1, 2001):
            errors += random.random(runs) >= truth
            table = betting.claim_capital(np.arange(n + 1), n, truth)
            proved |= table[errors.astype(np.intp)] >= math.log(20)
        print(f"  {pool.name:34} claim {truth:.3f}: ever proved {proved.mean():.4f}")
        worst = max(worst, float(proved.mean()))
    return worst


def alone(recorded: Recorded, runs: int) -> float:
    """GPT-4's answers go out alone where the other model's number agrees and the question is short."""
    random = np.random.default_rng(3)
    confidence = recorded.agree - recorded.length / recorded.length.max()
    right = recorded.strong == 1
    worst = 0.0
    for target in (0.9, 0.95):
        wrong = naive = coverage = 0.0
        for _ in range(runs):
            drawn = random.integers(0, len(right), 800)
            trials = list(zip(confidence[drawn].tolist(), right[drawn].tolist(), strict=True))
            found = selective.select_threshold(trials[:500], target=target, tuning=trials[500:])
            picked = selective.naive_threshold(trials[:500], target)
            wrong += found.threshold is not None and float(right[confidence >= found.threshold].mean()) < target
            naive += picked is not None and float(right[confidence >= picked].mean()) < target
            coverage += found.coverage
        print(
            f"  {target:.0%} right on what is answered alone: wrong {wrong / runs:.4f}, answers {coverage / runs:.2f} "
            f"alone; the threshold that looks right is wrong in {naive / runs:.2f}"
        )
        worst = max(worst, wrong / runs)
    return worst


def routed(recorded: Recorded, runs: int) -> float:
    """A router certified to keep 95 % of the strong model's quality; it sends long questions to the strong model."""
    random = np.random.default_rng(4)
    score = recorded.length
    limits = np.append(np.quantile(score, np.arange(STEPS) / STEPS), np.inf)
    strong = score[:, None] >= limits[None, :]
    # From all strong to all weak; what each threshold gives each question.
    quality = np.where(strong, recorded.strong[:, None], recorded.weak[:, None])
    truth = quality.mean(axis=0) >= (1 - LOSS) * recorded.strong.mean()
    differences = quality - (1 - LOSS) * recorded.strong[:, None]
    wrong = naive = sent = 0.0
    for _ in range(runs):
        drawn = random.integers(0, len(score), 1000)
        sample = differences[drawn]
        last = _certified(sample)
        wrong += last >= 0 and not truth[last]
        sent += float(strong[:, max(last, 0)].mean())
        picked = int(np.flatnonzero(sample.mean(axis=0) >= 0)[-1])
        naive += not truth[picked]
    print(
        f"  router keeps {1 - LOSS:.0%} of the strong model's quality: wrong {wrong / runs:.4f}, sends "
        f"{sent / runs:.2f} to the strong model; the threshold that looks right is wrong in {naive / runs:.2f}"
    )
    return wrong / runs


def _certified(sample: Numbers) -> int:
    """The last threshold before the first that is not proved, walking from all strong; -1 for none."""
    p_values: list[float] = []
    for column in sample.T:
        p_values.append(betting.p_value(column, least=1 - LOSS))
        if p_values[-1] > 0.05:
            break
    return fixed_sequence(p_values, 0.05) - 1


def main() -> None:
    """Print every kind of certificate, then the figures."""
    folder = data_folder()
    if folder is None:
        raise SystemExit("needs the real data sets (in ../shared/data, or where VOUCH_DATA points)")
    quick = "--quick" in sys.argv
    runs, few = 10_000, 500 if quick else 10_000
    print(f"certificates on recorded outcomes, at 95 % confidence, on {machine()}")
    gsm8k = read_gsm8k(folder)
    pools = read_pools(folder, gsm8k)
    wrong_claims, beyond = shares(pools, runs)
    figures = {"wrong_share_claim": wrong_claims}
    print(f"\nlooking after every case, {few} resamples")
    figures["wrong_share_anytime"] = anytime(pools[:2] if quick else pools[:4], few)
    print(f"\nthresholds, {few} resamples")
    figures["wrong_share_alone"] = alone(gsm8k, few)
    figures["wrong_share_router"] = routed(gsm8k, few)
    figures = {"wrong_share": max(figures.values())} | figures | {"claims_beyond_5_percent": float(beyond)}
    emit("certificate", figures, {"wrong_share": "<= 0.05", "claims_beyond_5_percent": "= 0"})


if __name__ == "__main__":
    main()
