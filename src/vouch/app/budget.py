"""Limits of a run: when one is reached the run stops cleanly, with everything so far recorded.

It does not know what the run is doing.
"""

from __future__ import annotations

from dataclasses import dataclass

from vouch.errors import AppError
from vouch.journal.state import RunState
from vouch.values.money import Money


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most a run may take. None is no limit; `steps` counts answers of models, `seconds` the time at work:
    waiting for a person or the customer takes none.

    `trouble` is how many calls in a row may fail or be refused: a model that does not learn from them is stopped.
    """

    steps: int | None = 50
    tokens: int | None = None
    money: Money | None = None
    seconds: float | None = 600.0
    trouble: int | None = 8

    def __post_init__(self) -> None:
        amounts = {"steps": self.steps, "tokens": self.tokens, "seconds": self.seconds, "trouble": self.trouble}
        for name, amount in amounts.items():
            if amount is not None and amount <= 0:
                raise AppError(f"Budget({name}={amount!r}): give a number above 0, or None for no limit")

    def exceeded(self, state: RunState, now: float) -> str | None:
        """Which limit the run has reached at Unix time `now`, in words, or None."""
        if self.steps is not None and state.steps >= self.steps:
            return f"its budget of {self.steps} steps is used up"
        if self.tokens is not None and state.usage.total_tokens >= self.tokens:
            return f"its budget of {self.tokens} tokens is used up: {state.usage.total_tokens}"
        if self.seconds is not None and state.busy_until(now) >= self.seconds:
            return f"its budget of {self.seconds:g} s is used up: {state.busy_until(now):.1f} s"
        return self._money_exceeded(state)

    def _money_exceeded(self, state: RunState) -> str | None:
        if self.money is None or not state.steps:
            return None
        if state.cost is None:
            return f"it has a budget of {self.money}, but the price of its model is not known; add it under [prices]"
        if state.cost.currency != self.money.currency:
            return (
                f"it has a budget of {self.money}, but its models are paid in {state.cost.currency}; use one currency"
            )
        return f"its budget of {self.money} is used up: {state.cost}" if state.cost >= self.money else None

    def seconds_left(self, state: RunState, now: float) -> float | None:
        """How many seconds the run may still take, or None for any number."""
        return None if self.seconds is None else max(0.0, self.seconds - state.busy_until(now))
