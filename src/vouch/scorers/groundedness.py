"""Whether an answer rests on its evidence, measured without a model.

It does not know whether the evidence is true, nor whether a claim means the opposite of it; a judge can.

The answer is cut into claims; how well the evidence supports each is defined in `claims`. This is the measure of claim
coverage (as in FActScore, Min et al. 2023) with overlap and embeddings in the verifier's place.
"""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from vouch.contracts.embedder import Embedder
from vouch.errors import AppError
from vouch.scorers.answer import measured, named, shown, texts, unanswered, unjudged
from vouch.scorers.claims import claims, supports
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Against = Literal["found", "input", "expected"]
"""Where the evidence is: `found`: the passages that the run recalled; `input`: what the app was asked, as for a
summary; `expected`: the case's text or texts."""


class Groundedness(Struct, frozen=True):
    """The mean support of the answer's claims, or the share of those that reach a threshold."""

    against: Against = "found"
    embedder: Embedder | None = None
    threshold: float | None = None

    @property
    def name(self) -> str:
        """`groundedness` with its settings and the embedder's fingerprint."""
        return named(
            "groundedness",
            against=None if self.against == "found" else self.against,
            embedder=self.embedder and f"{self.embedder.name} {self.embedder.fingerprint}",
            threshold=self.threshold,
        )

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case without evidence and an answer without a word cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        evidence = self._evidence(case, result)
        if not any(text.strip() for text in evidence):
            if self.against == "expected":
                return unjudged(self.name, case, "the evidence, a text or a list of texts,")
            return Score(self.name, None, f"case {case.id!r} has no evidence: {self.against!r} is empty")
        said = claims(result.output)
        if not said:
            return Score(self.name, None, f"{shown(result.output)} claims nothing")
        found = await supports(said, evidence, self.embedder)
        if self.threshold is not None:
            found = [float(value >= self.threshold) for value in found]
        weakest = min(range(len(said)), key=found.__getitem__)
        told = f"{len(said)} claims; the least supported ({found[weakest]:.2f}): {shown(said[weakest])}"
        return measured(self.name, sum(found) / len(found), told)

    def _evidence(self, case: Case, result: Result) -> list[str]:
        if self.against == "found":
            return [passage.text for passage in result.found]
        return [case.input] if self.against == "input" else texts(case.expected)


def groundedness(
    embedder: Embedder | None = None, *, against: Against = "found", threshold: float | None = None
) -> Groundedness:
    """How well the evidence supports an answer, claim by claim, without a model.

    Without a `threshold` the value is the mean support; with one, the share of claims supported at least so well, and
    right only where all are. Raises an `AppError` for other evidence or a threshold outside (0, 1].
    """
    if against not in get_args(Against) or not (threshold is None or 0 < threshold <= 1):
        raise AppError(
            f"groundedness(against={against!r}, threshold={threshold!r}): 'found', 'input' or 'expected', and a share "
            f"such as 0.7, are wanted"
        )
    return Groundedness(against, embedder, threshold)
