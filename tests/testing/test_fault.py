"""Tests of when things go wrong."""

from __future__ import annotations

import math

from vouch.testing.fault import Fault, first_to_strike


def test_a_fault_strikes_where_it_is_told_to() -> None:
    fault = Fault(kind="error", at=(1, 4))
    assert [number for number in range(10) if fault.strikes(number)] == [1, 4]
    assert not any(Fault(kind="error").strikes(number) for number in range(100))
    assert all(Fault(kind="error", share=1.0).strikes(number) for number in range(100))


def test_a_share_is_drawn_by_its_seed_and_comes_out_right() -> None:
    struck = [number for number in range(4000) if Fault(kind="error", share=0.1).strikes(number)]
    assert struck == [number for number in range(4000) if Fault(kind="error", share=0.1).strikes(number)]
    assert abs(len(struck) - 400) < 4 * math.sqrt(4000 * 0.1 * 0.9)
    assert struck != [number for number in range(4000) if Fault(kind="error", share=0.1, seed=1).strikes(number)]
    assert struck != [number for number in range(4000) if Fault(kind="cut", share=0.1).strikes(number)]


def test_the_first_fault_listed_wins() -> None:
    faults = [Fault(kind="error", at=(1,)), Fault(kind="cut", at=(1, 2))]
    kinds = [fault and fault.kind for fault in (first_to_strike(faults, number) for number in range(4))]
    assert kinds == [None, "error", "cut", None]
