"""`local/classifier`: answers with one of the labels that the request's examples teach, and says how sure it is.

It does not know which embedder turns texts into vectors, nor what is done with its confidence.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder
from vouch.contracts.model import Trial
from vouch.models.blas import one_thread
from vouch.models.classifier import head, lesson, shelf
from vouch.models.classifier.desk import Desk
from vouch.models.classifier.head import Head, Judged
from vouch.values.digest import digest
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Frame, Request, in_one_piece

_KEPT: Final = 16  # sets of examples remembered; each holds its vectors, 1.5 kB an example


class _Verdict(NamedTuple):
    label: str
    confidence: float


class _Pupil(NamedTuple):
    """What was learned from one set of examples, and the desk where questions to it wait."""

    head: Head
    desk: Desk[_Verdict]


class Classifier:
    """A `Model` and a `Learner`: a logistic head and a vote of the neighbours on sentence vectors.

    It learns when a set of examples is first seen, and remembers by their digest: in memory, and in the folder `cache`
    where one is given. The confidence of an answer is the calibrated probability of its label. What it needs grows with
    the examples: for 10,000 of them 40 s to embed and 4 s to learn on one core, then 1 ms a question and its vector.
    """

    def __init__(self, name: str = "local/classifier", *, embedder: Embedder, cache: Path | None = None) -> None:
        self.name = name
        self._embedder = embedder
        self._cache = cache
        self._pupils: OrderedDict[str, _Pupil] = OrderedDict()
        self._learning: dict[str, asyncio.Task[_Pupil]] = {}
        self._keys: OrderedDict[int, tuple[lesson.Examples, str]] = OrderedDict()

    async def answer(self, request: Request) -> Answer:
        """The likeliest label. Raises `BadRequest` without a question, or without examples of two labels."""
        asked = lesson.question(request)
        pupil = await self._taught(lesson.examples(request))
        lesson.check_allowed(self.name, request.frame.settings, pupil.head.classes)
        verdict = await pupil.desk.ask(asked)
        return Answer(assistant(verdict.label), model=self.name, confidence=verdict.confidence)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same label in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def out_of_fold(self, frame: Frame) -> Sequence[Trial]:
        """Every example of the frame, in order, judged by a copy that learned from the other folds alone."""
        found = (await self._taught(frame.examples)).head
        right = found.trials.chosen == found.labels
        return [
            Trial(confidence, bool(hit))
            for confidence, hit in zip(found.trials.confidence.tolist(), right.tolist(), strict=True)
        ]

    async def aclose(self) -> None:
        """Forget everything learned; the embedder belongs to whoever opened it."""
        learning = list(self._learning.values())
        for task in learning:
            task.cancel()
        await asyncio.gather(*learning, return_exceptions=True)
        self._pupils.clear()
        self._keys.clear()

    async def _taught(self, examples: lesson.Examples) -> _Pupil:
        """What these examples teach, learned once however many ask for it at the same time."""
        key = self._key(examples)
        loop = asyncio.get_running_loop()
        pupil = self._pupils.get(key)
        if pupil is None:
            learning = self._learning.get(key)
            if learning is None or learning.get_loop() is not loop:
                learning = self._learning[key] = loop.create_task(self._learn(examples, key))
            pupil = await asyncio.shield(learning)  # whoever gives up waiting leaves the others their lesson
        elif pupil.desk.loop is not loop:
            pupil = self._keep(key, pupil.head)
        return pupil

    def _key(self, examples: lesson.Examples) -> str:
        """The digest of the examples, and of all else that decides on what is learned from them.

        Remembered by identity, because a proof sends the same thousands of examples with each of its cases.
        """
        known = self._keys.get(id(examples))
        if known is None:
            lesson.check(self.name, examples)
            known = examples, digest((examples, self._embedder.fingerprint, head.VERSION))
            self._keys[id(examples)] = known
            if len(self._keys) > _KEPT:
                self._keys.popitem(last=False)
        return known[1]

    async def _learn(self, examples: lesson.Examples, key: str) -> _Pupil:
        try:
            learned = await asyncio.to_thread(shelf.take, self._cache, key) if self._cache else None
            if learned is None:
                vectors = await self._embedder.embed([example.input for example in examples])
                learned = await asyncio.to_thread(_learn, vectors, [example.output for example in examples])
                if self._cache:
                    await asyncio.to_thread(shelf.put, self._cache, key, learned)
            return self._keep(key, learned)
        finally:
            if self._learning.get(key) is asyncio.current_task():
                del self._learning[key]

    def _keep(self, key: str, learned: Head) -> _Pupil:
        async def work(questions: Sequence[str]) -> Sequence[_Verdict]:
            judged = await asyncio.to_thread(_judge, learned, await self._embedder.embed(questions))
            return [
                _Verdict(learned.classes[place], confidence)
                for place, confidence in zip(judged.chosen.tolist(), judged.confidence.tolist(), strict=True)
            ]

        self._pupils[key] = pupil = _Pupil(learned, Desk(work))
        self._pupils.move_to_end(key)
        if len(self._pupils) > _KEPT:
            self._pupils.popitem(last=False)
        return pupil


def _learn(vectors: NDArray[np.float32], labels: Sequence[str]) -> Head:
    with one_thread():
        return head.learn(vectors, labels)


def _judge(learned: Head, vectors: NDArray[np.float32]) -> Judged:
    with one_thread():
        return learned.judge(vectors)
