"""A virtual key and its terms, as frozen values.

They do not know where keys are kept, nor what was spent.
"""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

Period = Literal["day", "month", "total"]
"""How long a budget lasts: a day or a month of the calendar (UTC), or once and for all."""


class Terms(Struct, frozen=True, omit_defaults=True):
    """What a key may do: ask for which models, routes and apps, how often, and for how much money.

    `models` are patterns such as `openai/*` or `app/support`; without any, everything. A limit of None is none.
    """

    name: str = ""
    team: str = ""
    user: str = ""
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    budget: Decimal | None = None
    currency: str = "USD"
    period: Period = "month"
    requests_per_minute: Annotated[int, Meta(ge=1)] | None = None
    tokens_per_minute: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if self.budget is not None and not (self.budget.is_finite() and self.budget >= 0):
            raise ValueError(f"budget = {self.budget}: a budget is 0 or more")

    def allows(self, model: str) -> bool:
        """Whether it may ask for this name."""
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)


class Key(Struct, frozen=True):
    """One virtual key. `shown` is how it begins; the key itself is kept nowhere. Times in Unix seconds, 0 for never."""

    id: str
    shown: str
    terms: Terms = Terms()
    created: float = 0.0
    expires: float = 0.0
    revoked: float = 0.0

    def usable(self, now: float) -> bool:
        """Whether it opens anything at this time."""
        return not (self.revoked and self.revoked <= now) and not (self.expires and self.expires <= now)
