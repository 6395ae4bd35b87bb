"""Whether probability-weighted scores equal a reference computation, on answers with their likeliest tokens.

It does not measure any judge. The reference works with 50 decimal digits, on the probabilities from which the answers
were made, and knows where the score stands; what is measured finds it in the text. With a file of recorded answers
(JSON lines: `content` as OpenAI's log-probabilities, `low`, `high`, perhaps `whole` and `score`, the expected value),
those are compared too: with `score`, or with the plain sum over the one token that is the score.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterator
from decimal import Decimal, getcontext
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.report import emit
from vouch.judges.weighted import Scale, weighted
from vouch.values.request import TokenLogprob

GOALS = {"largest_difference": "<= 1e-9", "missing_told": ">= 1", "recorded_difference": "<= 1e-9"}

FORMS = (
    ('{"reason": "3 of 5 hold", "score":', " {}", "}"),
    ('{"score": ', "{}", ', "reason": "2 points lost, a score of 1 is too harsh"}'),
    ("Score:", " {}", "\nThere are 12 words, 3 of them wrong."),
    ("In 2024 it was 7.\n**Score**: ", "{}", "/5"),
    ("", "{}", ""),
)
"""What stands before the score, its token, and what stands after it."""


class Made(NamedTuple):
    """An answer as tokens, its scale, and the expected score (None where there is none)."""

    tokens: tuple[TokenLogprob, ...]
    scale: Scale
    expected: Decimal | None


def made(luck: random.Random) -> Made:
    """An answer of one of several forms, its score weighted by the reference."""
    before, token, after = luck.choice(FORMS)
    high = luck.choice((5, 10, 100))
    scores = luck.sample(range(1, high + 1), k=luck.randint(1, 5))
    strangers = luck.sample([" the", "~", "N/A", "five", str(high + 7), "4th"], k=luck.randint(0, 3))
    tie = luck.random() < 0.2
    logprobs = [-1.5 if tie else -luck.expovariate(0.4) - 0.01 for _ in (*scores, *strangers)]
    names = [*(token.format(score) for score in scores), *strangers]
    # The same score may be there twice, with a space and without one.
    if luck.random() < 0.3:
        names.append(f" {scores[0]}" if token == "{}" else str(scores[0]))
        logprobs.append(-luck.expovariate(0.4) - 0.5)
    numbers = [*scores, *[None] * len(strangers), *[scores[0]] * (len(names) - len(scores) - len(strangers))]
    mass = sum((Decimal(p).exp() for p, number in zip(logprobs, numbers, strict=True) if number), Decimal(0))
    total = sum((number * Decimal(p).exp() for p, number in zip(logprobs, numbers, strict=True) if number), Decimal(0))
    top = tuple(zip(names, logprobs, strict=True))
    tokens = [TokenLogprob(before, -0.1), TokenLogprob(names[0], logprobs[0], top), TokenLogprob(after, -0.2)]
    return Made(tuple(one for one in tokens if one.token), Scale(1, high), total / mass)


def decimal(luck: random.Random) -> Made:
    """A score with a decimal place, in three tokens, weighted by the reference over all ways to write it."""
    first, last = ({digit: luck.random() + 0.01 for digit in luck.sample(range(1, 5), k=3)} for _ in range(2))
    goes_on = luck.uniform(0.2, 0.95)
    written, place = luck.choice(list(first)), luck.choice(list(last))
    firsts = {str(digit): math.log(p / sum(first.values())) for digit, p in first.items()}
    lasts = {str(digit): math.log(p / sum(last.values())) for digit, p in last.items()}
    point = {".": math.log(goes_on), "}": math.log(1 - goes_on)}
    p = {name: Decimal(value).exp() for name, value in firsts.items()}
    q = {name: Decimal(value).exp() for name, value in lasts.items()}
    ends = Decimal(point["}"]).exp() * written
    on = Decimal(point["."]).exp()
    inner = ends + on * sum((share * (written + Decimal(name) / 10) for name, share in q.items()), Decimal(0))
    others = sum((share * Decimal(name) for name, share in p.items() if name != str(written)), Decimal(0))
    rest = sum((share for name, share in p.items() if name != str(written)), Decimal(0))
    deep = Decimal(point["}"]).exp() + on * sum(q.values(), Decimal(0))
    expected = (others + p[str(written)] * inner) / (rest + p[str(written)] * deep)
    tokens = (
        TokenLogprob('{"reason": "7 words", "score": ', -0.1),
        TokenLogprob(str(written), firsts[str(written)], tuple(firsts.items())),
        TokenLogprob(".", point["."], tuple(point.items())),
        TokenLogprob(str(place), lasts[str(place)], tuple(lasts.items())),
        TokenLogprob("}", -0.1),
    )
    return Made(tokens, Scale(0, 5, whole=False), expected)


def recorded(file: Path) -> Iterator[Made]:
    """The answers in a file."""
    for line in file.read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        tokens = tuple(
            TokenLogprob(
                one["token"], one["logprob"], tuple((top["token"], top["logprob"]) for top in one["top_logprobs"])
            )
            for one in read["content"]
        )
        scale = Scale(read["low"], read["high"], read.get("whole", True))
        yield Made(tokens, scale, Decimal(repr(read["score"])) if "score" in read else plain(tokens, scale))


def plain(tokens: tuple[TokenLogprob, ...], scale: Scale) -> Decimal | None:
    """The sum over the last token whose text is a score of the scale."""
    for token in reversed(tokens):
        if token.token.strip().isdecimal() and scale.holds(float(token.token)):
            found = {token.token: token.logprob, **dict(token.top)}
            numbers = [
                (Decimal(text.strip()), Decimal(p).exp()) for text, p in found.items() if text.strip().isdecimal()
            ]
            kept = [(number, p) for number, p in numbers if scale.holds(float(number))]
            return sum((number * p for number, p in kept), Decimal(0)) / sum((p for _, p in kept), Decimal(0))
    return None


def difference(one: Made) -> float:
    """How far the weighted score is from the reference; without end where only one of them is there."""
    found = weighted(one.tokens, one.scale)
    if found is None or one.expected is None:
        return 0.0 if found is one.expected else math.inf
    return abs(float(Decimal(found) - one.expected))


def main() -> None:
    """Compare, and say what differs most."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--recorded", type=Path, help="JSON lines of recorded answers")
    given = options.parse_args()
    getcontext().prec = 50
    luck, n = random.Random(7), 2_000 if given.quick else 20_000
    worst = max((make(luck) for _ in range(n) for make in (made, decimal)), key=difference)
    print(f"{2 * n} answers made; the worst: {msgspec.json.encode(worst.tokens).decode()}")
    none = [weighted((), Scale(1, 5)), weighted((TokenLogprob("well done", 0.0),), Scale(1, 5))]
    figures = {"largest_difference": difference(worst), "missing_told": float(all(found is None for found in none))}
    if given.recorded:
        found = [difference(one) for one in recorded(given.recorded)]
        print(f"{len(found)} answers recorded")
        figures["recorded_difference"] = max(found)
    emit("geval", figures, GOALS)


if __name__ == "__main__":
    main()
