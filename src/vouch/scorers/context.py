"""Whether the recalled passages hold what the right answer needs, without a model.

It does not know document names; `retrieval` compares those. It does not know meaning, only the support of `claims`.

After the context metrics of Ragas (Es et al. 2023), with measured support in the judge's place. `recall`: the share of
the expected answer's claims that the passages support. `precision`: the mean of precision at the place of each passage
that supports a claim of the expected answer. `relevancy`: the share of the passages' sentences that bear on the
question: they share at least a third of its content words, or their cosine similarity with it reaches 0.4.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec import Struct

from vouch.contracts.embedder import Embedder
from vouch.errors import AppError
from vouch.scorers.answer import measured, named, texts, unjudged
from vouch.scorers.claims import claims, content, supports
from vouch.values.arrays import np
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Measure = Literal["precision", "recall", "relevancy"]
"""As defined above."""

_SHARED: Final = 1 / 3
_ALIKE: Final = 0.4


class Context(Struct, frozen=True):
    """A measure of the passages that a run recalled."""

    measure: Measure
    embedder: Embedder | None = None
    threshold: float = 0.7

    @property
    def name(self) -> str:
        """`context` with its measure and settings."""
        embedder = self.embedder and f"{self.embedder.name} {self.embedder.fingerprint}"
        threshold = None if self.measure == "relevancy" else self.threshold
        return named("context", measure=self.measure, embedder=embedder, threshold=threshold)

    async def score(self, case: Case, result: Result) -> Score:
        """The measure, however the run ended; 0 where nothing was recalled."""
        wanted = [claim for text in texts(case.expected) for claim in claims(text)]
        if self.measure != "relevancy" and not wanted:
            return unjudged(self.name, case, "the right answer, a text or a list of texts,")
        passages = [passage.text for passage in result.found]
        if not passages:
            return Score(self.name, 0.0, "nothing was recalled")
        if self.measure == "relevancy":
            return await self._relevancy(case.input, passages)
        if self.measure == "recall":
            found = [value >= self.threshold for value in await supports(wanted, passages, self.embedder)]
            lacking = [claim for claim, value in zip(wanted, found, strict=True) if not value]
            return measured(self.name, sum(found) / len(found), f"not supported: {'; '.join(lacking)[:120]}")
        useful = [max(await supports(wanted, [passage], self.embedder)) >= self.threshold for passage in passages]
        places = [place for place, value in enumerate(useful, 1) if value]
        value = sum(number / place for number, place in enumerate(places, 1)) / len(places) if places else 0.0
        return measured(self.name, value, f"useful passages stand at {places} of {len(passages)}")

    async def _relevancy(self, question: str, passages: list[str]) -> Score:
        sentences = [sentence for passage in passages for sentence in claims(passage)]
        asked = set(content(question))
        if not sentences or not asked:
            return Score(self.name, None, "the question or the passages hold no word")
        bear = [len(asked & set(content(sentence))) / len(asked) >= _SHARED for sentence in sentences]
        if self.embedder is not None:
            vectors = await self.embedder.embed([question, *sentences])
            bear = [bool(one) for one in np.asarray(bear) | (vectors[1:] @ vectors[0] >= _ALIKE)]
        return measured(self.name, sum(bear) / len(bear), f"{sum(bear)} of {len(bear)} sentences bear on the question")


def context(measure: Measure, embedder: Embedder | None = None, *, threshold: float = 0.7) -> Context:
    """Context precision, recall or relevancy of the recalled passages, against the expected answer or the question.

    `threshold` is the support from which a claim counts as supported. Raises an `AppError` for another measure, or a
    threshold outside (0, 1].
    """
    if measure not in get_args(Measure) or not 0 < threshold <= 1:
        raise AppError(
            f"context({measure!r}, threshold={threshold!r}): 'precision', 'recall' or 'relevancy', and a share such as "
            f"0.7, are wanted"
        )
    return Context(measure, embedder, threshold)
