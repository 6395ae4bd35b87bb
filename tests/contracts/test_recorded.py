"""Real traffic of many providers, read and written again without losing anything, and with strange things put in."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.wire.exchanges import Exchange, exchanges
from benchmarks.wire_traffic import problems

pytestmark = pytest.mark.data

NEW = {"type": "brand_new", "inside": {"word": "xyzzy"}}
SCHEMAS = ("input_schema", "parameters", "schema", "args", "json", "input", "inputSchema", "properties")


@pytest.fixture
def recorded(data: Callable[[str], Path]) -> list[Exchange]:
    return list(exchanges(data("gateway/wire_traffic_pydantic_ai.jsonl.gz").parents[1]))


def test_nothing_recorded_is_lost(recorded: list[Exchange]) -> None:
    assert {exchange.file: found for exchange in recorded if (found := problems(exchange))} == {}
    assert len(recorded) >= 700


def objects(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        yield place, value
        for name, inner in value.items():
            if name not in SCHEMAS or isinstance(inner, list):
                yield from objects(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from objects(inner, (*place, number))


def changed(exchange: Exchange, side: str, drawn: random.Random) -> Exchange | None:
    """An exchange with a field that nobody knows, or a block that nobody knows, somewhere in it."""
    whole = copy.deepcopy(getattr(exchange, side))
    if not isinstance(whole, dict):
        return None
    place, found = drawn.choice(list(objects(whole)))
    lists = [value for name, value in found.items() if name in ("content", "parts", "output", "system")]
    if lists and isinstance(lists[0], list) and drawn.random() < 0.5:
        lists[0].insert(drawn.randint(0, len(lists[0])), NEW if exchange.dialect != "google" else {"brandNew": NEW})
    else:
        found["brand_new_field"] = f"xyzzy {len(place)}"
    return msgspec.structs.replace(exchange, **{side: whole})


def test_what_nobody_knows_survives(recorded: list[Exchange]) -> None:
    drawn, tried = random.Random(11), 0
    for exchange in recorded:
        if not exchange.dialect or exchange.status >= 400:
            continue
        for side in ("request", "response"):
            strange = changed(exchange, side, drawn)
            if strange is not None:
                tried += 1
                assert problems(strange) == [], json.dumps(getattr(strange, side))[:2000]
    assert tried > 1000
