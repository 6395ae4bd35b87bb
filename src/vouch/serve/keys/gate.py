"""Whoever asks shows a key; the gate holds its limits and its budget, and keeps account.

It does not know formats, models or where keys are kept. Amounts are reserved before a request goes out and settled when
it has come back, so that requests side by side cannot spend the same money.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from vouch.errors import RequestRefused
from vouch.journal.spend import Spent
from vouch.serve.keys.ledger import Ledger
from vouch.serve.keys.shared_window import SharedWindow
from vouch.serve.keys.store import hash_of
from vouch.serve.keys.terms import Key, Period, Terms
from vouch.serve.keys.window import Window
from vouch.values.money import Money

NOBODY: Final = Key("", "")
"""Who asks without a key, where none is demanded."""

_NOTHING: Final = Decimal(0)


class Account:
    """What one key has used, and what is reserved for its requests under way.

    With a `ledger`, which several processes share: what it has used here, out of what was drawn from there.
    """

    __slots__ = ("_ledger", "base", "drawn", "key", "requests", "reserved", "spent", "tokens", "until")

    def __init__(self, key: Key, ledger: Ledger | None = None) -> None:
        self.key = key
        self.requests: Window | SharedWindow | None = None
        self.tokens: Window | SharedWindow | None = None
        self.base = _NOTHING
        self.spent = _NOTHING
        self.reserved = _NOTHING
        self.drawn = _NOTHING
        self.until = ""
        self._ledger = ledger
        self.renew(key)

    @property
    def counted(self) -> bool:
        """Whether what a request may cost or use matters."""
        return self.tokens is not None or self.key.terms.budget is not None

    def renew(self, key: Key) -> None:
        """The key's terms may have changed: what was counted stays."""
        terms = key.terms
        self.key = key
        self.requests = self._limited(self.requests, terms.requests_per_minute, "requests")
        self.tokens = self._limited(self.tokens, terms.tokens_per_minute, "tokens")

    def begin(self, until: str, spent: Decimal) -> None:
        """A period begins, in which so much was spent already."""
        self.until, self.spent, self.drawn = until, _NOTHING, _NOTHING
        self.base = spent

    def affords(self, budget: Decimal, estimate: Decimal) -> bool:
        """Whether `budget` allows so much more."""
        wanted = self.spent + self.reserved + estimate
        if self._ledger is None:
            return self.base + wanted <= budget
        if wanted > self.drawn:
            self.drawn += self._ledger.draw(self._purse, wanted - self.drawn, budget=budget, base=self.base)
        return wanted <= self.drawn

    def settle(self, reserved: Decimal, spent: Decimal) -> None:
        """So much is reserved no more, and so much was spent."""
        self.reserved -= reserved
        self.spent += spent
        over = self.spent + self.reserved - self.drawn
        if self._ledger is not None and over > 0 and self.key.terms.budget is not None:
            self._ledger.give_back(self._purse, -over)
            self.drawn += over

    def share(self, now: float) -> None:
        """Give back to the other processes what is not needed now."""
        for window in (self.requests, self.tokens):
            if isinstance(window, SharedWindow):
                window.tell(now)
        spare = self.drawn - self.spent - self.reserved
        if self._ledger is not None and spare > 0:
            self._ledger.give_back(self._purse, spare)
            self.drawn -= spare

    @property
    def _purse(self) -> str:
        return f"{self.key.id} {self.until}"

    def _limited(
        self, window: Window | SharedWindow | None, limit: int | None, what: str
    ) -> Window | SharedWindow | None:
        if limit is None:
            return None
        if window is None:
            name = f"{self.key.id} {what}"
            return Window(limit) if self._ledger is None else SharedWindow(limit, self._ledger, name)
        window.limit = limit
        return window


class Ticket:
    """One request that was let in: settle it exactly once, whatever became of it."""

    __slots__ = ("_account", "_cost", "_second", "_tokens")

    def __init__(self, account: Account, cost: Decimal, tokens: int, second: int) -> None:
        self._account = account
        self._cost = cost
        self._tokens = tokens
        self._second = second

    def settle(self, cost: Money | None, tokens: int) -> None:
        """What it came to."""
        account = self._account
        paid = cost is not None and cost.currency == account.key.terms.currency
        account.settle(self._cost, cost.amount if cost is not None and paid else _NOTHING)
        if account.tokens is not None:
            account.tokens.correct(self._second, tokens - self._tokens)


