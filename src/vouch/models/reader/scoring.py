"""The best answers in some sentences, by the features of every candidate and their weights.

It does not know where the sentences come from, or how the weights were learned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vouch.models.reader import features
from vouch.models.reader.asking import Question
from vouch.models.reader.candidates import candidates
from vouch.models.reader.features import Features, Scene
from vouch.models.reader.fitting import fits

Weights = Mapping[str, float]


class Candidate(NamedTuple):
    """Words of a sentence, by their first and last place, and their score."""

    scene: int
    first: int
    last: int
    score: float


def rarities(stems: frozenset[str], sentences: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each of the question's words says among these sentences; together 1.

    Inverse document frequency (Robertson and Spärck Jones), smoothed.
    """
    raw = {stem: math.log(1 + (len(sentences) + 1) / (0.5 + sum(stem in each for each in sentences))) for stem in stems}
    total = sum(raw.values()) or 1.0
    return {stem: weight / total for stem, weight in raw.items()}


def best(question: Question, scenes: Sequence[Scene], rarity: Weights, weights: Weights) -> list[Candidate]:
    """Every candidate that can be what is asked for, best first; where none can, every candidate."""
    found: list[Candidate] = []
    for number, scene in enumerate(scenes):
        places = list(candidates(scene.words))
        opening = [_sum(each, weights) for each in features.starts(question, scene.words)]
        ending = [_sum(each, weights) for each in features.ends(question, scene.words)]
        whole = features.spans(question, scene, rarity, places)
        for (first, last), each in zip(places, whole, strict=True):
            found.append(Candidate(number, first, last, opening[first] + ending[last] + _sum(each, weights)))
    found.sort(key=lambda each: -each.score)
    fitting = [each for each in found if fits(question, scenes[each.scene].words[each.first : each.last + 1])]
    return fitting or found


def _sum(found: Features, weights: Weights) -> float:
    get = weights.get
    return sum(get(name, 0.0) * value for name, value in found)
