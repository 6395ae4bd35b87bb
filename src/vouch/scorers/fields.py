"""The fields of a JSON answer: each on its own, or all of them as one.

It does not know a schema; what a case expects says which fields there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import msgspec
from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, named, shown, unanswered, unjudged
from vouch.scorers.difference import Leaf, Rules, is_structure, leaves, read_json
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_SHOWN = 5


class Fields(Struct, frozen=True):
    """The share of the expected fields that are right in the output; or with `whole`, 1 where all are and else 0."""

    rules: Rules = Rules()
    whole: bool = False

    @property
    def name(self) -> str:
        """`fields` with its settings."""
        rules = self.rules
        tolerance = dict(rules.tolerances) or rules.tolerance or None
        return named("fields", tolerance=tolerance, whole=self.whole, exact_text=rules.exact_text, closed=rules.closed)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that expects neither an object nor a list, or an empty one, cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        if not is_structure(case.expected) or not case.expected:
            return unjudged(self.name, case, "an object or a list with something in it")
        try:
            found = self._leaves(case, result)
        except (msgspec.DecodeError, RecursionError):
            return Score(self.name, 0.0, f"{shown(result.output)} is not JSON")
        wrong = [leaf for leaf in found if not leaf.right]
        value = float(not wrong) if self.whole else 1 - len(wrong) / len(found)
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        return measured(self.name, value, "; ".join(leaf.why for leaf in wrong[:_SHOWN]) + more)

    def by_field(self, case: Case, result: Result) -> dict[str, bool]:
        """Each expected field and whether it is right, for a table by field; none where there is no answer in JSON."""
        try:
            return {leaf.place: leaf.right for leaf in self._leaves(case, result)}
        except (msgspec.DecodeError, RecursionError):
            return {leaf.place: False for leaf in leaves(case.expected, None, self.rules)}

    def _leaves(self, case: Case, result: Result) -> list[Leaf]:
        return list(leaves(cast("object", case.expected), read_json(result.output), self.rules))


def fields(
    *,
    tolerance: float | Mapping[str, float] = 0.0,
    whole: bool = False,
    exact_text: bool = False,
    closed: bool = False,
) -> Fields:
    """The share of a JSON answer's fields that are as expected; a case expects an object or a list.

    `tolerance` is that of all numbers, or by field, as in `{"total": 0.01, "items.price": 0.01}`. Texts are compared as
    labels unless `exact_text`. `closed`: fields that are not expected are wrong. The output may hold its JSON in a
    fenced block. Raises an `AppError` for a tolerance that is negative or has no end.
    """
    by_field = tuple(sorted(tolerance.items())) if isinstance(tolerance, Mapping) else ()
    for_all = 0.0 if isinstance(tolerance, Mapping) else tolerance
    if not all(0 <= value < float("inf") for value in (for_all, *(value for _, value in by_field))):
        raise AppError(f"fields(tolerance={tolerance!r}): 0 or positive numbers are wanted")
    return Fields(Rules(for_all, by_field, exact_text, closed), whole)
