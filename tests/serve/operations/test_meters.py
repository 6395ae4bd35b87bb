"""Tests of the counters, and of the page on which Prometheus reads them."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from vouch.serve.operations.exposition import Gauge, exposition
from vouch.serve.operations.meters import ENCODER, NAMES, OTHER, Counts, Meters, added, read_counts
from vouch.serve.operations.shared_counts import SharedCounts
from vouch.values.event import Attempt, RequestServed
from vouch.values.money import Money, Usage


def served(model: str = "up/a", **more: object) -> RequestServed:
    given: dict[str, object] = {
        "face": "chat",
        "asked": "auto",
        "key": "k1",
        "attempts": (Attempt("up/b", 500, "Failure"), Attempt(model, 200)),
        "usage": Usage(10, 5),
        "cost": Money(Decimal("0.25")),
        "first": 0.02,
        "seconds": 0.3,
    }
    return RequestServed(model=model, **(given | more))  # type: ignore[arg-type]


def page(counts: Counts, *gauges: Gauge) -> list[str]:
    return exposition(counts, gauges).decode().splitlines()


def test_all_that_is_counted_is_shown() -> None:
    meters = Meters()
    meters.saw("r", served())
    meters.saw("r", served(cached="exact", seconds=1_000.0))
    meters.saw("r", served("", status=400, attempts=(), usage=Usage(), cost=None, first=0.0, seconds=0.005))
    lines = page(meters.counts, Gauge("vouch_under_way", "Now.", {"": 3}), Gauge("g", "G.", {"x": 0.5}, "model"))
    for line in (
        'vouch_requests_total{face="chat",model="up/a",status="200",key="k1"} 2',
        'vouch_requests_total{face="chat",model="",status="400",key="k1"} 1',
        'vouch_tokens_total{model="up/a",key="k1",kind="input"} 20',
        'vouch_tokens_total{model="up/a",key="k1",kind="output"} 10',
        'vouch_cost_total{model="up/a",key="k1",currency="USD"} 0.5',
        'vouch_attempts_total{model="up/b",status="500",error="Failure"} 2',
        'vouch_attempts_total{model="up/a",status="200",error=""} 2',
        'vouch_cache_hits_total{kind="exact"} 1',
        'vouch_request_seconds_bucket{face="chat",le="0.005"} 1',
        'vouch_request_seconds_bucket{face="chat",le="0.25"} 1',
        'vouch_request_seconds_bucket{face="chat",le="0.5"} 2',
        'vouch_request_seconds_bucket{face="chat",le="600"} 2',
        'vouch_request_seconds_bucket{face="chat",le="+Inf"} 3',
        'vouch_request_seconds_count{face="chat"} 3',
        'vouch_request_seconds_sum{face="chat"} 1000.305',
        'vouch_first_byte_seconds_count{face="chat"} 2',
        "vouch_under_way 3",
        'g{model="x"} 0.5',
        "# TYPE vouch_requests_total counter",
        "# TYPE vouch_request_seconds histogram",
        "# TYPE g gauge",
    ):
        assert line in lines, line


def test_names_that_clients_make_up_break_no_line_and_fill_no_memory() -> None:
    meters = Meters()
    meters.saw("r", served('a"\n\\b\ud800'))
    for number in range(2 * NAMES):
        meters.saw("r", served(f"up/{number}", attempts=()))
    assert 'model="a\\"\\n\\\\b\\\\ud800"' in "\n".join(page(meters.counts))
    assert len(meters.counts.requests) <= NAMES + 1
    assert meters.counts.requests["chat", OTHER, "200", "k1"] >= NAMES - 2


def test_counters_of_several_processes_add_up() -> None:
    one, other = Meters(), Meters()
    one.saw("r", served())
    other.saw("r", served(cached="exact"))
    other.saw("r", served("up/z", face="messages"))
    before = ENCODER.encode(one.counts)
    total = added(one.counts, other.counts)
    assert ENCODER.encode(one.counts) == before
    both = Meters()
    for event in (served(), served(cached="exact"), served("up/z", face="messages")):
        both.saw("r", event)
    assert page(total) == page(both.counts)
    assert page(read_counts(ENCODER.encode(total))) == page(total)


async def test_files_of_others_are_read_and_broken_ones_passed_over(tmp_path: Path) -> None:
    mine, theirs = Meters(), Meters()
    mine.saw("r", served())
    theirs.saw("r", served())
    shared = SharedCounts(tmp_path)
    keeping = asyncio.create_task(shared.keep_saving(mine))
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert shared(mine.counts).requests == mine.counts.requests, "its own is not counted twice"
    (tmp_path / "1.counts").write_bytes(ENCODER.encode(theirs.counts))
    (tmp_path / "2.counts").write_bytes(b"\xc1")
    (tmp_path / "3.counts").mkdir()
    assert list(shared(mine.counts).requests.values()) == [2]
    assert list(mine.counts.requests.values()) == [1]
