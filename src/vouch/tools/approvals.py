"""Whether a person must say yes to a write: never, always, above an amount, or by a function.

It does not know how they are asked, nor how long a run has been waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from vouch.contracts.approval import Demand, Of
from vouch.errors import ToolError

DAY: Final = 86_400.0


@dataclass(frozen=True)
class Rule:
    """An approval rule: if `applies`, then `of`'s yes is needed within `seconds`."""

    name: str
    applies: Callable[[dict[str, Any]], bool]
    of: Of = "person"
    seconds: float = DAY

    def demand(self, arguments: dict[str, Any]) -> Demand | None:
        """Whose yes is needed, or None when the rule does not apply."""
        return Demand(self.of, self.seconds, self.name) if self.applies(arguments) else None

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on."""
        return (self.applies, self.of, self.seconds)

    def within(self, seconds: float) -> Rule:
        """The same rule with another time in which the yes must come."""
        if seconds <= 0:
            raise ToolError(f"within({seconds!r}): give a number of seconds above 0")
        return replace(self, seconds=seconds)


never: Final = Rule("never", lambda _: True, "nobody")
"""Nobody need say yes."""

always: Final = Rule("always", lambda _: True)
"""A person says yes to every call."""


FOR_ALL: Final = {"never": never, "always": always}
"""The rules that are the same for every call, by name."""


def above(field: str, amount: Decimal | float | str) -> Rule:
    """A person says yes when the argument `field` is above `amount`, or is nothing that could be said to be below it.

    That is: it is missing, no number, not a number at all (NaN), infinite, or negative, since an amount that is taken
    the other way round has no limit. Raises `ToolError` for an `amount` that is no number.
    """
    try:
        limit = Decimal(str(amount))
    except InvalidOperation:
        limit = Decimal("NaN")
    if isinstance(amount, bool) or not limit.is_finite():
        raise ToolError(f"above({field!r}, {amount!r}): give a number, such as above({field!r}, 50)")

    def applies(arguments: dict[str, Any]) -> bool:
        value = arguments.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return True
        exact = Decimal(value) if isinstance(value, int) else Decimal(str(value))
        return not exact.is_finite() or exact < 0 or exact > limit

    return Rule(f"above({field}, {limit})", applies)


def when(applies: Callable[[dict[str, Any]], bool], *, of: Of = "person") -> Rule:
    """A rule of your own: a function from the arguments to whether `of`'s yes is needed."""
    return Rule(getattr(applies, "__name__", "when"), applies, of)
