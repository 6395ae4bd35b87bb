"""Tests of the circuit breaker: what opens it, when it lets one through, and what that one decides."""

from __future__ import annotations

from vouch.serve.breaker import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Breaker


def opened(now: float = 100.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.opens(now) == 0
        breaker.begin()
        breaker.failed(now)
    return breaker


def test_it_opens_after_failures_in_a_row_and_a_success_between_them_counts() -> None:
    breaker = opened()
    assert breaker.opens(100) == FIRST_PAUSE
    other = Breaker()
    for turn in range(3 * FAILURES):
        other.begin()
        if turn % 2:
            other.succeeded()
        else:
            other.failed(100)
    assert other.opens(100) == 0


def test_after_its_pause_one_goes_through_and_no_other() -> None:
    breaker = opened()
    later = 100 + FIRST_PAUSE
    assert breaker.opens(later) == 0
    breaker.begin()
    assert breaker.opens(later) > 0
    breaker.succeeded()
    assert breaker.opens(later) == 0


def test_a_probe_that_fails_doubles_the_pause_up_to_a_bound() -> None:
    breaker = opened()
    now, pause = 100.0, FIRST_PAUSE
    for _ in range(10):
        now += breaker.opens(now)
        assert breaker.opens(now) == 0
        breaker.begin()
        breaker.failed(now)
        pause = min(pause * 2, LONGEST_PAUSE)
        assert breaker.opens(now) == pause


def test_a_probe_whose_client_left_decides_nothing() -> None:
    breaker = opened()
    later = 100 + FIRST_PAUSE
    breaker.begin()
    breaker.left()
    assert breaker.opens(later) == 0


def test_an_upstreams_own_wish_is_kept_at_once() -> None:
    breaker = Breaker()
    breaker.begin()
    breaker.failed(100, retry_after=7)
    assert breaker.opens(100) == 7
    breaker.failed(100, retry_after=10_000)
    assert breaker.opens(100) == LONGEST_PAUSE