class Gate:
    """All accounts. With `demanded`, nobody is let in without a key. With a `ledger`, others share its accounts."""

    def __init__(
        self,
        *,
        demanded: bool,
        ledger: Ledger | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.demanded = demanded
        self._ledger = ledger
        self._clock = clock
        self._wall = wall
        self._accounts: dict[str, Account] = {}
        self._nobody = Account(NOBODY)

    def renew(self, keys: Mapping[str, Key], spent: Iterable[Spent]) -> None:
        """These are all keys from now on, by their hashes, with what they spent up to now."""
        known = {account.key.id: account for account in self._accounts.values()}
        accounts: dict[str, Account] = {}
        for hashed, key in keys.items():
            account = known.get(key.id)
            if account is None:
                account = Account(key, self._ledger)
                until = period_of(key.terms, self._wall())
                account.begin(until, _spent_within(key, spent, until))
            account.renew(key)
            accounts[hashed] = account
        self._accounts = accounts

    def share(self) -> None:
        """Give back to the other processes what was drawn and is not needed now."""
        if self._ledger is not None:
            for account in self._accounts.values():
                account.share(self._clock())

    @property
    def keyed(self) -> bool:
        """Whether any key opens it now."""
        return any(account.key.usable(self._wall()) for account in self._accounts.values())

    def open(self, token: str | None) -> Account:
        """The account of whoever shows `token`; raises `RequestRefused` (401)."""
        if token is None and not self.demanded:
            return self._nobody
        account = self._accounts.get(hash_of(token)) if token else None
        if account is None and not self.demanded and not token_is_ours(token):
            # Clients must send some key, and on a machine of one's own any will do.
            return self._nobody
        if account is None or not account.key.usable(self._wall()):
            raise RequestRefused(_WRONG if token else _MISSING, status=401, code="invalid_api_key")
        return account

    def reserve(self, account: Account, model: str, *, cost: Money | None, tokens: int) -> Ticket:
        """Let a request in that may cost and use so much; raises `RequestRefused` (403 or 429)."""
        key = account.key
        if key is NOBODY:
            return Ticket(account, _NOTHING, 0, 0)
        terms = key.terms
        if not terms.allows(model):
            raise RequestRefused(
                f"this key may not ask for {model!r}, only for {', '.join(terms.models)}", status=403, code="forbidden"
            )
        now = self._clock()
        self._hold_limits(account, now, tokens)
        reserved = self._hold_budget(account, cost)
        if account.requests is not None:
            account.requests.add(now, 1)
        second = account.tokens.add(now, tokens) if account.tokens is not None else 0
        account.reserved += reserved
        return Ticket(account, reserved, tokens, second)

    def _hold_limits(self, account: Account, now: float, tokens: int) -> None:
        for window, amount, what in ((account.requests, 1, "requests"), (account.tokens, tokens, "tokens")):
            if window is not None and not window.fits(now, amount):
                raise RequestRefused(
                    f"this key may use {window.limit} {what} a minute, and they are used up; wait, or raise the limit",
                    status=429,
                    code="rate_limit_exceeded",
                    retry_after=window.wait(now, amount),
                )

    def _hold_budget(self, account: Account, cost: Money | None) -> Decimal:
        terms = account.key.terms
        if terms.budget is None:
            return _NOTHING
        if (now := period_of(terms, self._wall())) != account.until:
            account.begin(now, _NOTHING)
        estimate = cost.amount if cost is not None and cost.currency == terms.currency else _NOTHING
        if not account.affords(terms.budget, estimate):
            raise RequestRefused(
                f"the budget of this key is {terms.budget} {terms.currency} ({terms.period}); "
                f"{account.base + account.spent} are spent, {account.reserved} reserved, "
                f"and this may cost {estimate}: "
                "raise the budget, or ask for less",
                status=429,
                code="insufficient_quota",
            )
        return estimate


def token_is_ours(token: str | None) -> bool:
    """Whether a token looks like a virtual key: such a one must be right."""
    return bool(token) and str(token).startswith("vk-")


def period_of(terms: Terms, now: float) -> str:
    """The first day of the period that a time (Unix seconds) is in; empty for the one period that never ends."""
    return _first_day(terms.period, int(now // _DAY))


@lru_cache(maxsize=64)
def _first_day(period: Period, number: int) -> str:
    """The same for a day by its number since 1970."""
    if period == "total":
        return ""
    day = datetime.fromtimestamp(number * _DAY, UTC).date()
    return (day if period == "day" else day.replace(day=1)).isoformat()


def _spent_within(key: Key, spent: Iterable[Spent], since: str) -> Decimal:
    return sum(
        (one.amount for one in spent if one.key == key.id and one.day >= since and one.currency == key.terms.currency),
        _NOTHING,
    )


_DAY: Final = 86_400
_WRONG: Final = "this key is not known here, or not any more; `vouch keys make` makes one"
_MISSING: Final = "a key is needed; send it as `authorization: Bearer vk-...`; `vouch keys make` makes one"
