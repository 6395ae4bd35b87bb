"""A case and a result from the few words that a test of a scorer needs.

It does not know any scorer.
"""

from __future__ import annotations

from typing import Any

from vouch.contracts.scorer import Scorer
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


async def scored(scorer: Scorer, expected: object, output: str = "", **more: Any) -> Score:
    """The judgement of an answered run with this output; `more` are other fields of its result."""
    return await scorer.score(
        Case("c1", "?", expected), Result("r1", **{"status": "answered", "output": output} | more)
    )


def pair(expected: object, output: str, **more: Any) -> tuple[Case, Result]:
    """A case and its result, as `over` takes them."""
    return Case("c1", "?", expected), Result("r1", **{"status": "answered", "output": output} | more)
