"""Recorded changes of real models under the gate, and recorded repeats of a real agent with an honest error.

It does not ask any model: LLMDrift's 500 questions were answered by two dates of two models, and the 50 tasks of
tau-bench's airline were tried twice by one agent.
"""

from __future__ import annotations

import gzip
import math
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.report import data_folder, emit, machine
from vouch.stats import clustered, paired, peeking, repeats, sequential

MARGIN = 0.03
VERDICTS = {"hold": -1.0, "undecided": 0.0, "ship": 1.0}

CHANGES = {
    "gpt4": ("gpt-4-0314", "gpt-4-0613"),
    "gpt35": ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613"),
}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in gzip.decompress(path.read_bytes()).split(b"\n") if line]


def boxed(text: str) -> str | None:
    """What the last box of an answer holds; None without one."""
    found = re.findall(r"\\+boxed\{([^{}]*)\}", text)
    return found[-1].strip() if found else None


def read_drift(folder: Path) -> dict[str, dict[str, bool]]:
    """By model and question whether the answer is right; an answer without a box is wrong."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in _lines(folder / "drift" / "llmdrift_happy_number.jsonl.gz"):
        found[row["model"]][row["id"]] = boxed(row["answer"]) == boxed(row["ref_answer"])
    return dict(found)


def gate(right: dict[str, dict[str, bool]], orders: int) -> dict[str, float]:
    """Each recorded change under the gate, in many random orders of the questions."""
    figures: dict[str, float] = {}
    for name, (old, new) in CHANGES.items():
        questions = sorted(right[old])
        before, after = ([right[model][question] for question in questions] for model in (old, new))
        whole = paired.compare(before, after, margin=MARGIN)
        plan = sequential.schedule(len(questions))
        held = used = peeked = peeked_hold = 0
        for seed in range(orders):
            order = sequential.random_order(len(questions), seed)
            was, now = [before[place] for place in order], [after[place] for place in order]
            found = sequential.follow(was, now, schedule=plan, margin=MARGIN)
            early = peeking.watch(was, now, margin=MARGIN)
            held, used = held + (found.verdict == "hold"), used + found.n
            peeked, peeked_hold = peeked + early.n, peeked_hold + (early.verdict == "hold")
        span = whole.difference
        print(
            f"\n{old} -> {new}: {sum(before) / len(before):.3f} -> {sum(after) / len(after):.3f}, {whole.lost} lost, "
            f"{whole.won} won of {whole.n}\n  change {span.estimate:+.3f} ({span.low:+.3f} to {span.high:+.3f}), "
            f"verdict {whole.verdict}\n  held in {held / orders:.3f} of {orders} random orders after "
            f"{used / orders:.0f} questions on average; while looking after each: {peeked_hold / orders:.3f} after "
            f"{peeked / orders:.0f}"
        )
        figures |= {
            f"{name}_before": sum(before) / len(before),
            f"{name}_after": sum(after) / len(after),
            f"{name}_verdict": VERDICTS[whole.verdict],
            f"{name}_held_share": held / orders,
            f"{name}_mean_questions": used / orders,
            f"{name}_mean_questions_peeking": peeked / orders,
        }
    return figures


def tries(folder: Path) -> dict[str, float]:
    """pass^1 and pass^2 of a recorded agent with tasks as the unit, beside the error of tries as the unit."""
    rewards: dict[int, list[float]] = defaultdict(list)
    tasks: list[int] = []
    flat: list[float] = []
    for row in _lines(folder / "support" / "tau_airline_trajectories_gpt-4o.jsonl.gz"):
        rewards[row["task_id"]].append(float(row["reward"]))
        tasks.append(row["task_id"])
        flat.append(float(row["reward"]))
    runs = list(rewards.values())
    one, each = repeats.pass_all(runs, 1), clustered.mean(flat, tasks)
    both, some = repeats.pass_all(runs, 2), repeats.pass_at(runs, 2)
    spread = repeats.spread(runs)
    naive_both = math.sqrt(both.interval.estimate * (1 - both.interval.estimate) / len(flat))
    print(f"\ntau-bench airline, gpt-4o: {len(runs)} tasks, {len(flat)} tries")
    for name, found in (("pass^1", each), ("pass^2", both), ("pass@2", some)):
        span = found.interval
        error = f"error by task {found.standard_error:.4f}"
        print(f"  {name} {span.estimate:.3f} ({span.low:.3f} to {span.high:.3f}), {error}")
    print(f"  pass^1: the naive error {each.naive_error:.4f} is too small, design effect {each.design_effect:.2f}")
    if spread.churn is not None:
        print(
            f"  variance within tasks {spread.within:.3f}, between {spread.between:.3f}; two tries differ in "
            f"{spread.churn.estimate:.3f} ({spread.churn.low:.3f} to {spread.churn.high:.3f})"
        )
    if abs(one.standard_error - each.standard_error) > 1e-12:
        raise SystemExit("pass^1 by task and by try have different errors")
    return {
        "pass_1": each.interval.estimate,
        "pass_1_error_by_task": each.standard_error,
        "pass_1_error_naive": each.naive_error,
        "pass_2": both.interval.estimate,
        "pass_2_error_by_task": both.standard_error,
        "pass_2_error_naive": naive_both,
        "design_effect": each.design_effect,
        "churn": spread.churn.estimate if spread.churn is not None else math.nan,
    }


def main() -> None:
    """Print every change, then the figures."""
    folder = data_folder()
    if folder is None:
        raise SystemExit("needs the real data sets (in ../shared/data, or where VOUCH_DATA points)")
    orders = 200 if "--quick" in sys.argv else 2000
    print(f"recorded changes and repeats, on {machine()}")
    figures = gate(read_drift(folder), orders) | tries(folder)
    goals = {
        "gpt4_before": "= 0.836",
        "gpt4_after": "= 0.352",
        "gpt4_verdict": "= -1 (hold)",
        "gpt4_held_share": "= 1",
        "gpt35_verdict": "> -1 (not hold)",
        "gpt35_held_share": "= 0",
    }
    emit("drift", figures, goals)


if __name__ == "__main__":
    main()
