"""Whether a conversation reached its goal: the world is left as it should be, and what had to be said was said.

It does not know how the goal was reached.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from vouch.scorers.answer import measured, shown, unanswered, unjudged
from vouch.scorers.difference import Rules, leaves
from vouch.scorers.label import plain
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class _Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    state: Any = None
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


class Goal(Struct, frozen=True):
    """The share of the goal's conditions that hold at the end of the conversation."""

    @property
    def name(self) -> str:
        """`goal`."""
        return "goal"

    async def score(self, case: Case, result: Result) -> Score:
        """The share; a case that expects no object with `state`, `said` or `unsaid` cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        try:
            wanted = msgspec.convert(case.expected, _Wanted)
        except (msgspec.ValidationError, UnicodeEncodeError):
            wanted = _Wanted()
        if wanted == _Wanted() or not all(plain(text) for text in (*wanted.said, *wanted.unsaid)):
            return unjudged(self.name, case, "an object with 'state', 'said' or 'unsaid'")
        conditions = len(wanted.said) + len(wanted.unsaid) + (wanted.state is not None)
        failed = _failed(wanted, result)
        return measured(self.name, 1 - len(failed) / conditions, "; ".join(failed))


def goal() -> Goal:
    """The share of a conversation's goal that was reached.

    A case expects an object with any of `state` (what the world holds at the end: the fields named), `said` (texts that
    must have been said in some turn) and `unsaid` (texts that must not). Case and spaces of texts do not count.
    """
    return Goal()


def _failed(wanted: _Wanted, result: Result) -> list[str]:
    heard = plain(" ".join((*result.said, result.output)))
    failed = [f"{shown(text)} was not said" for text in wanted.said if plain(text) not in heard]
    failed += [f"{shown(text)} was said" for text in wanted.unsaid if plain(text) in heard]
    if wanted.state is not None:
        wrong = [leaf.why for leaf in leaves(wanted.state, result.state, Rules(exact_text=True)) if not leaf.right]
        failed += [f"state: {wrong[0]}"] if wrong else []
    return failed
