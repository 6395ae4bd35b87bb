from __future__ import annotations

import pytest

from vouch.app.retry import Retry
from vouch.errors import BadRequest, ModelError, Overloaded, RateLimited


def test_waits_double_up_to_the_longest_with_full_jitter() -> None:
    retry = Retry(attempts=100, first=1.0, longest=30.0)
    for failures in range(1, 100):
        waits = [retry.wait(Overloaded("busy"), failures) for _ in range(200)]
        most = min(30.0, 2.0 ** (failures - 1))
        assert all(wait is not None and 0 <= wait <= most for wait in waits)
        assert max(wait or 0 for wait in waits) > most / 2
        assert min(wait or 0 for wait in waits) < most / 2


@pytest.mark.parametrize(
    ("error", "failures", "wait"),
    [
        (BadRequest("no"), 1, None),
        (ModelError("script at its end"), 1, None),
        (Overloaded("busy"), 4, None),
        (RateLimited("slow", retry_after=7), 3, 7),
        (RateLimited("slow", retry_after=0), 1, 0),
        (RateLimited("slow", retry_after=30), 1, 30),
        (RateLimited("slow", retry_after=30.1), 1, None),
        (BadRequest("no", retry_after=1), 1, None),
    ],
)
def test_a_model_is_given_up_when_waiting_does_not_help(error: ModelError, failures: int, wait: float | None) -> None:
    assert Retry(attempts=4).wait(error, failures) == wait


def test_patience_without_end_does_not_overflow() -> None:
    wait = Retry(attempts=10_000).wait(Overloaded("busy"), 9_999)
    assert wait is not None
    assert wait <= 30
