"""Tests of the log: one line a request, and nothing of what was said."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Sequence
from decimal import Decimal
from unittest.mock import patch

import pytest

from vouch.serve.operations import batches
from vouch.serve.operations.batches import Batches
from vouch.serve.operations.request_log import Line, RequestLog, as_json, as_text
from vouch.values.event import Attempt, RequestServed
from vouch.values.money import Money, Usage

SERVED = RequestServed(
    face="chat",
    asked="auto",
    model="up/a",
    key="k1",
    user="ann@example.com",
    code="timeout",
    status=504,
    attempts=(Attempt("up/b", 500), Attempt("up/a", 200)),
    usage=Usage(3, 5),
    cost=Money(Decimal("0.0100")),
    seconds=0.25,
    cached="exact",
    why="what was said",
    request='{"secret": "sk-very-secret"}',
    response="also secret",
)


def test_a_line_of_json() -> None:
    told = json.loads(as_json(Line(1_700_000_000.25, "r1", SERVED)))
    assert told["time"] == "2023-11-14T22:13:20.250Z"
    assert (told["run"], told["status"], told["model"], told["cost"]) == ("r1", 504, "up/a", "0.01 USD")
    assert (told["attempts"], told["input_tokens"], told["output_tokens"]) == (2, 3, 5)
    free = json.loads(as_json(Line(0, "r", RequestServed(face="chat"))))
    assert free["cost"] is None


def test_a_line_of_words() -> None:
    assert as_text(Line(1_700_000_000.25, "r1", SERVED)) == (
        "2023-11-14T22:13:20.250Z 504 chat auto by up/a 3+5 tokens in 0.250 s cost=0.01 USD key=k1 cache=exact "
        "code=timeout attempts=2 run=r1"
    )
    assert " chat - 0+0 tokens" in as_text(Line(0, "r", RequestServed(face="chat")))


@pytest.mark.parametrize("write", [as_json, as_text])
def test_nothing_that_was_said_is_in_a_line_and_no_name_breaks_it(write: object) -> None:
    made_up = RequestServed(face="chat", asked="a\nb\x1b[31m\ud800" + "x" * 900, model="m\n", user="ann")
    for served in (SERVED, made_up):
        line = write(Line(0.0, "r", served))  # type: ignore[operator]
        assert "\n" not in line
        assert "\x1b" not in line
        assert "secret" not in line
        assert "ann" not in line
        assert len(line) < 700
        line.encode()


def test_lines_are_written_in_order_and_the_last_at_the_end() -> None:
    out = io.StringIO()
    log = RequestLog("json", out)
    for number in range(600):
        log.saw(str(number), SERVED)
    log.close()
    assert [json.loads(line)["run"] for line in out.getvalue().splitlines()] == [str(n) for n in range(600)]


def test_too_many_are_lost_and_counted_and_a_failure_costs_its_group_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = threading.Event()
    done: list[int] = []

    def work(group: Sequence[int]) -> None:
        release.wait(10)
        if 0 in group:
            raise ValueError("broken")
        done.extend(group)

    with patch.object(batches, "MOST", 5), patch.object(batches, "GROUP", 2):
        waiting = Batches(work, name="test", linger=0.001)
        for number in range(10):
            waiting.put(number)
        release.set()
        waiting.close()
    assert waiting.lost >= 3
    assert "broken" in caplog.text
    assert done == sorted(done)
    assert len(done) + waiting.lost + 2 >= 10
