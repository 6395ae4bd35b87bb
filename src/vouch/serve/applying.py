"""Which of the rules in vouch.toml applies to a request: by what it asks for, and by whose key it shows.

It does not know what the rules are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from vouch.serve.exchange import Exchange
from vouch.serve.keys.gate import NOBODY


class Patterned(Protocol):
    """`models` are patterns of what is asked for, `keys` names or ids of keys; without any, all."""

    @property
    def models(self) -> tuple[str, ...]:
        """The patterns."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """The names and ids."""
        ...


R = TypeVar("R", bound=Patterned)


def applies(rule: Patterned, exchange: Exchange) -> bool:
    """Whether it applies."""
    if rule.keys:
        key = exchange.account.key if exchange.account is not None else NOBODY
        if key.id not in rule.keys and key.terms.name not in rule.keys:
            return False
    return not rule.models or any(fnmatchcase(exchange.asked, pattern) for pattern in rule.models)


def first(rules: Sequence[R], exchange: Exchange) -> R | None:
    """The first that applies; None where there is none."""
    return next((rule for rule in rules if applies(rule, exchange)), None)
