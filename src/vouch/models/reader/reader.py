"""`local/reader`: answers from passages with words that stand there, or not at all, with no language model.

It does not know where the passages come from, nor what they mean: it looks for the words that fit the question best,
and never follows what a passage says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

import numpy as np

from vouch.contracts.embedder import Embedder
from vouch.errors import BadRequest
from vouch.models.reader import asking, confidence, scoring
from vouch.models.reader.extent import whole
from vouch.models.reader.given import Given, given
from vouch.models.reader.scenes import Looked, cut, look, under_title
from vouch.models.reader.weights import Weights, shipped
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Request, in_one_piece

_MOST: Final = 400
"""Sentences of all passages together that are looked at."""


class Read(NamedTuple):
    """Words found in a passage: its place from 0, the span in its text, and the chance that they are right."""

    passage: int
    start: int
    end: int
    text: str
    chance: float


class Reader:
    """A `Model`: it gives words of the request's passages that answer the question, with the mark of their passage.

    `confidence` is the chance that they are right. Below `least` it abstains. Everything follows from the request, so
    the same one always gets the same answer. See `given` for how passages are written.
    """

    def __init__(
        self,
        name: str = "local/reader",
        *,
        embedder: Embedder,
        least: float | None = None,
        weights: Weights | None = None,
    ) -> None:
        self.name = name
        self._embedder = embedder
        self._weights = weights or shipped()
        self._least = self._weights.least if least is None else least

    async def answer(self, request: Request) -> Answer:
        """The words that answer, or `abstained`. Raises `BadRequest` when nobody asked anything."""
        asked = given(request.messages)
        if not asked.question:
            raise BadRequest(f"{self.name} was given no message of a user; there is nothing to answer")
        found = await self.read(asked)
        if found is None or found.chance < self._least:
            sure = 0.0 if found is None else round(found.chance, 4)
            return Answer(assistant(""), finish="abstained", model=self.name, confidence=sure)
        mark = asked.passages[found.passage].mark
        text = f"{found.text} {mark}" if mark else found.text
        return Answer(assistant(text), model=self.name, confidence=round(found.chance, 4))

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Nothing is held; the embedder belongs to whoever opened it."""

    async def read(self, asked: Given) -> Read | None:
        """The best words and how sure they are, however unsure; None where no passage has a word."""
        question = asking.read(asked.question)
        found = under_title(question, cut([passage.text for passage in asked.passages]))[:_MOST]
        if not found:
            return None
        vectors = await self._embedder.embed([asked.question, *(sentence.text for sentence in found)])
        near = np.asarray(vectors[1:] @ vectors[0], np.float32)
        return await asyncio.to_thread(_choose, question, look(question, found, near), self._weights)


def _choose(question: asking.Question, looked: Looked, weights: Weights) -> Read | None:
    ranked = scoring.best(question, looked.scenes, looked.rarity, weights.answer)
    if not ranked:
        return None
    signs = confidence.signs(question, looked.scenes, ranked, looked.known)
    best = ranked[0]
    sentence, words = looked.sentences[best.scene], looked.scenes[best.scene].words
    first, last = whole(question, words, best.first, best.last)
    start, end = words[first].start, words[last].end
    return Read(
        sentence.passage,
        sentence.start + start,
        sentence.start + end,
        sentence.text[start:end],
        confidence.chance(signs, weights.right),
    )
