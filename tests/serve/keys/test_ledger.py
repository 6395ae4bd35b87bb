"""Tests of what several processes share: that slices never add up to more than there is, and come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from vouch.errors import ConfigError, RequestRefused
from vouch.journal.spend import Spent
from vouch.serve.keys.gate import Gate
from vouch.serve.keys.ledger import Ledger
from vouch.serve.keys.shared_window import SharedWindow
from vouch.serve.keys.store import hash_of
from vouch.serve.keys.terms import Key, Terms
from vouch.values.money import Money

ZERO = Decimal(0)
TEN = Decimal(10)


@pytest.fixture
def ledgers(tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    """The same ledger, as two processes open it."""
    both = Ledger(tmp_path / "ledger.db", processes=2), Ledger(tmp_path / "ledger.db", processes=2)
    yield both
    for one in both:
        one.close()


def test_slices_never_add_up_to_more_than_there_is(ledgers: tuple[Ledger, Ledger]) -> None:
    drawn = ZERO
    for turn in range(1_000):
        got = ledgers[turn % 2].draw("k", Decimal("0.013"), budget=TEN, base=Decimal(2))
        assert got == 0 or got >= Decimal("0.013")
        drawn += got
    assert 8 - Decimal("0.013") < drawn <= 8
    ledgers[0].give_back("k", Decimal(3))
    assert ledgers[1].draw("k", Decimal(3), budget=TEN, base=ZERO) >= 3
    ledgers[0].give_back("other", Decimal(-4))
    assert ledgers[1].draw("other", Decimal("6.1"), budget=TEN, base=ZERO) == 0


def test_many_at_once(tmp_path: Path) -> None:
    drawn: list[Decimal] = []

    def draw() -> None:
        ledger = Ledger(tmp_path / "ledger.db", processes=4)
        drawn.extend(ledger.draw("k", Decimal("0.1"), budget=TEN, base=ZERO) for _ in range(100))
        ledger.close()

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Decimal("9.9") < sum(drawn) <= 10


def test_a_minute_that_is_shared(ledgers: tuple[Ledger, Ledger]) -> None:
    one, other = (SharedWindow(10, ledger, "k requests") for ledger in ledgers)
    used = 0
    for turn in range(20):
        window = (one, other)[turn % 2]
        if window.fits(100.0, 1):
            window.add(100.0, 1)
            used += 1
    assert used == 10
    assert one.wait(100.5, 1) == pytest.approx(60.5)
    assert one.wait(100.5, 11) == 60
    assert not one.fits(160.9, 1)
    assert one.fits(161.0, 10)
    one.add(161.0, 10)
    assert not other.fits(161.0, 1)
    assert other.wait(250.0, 1) == 0


def test_what_was_drawn_and_not_used_or_used_less_comes_back(ledgers: tuple[Ledger, Ledger]) -> None:
    one, other = (SharedWindow(1_000, ledger, "k tokens") for ledger in ledgers)
    assert one.fits(5.0, 900)
    second = one.add(5.0, 900)
    assert not other.fits(5.0, 200)
    one.correct(second, -800)
    one.correct(second, 0)
    assert not other.fits(5.0, 200), "it was not told yet"
    one.tell(6.0)
    assert other.fits(6.0, 200)
    other.add(6.0, 200)
    assert one.fits(6.0, 600)
    one.correct(one.add(6.0, 600), -600)
    assert one.fits(6.0, 650), "what it knows itself it tells first"


def gates(ledgers: tuple[Ledger, Ledger], spent: str = "0", **terms: object) -> list[Gate]:
    both = [Gate(demanded=True, ledger=ledger, clock=lambda: 1000.0, wall=lambda: 0.0) for ledger in ledgers]
    for gate in both:
        key = Key("k1", "vk-right", Terms(**terms))  # type: ignore[arg-type]
        gate.renew({hash_of("vk-right"): key}, [Spent("k1", "1970-01-01", "USD", Decimal(spent), 1, 1)])
    return both


def refused(gate: Gate, cost: str = "1") -> bool:
    try:
        gate.reserve(gate.open("vk-right"), "m", cost=Money(Decimal(cost)), tokens=0)
    except RequestRefused:
        return True
    return False


def test_a_budget_over_two_gates(ledgers: tuple[Ledger, Ledger]) -> None:
    one, other = gates(ledgers, spent="4", budget=TEN)
    assert [refused((one, other)[turn % 2]) for turn in range(8)].count(False) >= 5
    assert sum(not refused(gate) for gate in (one, other) * 5) <= 1
    with pytest.raises(RequestRefused, match=r"the budget of this key is 10 USD"):
        one.reserve(one.open("vk-right"), "m", cost=Money(TEN), tokens=0)


def test_what_costs_more_or_less_than_it_was_held_to_is_known_to_both(ledgers: tuple[Ledger, Ledger]) -> None:
    one, other = gates(ledgers, budget=TEN)
    tickets = [one.reserve(one.open("vk-right"), "m", cost=Money(Decimal(4)), tokens=0) for _ in range(2)]
    assert refused(other, "4")
    tickets[0].settle(Money(Decimal(1)), 0)
    one.share()
    ticket = other.reserve(other.open("vk-right"), "m", cost=Money(Decimal(4)), tokens=0)
    tickets[1].settle(Money(Decimal(8)), 0)
    assert refused(one, "0.01"), "9 are spent and 4 reserved"
    ticket.settle(None, 0)
    other.share()
    assert refused(one, "1.01")
    assert not refused(one, "1")


def test_limits_over_two_gates(ledgers: tuple[Ledger, Ledger]) -> None:
    both = gates(ledgers, requests_per_minute=5)
    assert [refused(both[turn % 2]) for turn in range(8)].count(False) == 5
    both[0].renew({hash_of("vk-right"): Key("k1", "vk-right", Terms(requests_per_minute=6))}, [])
    assert [refused(both[0]) for _ in range(2)] == [False, True]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        Ledger(tmp_path / "none" / "ledger.db", processes=1)
