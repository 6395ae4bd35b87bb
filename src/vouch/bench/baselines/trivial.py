"""What can be had without looking: the most frequent answer, and the first sentence of a text.

It does not know which task it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vouch.bench.baselines.sentences import sentences
from vouch.bench.baselines.taught import Pupil
from vouch.errors import BadRequest
from vouch.values.request import Example


async def frequent(examples: Sequence[Example]) -> Pupil:
    """Always the answer that the examples have most often, of equal ones the first; raises `BadRequest` without any."""
    if not examples:
        raise BadRequest("baseline/frequent learns from examples and was given none; give it rows to learn from")
    [(most, _)] = Counter(example.output for example in examples).most_common(1)

    async def answer(_text: str) -> str:
        return most

    return answer


async def lead(_examples: Sequence[Example]) -> Pupil:
    """The first sentence of the text."""

    async def answer(text: str) -> str:
        return next(iter(sentences(text)), "")

    return answer
