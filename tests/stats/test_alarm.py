"""The alarm: hardly ever false, soon where a promise is broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats.alarm import STAKES, Alarm, first_alarm


def test_false_alarms_are_rare() -> None:
    random = np.random.default_rng(1)
    sounded = sum(
        first_alarm((random.random(2000) < 0.9).tolist(), [0.9] * 2000, alarm=Alarm(patience=2000)) is not None
        for _ in range(60)
    )
    assert sounded / 60 <= 0.3


@pytest.mark.parametrize(("drop", "median"), [(0.1, 123), (0.2, 50)])
def test_broken_promises_are_heard_as_soon_as_published(drop: float, median: int) -> None:
    random = np.random.default_rng(2)
    waits = [first_alarm((random.random(3000) < 0.9 - drop).tolist(), [0.9] * 3000) or 3000 for _ in range(80)]
    assert float(np.median(waits)) == pytest.approx(median, rel=0.3)


def test_hearing_one_by_one_is_the_same() -> None:
    random = np.random.default_rng(3)
    outcomes = (random.random(600) < 0.6).astype(float).tolist()
    alarm = Alarm(patience=500)
    heard = 0
    while not alarm.sounds:
        alarm = alarm.hear(outcomes[heard], 0.9)
        heard += 1
    assert first_alarm(outcomes, [0.9] * 600, alarm=Alarm(patience=500)) == heard == alarm.audits
    assert not Alarm(patience=500).sounds


def test_heights_follow_the_formula_and_stay_numbers() -> None:
    alarm = Alarm(tolerance=0.02).hear(0, 0.9)
    assert alarm.heights == pytest.approx([1 + stake * 0.88 for stake in STAKES])
    for _ in range(3000):
        alarm = alarm.hear(0, 0.9)
    assert alarm.height <= 1e300
    assert first_alarm([], []) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Alarm(patience=0), "patience=0"),
        (lambda: Alarm(tolerance=1), "tolerance=1"),
        (lambda: Alarm().hear(2, 0.9), "outcome = 2, promised = 0.9"),
        (lambda: first_alarm([1], [1.5]), "promised = 1.5"),
        (lambda: first_alarm([1], []), "1 outcomes and 0 promises"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
