"""Invented traffic: easy questions that both models can answer, and hard ones that only the strong one can."""

from __future__ import annotations

import random

from vouch.contracts.router import Candidate, Query
from vouch.routing.chances import Chances, learn
from vouch.routing.outcome import Outcome
from vouch.values.money import Price

CHEAP, MIDDLE, STRONG = "p/cheap", "p/middle", "p/strong"

_EASY = ("Where is my parcel {n}?", "When do you open on day {n}?", "Please send me invoice {n} again.")
_HARD = (
    "Prove that the sum of the first {n} odd numbers is a square, and explain each step of the proof.",
    "Compare clause {n} of both contracts and explain why they contradict each other.",
    "Derive the tax on {n} items bought in three countries, and show why each rate applies.",
)


def question(hard: bool, n: int) -> str:
    """One question of its kind."""
    return (_HARD if hard else _EASY)[n % 3].format(n=n)


def outcomes(n: int, *, seed: int = 0, noise: float = 0.1) -> list[Outcome]:
    """Half of them hard; scores are 0 or 1, and the share `noise` of them is turned round."""
    draw = random.Random(seed)
    made: list[Outcome] = []
    for _ in range(n):
        hard = draw.random() < 0.5
        able = {CHEAP: not hard, MIDDLE: not hard or draw.random() < 0.5, STRONG: True}
        scores = {model: float(good != (draw.random() < noise)) for model, good in able.items()}
        made.append(Outcome(Query(question(hard, draw.randrange(1000))), scores, {CHEAP: 0.001, STRONG: 0.02}))
    return made


def learned(n: int = 300, *, seed: int = 0) -> Chances:
    """What is learned from this traffic."""
    return learn(outcomes(n, seed=seed))


def price(amount: str) -> Price:
    """The same price for reading and writing, a tenth of it from the cache."""
    from decimal import Decimal

    return Price(Decimal(amount), Decimal(amount), cache_read=Decimal(amount) / 10)


def candidates() -> list[Candidate]:
    """The three models, the most expensive first."""
    return [
        Candidate(STRONG, price("10"), busy=1, seconds=3.0),
        Candidate(MIDDLE, price("2"), busy=5, seconds=1.0),
        Candidate(CHEAP, price("0.2"), busy=9, seconds=2.0),
    ]
