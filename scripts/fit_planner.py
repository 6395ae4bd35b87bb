"""Fits the planner's confidence on made-up sets of tools and made-up wishes, and prints the numbers to write down.

It does not know any app, and no real data are used: see `planner_wishes.txt`. Run it from the project's root:

    python scripts/fit_planner.py
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.matching import best, matches
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.toolbox import toolbox
from vouch.values.request import ToolSpec

SEED: Final = 20_250
SETS: Final = 240
FOREIGN: Final = 1 / 3
"""The share of wishes that none of the tools can fulfil."""

READS: Final = frozenset(
    [
        "opening_hours",
        "find_trainer",
        "get_balance",
        "list_transactions",
        "test_results",
        "show_menu",
        "check_usage",
        "get_grades",
        "room_of_course",
        "waste_calendar",
        "quote_repair",
        "repair_status",
        "house_rules",
    ]
)

Wishes = Mapping[str, Mapping[str, tuple[str, Sequence[str]]]]
Row = tuple[float, float, bool]


def read(path: Path) -> Wishes:
    """By set and tool: the description, and the wishes."""
    sets: dict[str, dict[str, tuple[str, list[str]]]] = {}
    tools: dict[str, tuple[str, list[str]]] = {}
    wishes: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            tools = sets.setdefault(line.strip("[]"), {})
            wishes = tools.setdefault("-", ("", []))[1]
        elif line.startswith("  "):
            wishes.append(line.strip())
        else:
            name, _, description = line.partition(": ")
            wishes = tools.setdefault(name, (description, []))[1]
    return sets


def draw(sets: Wishes, chance: random.Random, meanings: Meanings, *, exemplified: bool) -> Iterator[Row]:
    """Wishes against one set of tools drawn at random: score, margin, and whether the best tool is the wanted one."""
    name = chance.choice([one for one in sets if one != "-"])
    tools = {tool: wishes for tool, (_, wishes) in sets[name].items() if wishes}
    chosen = chance.sample(sorted(tools), chance.randint(3, len(tools)))
    shown = {tool: chance.sample(tools[tool], chance.randint(2, 5)) if exemplified else [] for tool in chosen}
    specs = [
        ToolSpec(tool, sets[name][tool][0], {}, examples=tuple(shown[tool]), writes=tool not in READS)
        for tool in chosen
    ]
    box = toolbox(specs)
    asked = [(tool, wish) for tool in chosen for wish in tools[tool] if wish not in shown[tool]]
    others = [wish for other, inner in sets.items() if other != name for _, (_, all_) in inner.items() for wish in all_]
    others += sets["-"]["-"][1]
    count = round(len(asked) * FOREIGN / (1 - FOREIGN))
    for tool, wish in [*asked, *(("", wish) for wish in chance.sample(others, count))]:
        found = matches(wish, box, meanings)
        if found and not meanings.missing:
            yield *best(found), found[0].skill.name == tool


def fit(rows: Sequence[Row]) -> tuple[list[float], float, float]:
    """Bias and weights of the logistic, its log loss, and its expected calibration error over ten bins."""
    features = np.array([[1.0, score, margin] for score, margin, _ in rows])
    right = np.array([float(hit) for _, _, hit in rows])

    def loss(weights: NDArray[np.float64]) -> float:
        logits: NDArray[np.float64] = features @ weights
        return float(np.mean(np.logaddexp(0, logits) - right * logits)) + 1e-4 * float(np.sum(np.square(weights)))

    search: Any = optimize
    weights: Any = search.minimize(loss, np.zeros(3)).x
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-features @ weights))
    bins = np.minimum((chances * 10).astype(int), 9)
    error = sum(abs(float(np.sum((chances - right)[bins == one]))) for one in range(10)) / len(rows)
    return [round(float(weight), 2) for weight in weights], loss(weights), error


def main() -> None:
    """Print the numbers for tools with examples and without."""
    sets = read(Path(__file__).with_name("planner_wishes.txt"))
    embedder = MiniLM.open()
    for exemplified in (True, False):
        meanings = Meanings(embedder.dimensions)
        rows: list[Row] = []
        for _ in range(2):  # the first round finds out which texts are needed
            chance = random.Random(SEED)
            rows = [row for _ in range(SETS) for row in draw(sets, chance, meanings, exemplified=exemplified)]
            if meanings.missing:
                texts = list(meanings.missing)
                meanings.learn(texts, embedder.encode(texts))
        weights, loss, error = fit(rows)
        hits = sum(hit for _, _, hit in rows) / len(rows)
        print(f"exemplified={exemplified}: bias, score, margin = {weights}")
        print(f"  n = {len(rows)}, best tool wanted {hits:.3f}, log loss {loss:.3f}, calibration error {error:.3f}")
    embedder.close()


if __name__ == "__main__":
    main()
