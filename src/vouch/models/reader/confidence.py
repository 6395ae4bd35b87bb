"""How sure an answer is: the chance that it is right, from how well it fits and what else would have fitted.

It does not know the words of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vouch.models.reader.asking import Question
from vouch.models.reader.features import Scene
from vouch.models.reader.scoring import Candidate

_NEGATIONS = frozenset(("not", "no", "never", "n't", "without", "cannot", "except", "neither", "nor"))


def signs(
    question: Question, scenes: Sequence[Scene], found: Sequence[Candidate], known: frozenset[str]
) -> dict[str, float]:
    """What bears on the chance that the first of `found` is right; `known` are the stems of all passages' words."""
    first = found[0]
    scene = scenes[first.scene]
    inside = {word.stem for word in scene.words}
    others = [each.score for each in found[1:] if not _overlap(first, each)]
    weight = 1.0 / sum(math.exp(max(each.score - first.score, -50.0)) for each in found)
    stems = question.stems or frozenset(("",))
    return {
        "chance": math.log(max(weight, 1e-9)),
        "margin": min(first.score - max(others, default=first.score - 5.0), 8.0),
        "score": first.score,
        "near": scene.near,
        "shared": scene.shared,
        "around": scene.around,
        "lead": scene.lead,
        "passage": scene.passage,
        "ahead": scene.ahead,
        "late": float(max(0, min(scene.rank, 4) - 1)),
        "unknown": len(stems - known) / len(stems),
        "unknown-names": _missing(question.names, known),
        "names-elsewhere": _missing(question.names, frozenset(inside)),
        "numbers-elsewhere": _missing(question.numbers, frozenset(word.text.lower() for word in scene.words)),
        "focus-elsewhere": float(bool(question.focus) and question.focus not in inside),
        "negation": float(_negated(question.text.lower().split()) != _negated([w.text.lower() for w in scene.words])),
        "choices": math.log(len(found)),
        **{f"kind.{kind}": 1.0 for kind in question.kinds},
    }


def chance(found: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The logistic of the weighed signs, in (0, 1)."""
    total = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.scene == other.scene and one.first <= other.last and other.first <= one.last


def _missing(wanted: frozenset[str], there: frozenset[str]) -> float:
    return len(wanted - there) / len(wanted) if wanted else 0.0


def _negated(words: Sequence[str]) -> bool:
    return any(word.strip("?.,") in _NEGATIONS or word.endswith("n't") for word in words)
