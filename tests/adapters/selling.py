"""The tools that agents of all frameworks call in the tests, and what became of their calls.

It does not know any framework.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vouch.adapters.outside import outside
from vouch.app.app import App
from vouch.tools.approvals import above
from vouch.tools.function import tool


class Till:
    """Refunds that were made: order, amount and key."""

    def __init__(self, **options: Any) -> None:
        self.made: list[tuple[str, str, str]] = []
        self.said: list[tuple[str, ...]] = []
        """What the policies saw of the user's words."""
        self.looked = 0
        self.app: App = outside("desk", [self._look(), self._refund(**options)])

    @property
    def orders(self) -> list[str]:
        """The orders for which money was given back, in no order."""
        return sorted(order for order, _, _ in self.made)

    def _look(self) -> Any:
        @tool(trust="trusted")
        def look(order: str) -> str:
            """Look up an order.

            Args:
                order: Its number.
            """
            self.looked += 1
            return f"{order} is delivered"

        return look

    def _refund(self, **options: Any) -> Any:
        class Listening:
            """A policy that allows all but order W0, and notes what was said."""

            name, customer, auditor = "listening", "Not W0.", "W0 is never given back."

            def allows(listening, attempt: Any) -> bool:  # noqa: N805 - `self` is the till
                self.said.append(attempt.past.said)
                return attempt.arguments["order"] != "W0"

        options = {"approval": above("amount", 50), "policies": [Listening()], **options}

        @tool(effect="write", trust="trusted", describe="Refund {amount} EUR for order {order}.", **options)
        def refund(order: str, amount: Decimal, *, idempotency_key: str) -> str:
            """Give the customer their money back for one order."""
            self.made.append((order, str(amount), idempotency_key))
            return f"{amount} EUR for {order}"

        return refund
