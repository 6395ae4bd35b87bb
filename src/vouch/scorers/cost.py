"""Whether a run was cheap enough.

It does not know prices or rates of exchange; the run's cost is what was recorded.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, unanswered
from vouch.values.case import Case
from vouch.values.money import Money
from vouch.values.result import Result
from vouch.values.score import Score


class Cost(Struct, frozen=True):
    """Right when the run cost no more than the limit."""

    most: Money

    @property
    def name(self) -> str:
        """`cost` with its limit."""
        return f"cost({self.most})"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a run whose cost is not known, or in another currency, cannot be judged."""
        del case
        if missing := unanswered(self.name, result):
            return missing
        if result.cost is None:
            return Score(self.name, None, "the run's cost is not known; give its models a price")
        if result.cost.currency != self.most.currency:
            return Score(self.name, None, f"the run cost {result.cost}, the limit is {self.most}")
        return judged(self.name, f"{result.cost}, {self.most} is allowed" if result.cost > self.most else "")


def cost(most: str | Decimal | int, *, currency: str = "USD") -> Cost:
    """Right when a run cost at most this much, such as `cost("0.002")`.

    Raises an `AppError` for an amount that is negative, no number, or a float, which is not exact.
    """
    try:
        amount = Decimal(most) if isinstance(most, str | Decimal | int) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(most, bool) or not amount.is_finite() or amount < 0:
        raise AppError(f"cost({most!r}): an exact amount of 0 or more is wanted, such as '0.002'")
    return Cost(Money(amount, currency))
