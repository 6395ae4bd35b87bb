"""The promise of an approval: whether a write needs someone's yes, and whose.

It does not know how they are asked.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

Of = Literal["nobody", "customer", "person"]
"""Whose yes: `nobody`'s, the `customer`'s who talks to the app, or a `person`'s of its owner's."""


class Demand(NamedTuple):
    """Whose yes is needed, within how many seconds, and by which rule."""

    of: Of
    seconds: float = 86_400.0
    rule: str = ""


@runtime_checkable
class Approval(Protocol):
    """A rule about approvals. Several are asked in order, and the first that does not give None decides."""

    def demand(self, arguments: dict[str, Any]) -> Demand | None:
        """Whose yes a write with these arguments needs, or None when this rule does not apply.

        Deterministic; where it raises, a person's yes is needed.
        """
        ...
