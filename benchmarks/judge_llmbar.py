"""Recorded judges against people: published figures reproduced, and what a judge is worth without and with labels.

It does not ask any judge: LLMBar's 419 pairs were judged by six models under up to 15 strategies in both orders, and
PandaLM's 999 pairs by two.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.report import data_folder, emit, machine
from vouch.stats import agreement, binomial, corrected

SETS = ("Natural", "Neighbor", "GPTInst", "GPTOut", "Manual")
LABELS = 100

PUBLISHED = {
    "Vanilla_NoRules": ((93.5, 97.0), (64.2, 89.6), (76.6, 90.2), (76.6, 87.2), (75.0, 89.1)),
    "Vanilla": ((95.5, 95.0), (78.7, 93.3), (86.4, 94.6), (77.7, 93.6), (80.4, 82.6)),
    "CoT": ((94.5, 91.0), (75.0, 90.3), (83.2, 90.2), (74.5, 87.2), (73.9, 82.6)),
    "Swap": ((94.5, 97.0), (77.6, 97.0), (88.0, 95.7), (73.4, 97.9), (81.5, 93.5)),
    "Swap_CoT": ((94.0, 100.0), (78.7, 99.3), (85.3, 96.7), (79.8, 97.9), (77.2, 93.5)),
    "Metrics": ((93.0, 94.0), (83.2, 93.3), (89.7, 90.2), (73.4, 89.4), (81.5, 80.4)),
    "Reference": ((95.5, 97.0), (80.6, 89.6), (87.5, 90.2), (77.7, 85.1), (84.8, 87.0)),
    "Metrics_Reference": ((96.0, 96.0), (85.4, 94.8), (89.7, 90.2), (72.3, 83.0), (83.7, 84.8)),
}
"""GPT-4's accuracy (mean of both orders) and positional agreement in percent on `SETS`, as published with the pairs."""

PANDALM = {"gpt35_result": 0.6977, "pandalm7b_result": 0.6677}


class Judged(NamedTuple):
    """One pair: what people preferred, and the winner before and after swapping (None without a verdict)."""

    label: int
    winner: int | None
    swapped: int | None


Counts = NDArray[np.int64]
Judgements = dict[tuple[str, str, str], list[Judged]]


