"""How a run left the world, against how it should be left.

It does not know which calls led there; `path` does.
"""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, named, unanswered, unjudged
from vouch.scorers.difference import Rules, is_structure, leaves
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_SHOWN = 5


class FinalState(Struct, frozen=True):
    """Right when the state that the proof's world was left in is the expected one."""

    tolerance: float = 0.0
    closed: bool = True

    @property
    def name(self) -> str:
        """`final_state` with its settings."""
        return named("final_state", tolerance=self.tolerance or None, open=not self.closed)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that expects no object or list, and a run without a recorded state, have none.

        A run that ended without an answer is judged too: what it did to the world counts, what it said does not.
        """
        if not is_structure(case.expected):
            return unjudged(self.name, case, "the state, an object or a list,")
        if result.state is None:
            return unanswered(self.name, result) or Score(
                self.name, None, "the run has no recorded state; give the Proof a world"
            )
        rules = Rules(self.tolerance, exact_text=True, closed=self.closed)
        wrong = [leaf.why for leaf in leaves(cast("object", case.expected), result.state, rules) if not leaf.right]
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        return judged(self.name, "; ".join(wrong[:_SHOWN]) + more)


def final_state(*, tolerance: float = 0.0, closed: bool = True) -> FinalState:
    """Right when the world was left as expected: a JSON value, compared exactly but for `tolerance` of its numbers.

    `closed=False` compares only what the case expects. Raises an `AppError` for a negative tolerance.
    """
    if not 0 <= tolerance < float("inf"):
        raise AppError(f"final_state(tolerance={tolerance!r}): 0 or a positive number is wanted")
    return FinalState(tolerance, closed)
