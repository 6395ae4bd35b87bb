"""A tagger of tokens: an averaged perceptron that reads a text from left to right.

It does not know which kinds of entities there are, but for those of its examples.

Collins (2002), Discriminative Training Methods for Hidden Markov Models: Theory and Experiments with Perceptron
Algorithms; here greedy, with the two tags before among the features. The others are a token's word, shape, beginning,
end and kinds (see `kinds`), and those of its neighbours.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.bench.baselines.kinds import Kinds
from vouch.bench.baselines.taught import Pupil, Teacher
from vouch.bench.entities import read_entities, tagged, written
from vouch.contracts.embedder import Embedder
from vouch.errors import BadRequest
from vouch.values.request import Example

ROUNDS: Final = 6
_NOWHERE: Final = "<none>"
_SHAPES: Final = ((re.compile("[A-ZÀ-ÖØ-Þ]+"), "X"), (re.compile("[a-zß-öø-ÿ]+"), "x"), (re.compile(r"\d+"), "9"))

Weights = NDArray[np.float64]
KindsOf = Mapping[str, tuple[str, ...]]


class Sentence(NamedTuple):
    """Tokens with the tag of each."""

    tokens: Sequence[str]
    tags: Sequence[str]


class Tagger:
    """Weights by feature, each of shape (tags,)."""

    def __init__(self, tags: Sequence[str], weights: dict[str, Weights]) -> None:
        self.tags = tuple(tags)
        self.weights = weights

    def tag(self, tokens: Sequence[str], kinds: KindsOf) -> list[str]:
        """One tag a token."""
        before, last = _NOWHERE, _NOWHERE
        found: list[str] = []
        for features in _features(tokens, kinds):
            scores = self.scores([*features, *_history(before, last, features)])
            before, last = last, self.tags[int(scores.argmax())]
            found.append(last)
        return found

    def scores(self, features: Sequence[str]) -> Weights:
        """The sum of the features' weights, shape (tags,)."""
        known = [self.weights[feature] for feature in features if feature in self.weights]
        return np.sum(known, axis=0) if known else np.zeros(len(self.tags))


def teacher(embedder: Embedder) -> Teacher:
    """Teaches pupils that find entities as the examples do, with the vectors of `embedder` for words."""

    async def teach(examples: Sequence[Example]) -> Pupil:
        sentences = [_sentence(example) for example in examples]
        if not any(tag != "O" for sentence in sentences for tag in sentence.tags):
            raise BadRequest(
                f"baseline/tagger learns from examples with entities and was given {len(examples)} without any; "
                "give it rows to learn from"
            )
        kinds = Kinds(embedder)
        await kinds.learn(token for sentence in sentences for token in sentence.tokens)
        known = await kinds.of(())
        tagger = await asyncio.to_thread(train, sentences, known)

        async def answer(text: str) -> str:
            tokens = text.split(" ")
            return written(tokens, tagger.tag(tokens, await kinds.of(tokens)))

        return answer

    return teach


def train(sentences: Sequence[Sentence], kinds: KindsOf, *, rounds: int = ROUNDS, seed: int = 0) -> Tagger:
    """A tagger from tagged sentences: mistakes move the weights, which are then averaged over all steps."""
    tags = sorted({tag for sentence in sentences for tag in sentence.tags})
    numbers = {tag: number for number, tag in enumerate(tags)}
    weights: dict[str, Weights] = defaultdict(lambda: np.zeros(len(tags)))
    summed: dict[str, Weights] = defaultdict(lambda: np.zeros(len(tags)))
    learning = Tagger(tags, weights)
    prepared = [
        list(zip(_features(sentence.tokens, kinds), [numbers[tag] for tag in sentence.tags], strict=True))
        for sentence in sentences
    ]
    generator = random.Random(seed)  # noqa: S311 - to be repeated, not a secret
    step = 0
    for _ in range(rounds):
        generator.shuffle(prepared)
        for sentence in prepared:
            before, last = _NOWHERE, _NOWHERE
            for features, right in sentence:
                step += 1
                full = [*features, *_history(before, last, features)]
                guess = int(learning.scores(full).argmax())
                if guess != right:
                    _move(weights, full, right, guess, 1.0)
                    _move(summed, full, right, guess, float(step))
                # What the tagger will see when it is asked: its own tags, right or wrong.
                before, last = last, tags[guess]
    return Tagger(tags, {feature: weight - summed[feature] / (step + 1) for feature, weight in weights.items()})


def _move(weights: dict[str, Weights], features: Sequence[str], right: int, guess: int, by: float) -> None:
    for feature in features:
        weights[feature][right] += by
        weights[feature][guess] -= by


def _sentence(example: Example) -> Sentence:
    tokens = example.input.split(" ")
    return Sentence(tokens, tagged(tokens, read_entities(example.output) or []).tags)


def _features(tokens: Sequence[str], kinds: KindsOf) -> Iterator[list[str]]:
    """By token its word and shape first, then all else."""
    around = [_NOWHERE, _NOWHERE, *tokens, _NOWHERE, _NOWHERE]
    lower = [token.lower() for token in around]
    shapes = [_shape(token) for token in around]
    for at in range(2, len(tokens) + 2):
        word, shape = lower[at], shapes[at]
        own = kinds.get(around[at], ())
        yield [
            f"w={word}",
            f"s={shape}",
            "bias",
            f"p={word[:3]}",
            f"e={word[-3:]}",
            f"e2={word[-2:]}",
            *(f"{away:+}w={lower[at + away]}" for away in (-2, -1, 1, 2)),
            f"-1s={shapes[at - 1]}",
            f"+1s={shapes[at + 1]}",
            f"ss={shapes[at - 1]} {shape} {shapes[at + 1]}",
            f"ww={lower[at - 1]} {word}",
            f"w+={word} {lower[at + 1]}",
            *(f"k={kind}" for kind in own),
            *(f"k={kind} {shape}" for kind in own),
            *(f"-1k={kind}" for kind in kinds.get(around[at - 1], ())),
            *(f"+1k={kind}" for kind in kinds.get(around[at + 1], ())),
        ]


def _history(before: str, last: str, features: Sequence[str]) -> tuple[str, ...]:
    word, shape = features[:2]
    return f"t={last}", f"tt={before} {last}", f"t={last} {word}", f"t={last} {shape}"


def _shape(token: str) -> str:
    """Such as `Xx` for Ada and `9-9` for 10-12: a run of one kind counts once, signs stay as they are."""
    for pattern, sign in _SHAPES:
        token = pattern.sub(sign, token)
    return token[:8]