def read_llmbar(folder: Path) -> Judgements:
    """By judge, strategy and set, in the order of the pairs."""
    found: Judgements = defaultdict(list)
    with (folder / "judge" / "llmbar_judgements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pair = Judged(int(row["label"]), _side(row["winner"]), _side(row["winner_swapped"]))
            found[row["judge"], row["strategy"], row["subset"]].append(pair)
    return dict(found)


def _side(text: str) -> int | None:
    return int(text) if text in ("0", "1", "2") else None


def accuracy(pairs: list[Judged]) -> float:
    """The mean over both orders of the share that agrees with people; without a verdict a pair is wrong."""
    label = [pair.label for pair in pairs]
    orders = ([pair.winner for pair in pairs], [pair.swapped for pair in pairs])
    return sum(agreement.share(label, order).estimate for order in orders) / 2


def bias(pairs: list[Judged]) -> agreement.PositionBias:
    """What swapping the answers changes."""
    return agreement.position_bias([pair.winner for pair in pairs], [pair.swapped for pair in pairs])


def reproduce(folder: Path, judgements: Judgements) -> tuple[int, list[str]]:
    """How many figures come out as recorded, and which do not.

    Published: accuracy and agreement of GPT-4 to a tenth of a percent. All others: the same two figures counted from
    the rows in plain Python; and for GPT-4 once more from its recorded answers.
    """
    reproduced, mismatches = 0, list[str]()
    completions = _from_completions(folder)
    for (judge, strategy, subset), pairs in sorted(judgements.items()):
        ours = (accuracy(pairs), bias(pairs).agreement.estimate)
        expected = [_counted(pairs)]
        if (strategy, subset) in completions and judge == "GPT-4":
            expected.append(_counted(completions[strategy, subset]))
        for values in expected:
            same = all(abs(one - other) < 1e-12 for one, other in zip(ours, values, strict=True))
            reproduced += 2 * same
            mismatches += [] if same else [f"{judge} {strategy} {subset}: {ours} not {values}"]
        if judge == "GPT-4" and strategy in PUBLISHED and subset in SETS:
            published = PUBLISHED[strategy][SETS.index(subset)]
            same = all(abs(100 * one - other) <= 0.0501 for one, other in zip(ours, published, strict=True))
            reproduced += 2 * same
            mismatches += [] if same else [f"{judge} {strategy} {subset}: {ours} not the published {published}"]
    return reproduced, mismatches


def _counted(pairs: list[Judged]) -> tuple[float, float]:
    right = same = 0
    for label, winner, swapped in pairs:
        right += (winner == label) + (swapped == label)
        same += winner is not None and winner == swapped
    return right / (2 * len(pairs)), same / len(pairs)


def _from_completions(folder: Path) -> dict[tuple[str, str], list[Judged]]:
    """GPT-4's verdicts out of its recorded answers, by strategy and set."""
    labels = {(row["subset"], row["i"]): int(row["label"]) for row in _lines(folder / "judge" / "llmbar_pairs.jsonl")}
    found: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in _lines(folder / "judge" / "llmbar_gpt4_completions.jsonl.gz"):
        last: dict[str, Any] = row["result"][-1]
        winner, swapped = (str(last[f"swap = {order}"]["winner"]) for order in (False, True))
        pair = Judged(labels[row["subset"], row["i"]], _side(winner), _side(swapped))
        found[row["strategy"], row["subset"]].append(pair)
    return dict(found)


def _lines(path: Path) -> list[dict[str, Any]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [msgspec.json.decode(line) for line in content.split(b"\n") if line]


def coverage(judgements: Judgements, runs: int) -> dict[str, float]:
    """How often intervals hold the truth, for the share of pairs whose first answer is better.

    Samples as large as LLMBar are drawn from it with replacement; the truth is the share in all of LLMBar.
    """
    random = np.random.default_rng(1)
    raw: dict[str, float] = {}
    fixed: dict[str, float] = {}
    gains: dict[str, float] = {}
    for judge, strategy in sorted({(judge, strategy) for judge, strategy, _ in judgements}):
        pairs = [pair for subset in SETS for pair in judgements.get((judge, strategy, subset), [])]
        name = f"{judge} {strategy}"
        raw[name], fixed[name], gains[name] = _covered(pairs, runs, random)
    shown = sorted(raw, key=lambda name: raw[name])
    print(f"\n{len(shown)} judges, {runs} samples as large: raw coverage, corrected with {LABELS} labels")
    for name in (*shown[:4], *shown[-4:]):
        print(f"  {name:36} {raw[name]:.3f}   {fixed[name]:.4f}   each label is worth {gains[name]:.2f}")
    return {
        "raw_coverage_min": min(raw.values()),
        "raw_coverage_max": max(raw.values()),
        "corrected_coverage_min": min(fixed.values()),
        "label_gain_max": max(gains.values()),
    }


def _covered(pairs: list[Judged], runs: int, random: np.random.Generator) -> tuple[float, float, float]:
    cells = Counter((pair.winner == 1, pair.label == 1) for pair in pairs)
    order = [(True, True), (True, False), (False, True), (False, False)]
    n, truth = len(pairs), sum(pair.label == 1 for pair in pairs) / len(pairs)
    drawn = random.multinomial(n, [cells[cell] / n for cell in order], size=runs).T
    passed, failed = drawn[0] + drawn[1], drawn[2] + drawn[3]
    # As `corrected.choose_labels` does: half of the labels on fails, and the rest of one side to the other.
    failing = np.minimum(failed, np.maximum(LABELS - LABELS // 2, LABELS - passed))
    right = cast("Counts", random.hypergeometric(drawn[0], drawn[1], LABELS - failing))
    stray = cast("Counts", random.hypergeometric(drawn[2], drawn[3], failing))
    _, low, high, error = corrected.stratified_bounds(
        passed, n, right=right, labelled=LABELS - failing, right_failed=stray, labelled_failed=failing
    )
    counts, times = np.unique(passed, return_counts=True)
    inside = (binomial.lower_bounds(counts, n, 0.975) <= truth) & (
        truth <= 1 - binomial.lower_bounds(n - counts, n, 0.975)
    )
    worth = truth * (1 - truth) / float((error**2).mean()) / LABELS
    return float((inside * times).sum()) / runs, float(((low <= truth) & (truth <= high)).mean()), worth


def pandalm(folder: Path) -> dict[str, float]:
    """The share of pairs on which each recorded judge agrees with the majority of three people."""
    rows = _lines(folder / "judge" / "pandalm_testset.jsonl")
    people = [Counter(str(row[f"annotator{each}"]) for each in (1, 2, 3)).most_common(1)[0][0] for row in rows]
    figures: dict[str, float] = {}
    print("\nPandaLM, agreement with the majority of three people")
    for judge, published in PANDALM.items():
        verdicts = [{"Tie": "0"}.get(str(row[judge]), str(row[judge])) for row in rows]
        share, kappa = agreement.share(people, verdicts), agreement.kappa(people, verdicts)
        print(
            f"  {judge:18} {share.estimate:.4f} ({share.low:.3f} to {share.high:.3f}; published {published}), kappa "
            f"{kappa.estimate:.3f} ({kappa.low:.3f} to {kappa.high:.3f})"
        )
        for errors in agreement.error_rates(people, verdicts):
            if errors.missed is not None:
                print(f"    people {errors.label} ({errors.n}): missed {errors.missed.estimate:.3f}")
        figures[f"pandalm_{judge.removesuffix('_result')}"] = share.estimate
    return figures


def describe(judgements: Judgements) -> None:
    """Accuracy and position bias of every judge that answers without an example, on the natural pairs."""
    print("\nNatural, plain instruction with rules: accuracy, agreement of both orders, first place favoured")
    for judge in sorted({judge for judge, _, _ in judgements}):
        pairs = judgements.get((judge, "Vanilla", "Natural"))
        if pairs:
            found = bias(pairs)
            favoured = found.favours_first
            shown = "-" if favoured is None else f"{favoured.estimate:.2f} (p = {found.p:.2g})"
            print(f"  {judge:14} {accuracy(pairs):.3f}   {found.agreement.estimate:.3f}   {shown}")


def main() -> None:
    """Print what is reproduced, what is covered, and the figures."""
    folder = data_folder()
    if folder is None:
        raise SystemExit("needs the real data sets (in ../shared/data, or where VOUCH_DATA points)")
    runs = 2000 if "--quick" in sys.argv else 20_000
    print(f"recorded judges, on {machine()}")
    judgements = read_llmbar(folder)
    describe(judgements)
    reproduced, mismatches = reproduce(folder, judgements)
    print(f"\n{reproduced} figures reproduced, {len(mismatches)} not")
    for mismatch in mismatches[:20]:
        print(f"  {mismatch}")
    panda = pandalm(folder)
    missed = sum(
        round(panda[f"pandalm_{judge.removesuffix('_result')}"], 4) != published for judge, published in PANDALM.items()
    )
    figures = {"reproduced": float(reproduced + len(PANDALM) - missed), "mismatches": float(len(mismatches) + missed)}
    figures |= coverage(judgements, runs) | panda
    goals = {"mismatches": "= 0", "corrected_coverage_min": ">= 0.95"}
    emit("judge_llmbar", figures, goals | {"pandalm_gpt35": "= 0.6977", "pandalm_pandalm7b": "= 0.6677"})


if __name__ == "__main__":
    main()
