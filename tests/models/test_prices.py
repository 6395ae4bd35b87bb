"""Tests of what an answer costs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from vouch.models import genai
from vouch.models.prices import Prices
from vouch.values.money import ZERO, Money, Price, Usage

MILLION = 1_000_000


@pytest.mark.parametrize("model", ["local/minilm", "local/classifier", "scripted", "scripted/x", "replay/journal.db"])
def test_what_runs_here_is_free(model: str) -> None:
    assert Prices().cost(model, Usage(10, 10)) == ZERO


def test_own_prices_win() -> None:
    own = Price(Decimal(2), Decimal(8), cache_read=Decimal(1), currency="EUR")
    prices = Prices({"openai/gpt-4o": own, "local/big": own})
    usage = Usage(MILLION, MILLION, cache_read_tokens=MILLION // 2)
    assert prices.cost("openai/gpt-4o", usage) == Money(Decimal("9.5"), "EUR")
    assert prices.cost("local/big", usage) == Money(Decimal("9.5"), "EUR")


def test_the_public_list_knows_models_and_their_cached_tokens() -> None:
    prices = Prices()
    assert prices.cost("openai/gpt-4o-mini", Usage(MILLION, MILLION)) == Money(Decimal("0.75"))
    assert prices.cost("openai/gpt-4o-mini", Usage(MILLION, 0, cache_read_tokens=MILLION)) == Money(Decimal("0.075"))
    assert prices.cost("openai/gpt-4o-mini", Usage(1, 0)) == Money(Decimal("0.00000015"))
    assert prices.cost("openai/gpt-4o-mini", Usage()) == Money(Decimal(0))


def test_a_price_may_depend_on_how_much_is_asked() -> None:
    sonnet = "openrouter/anthropic/claude-sonnet-4.5"
    assert Prices().cost(sonnet, Usage(100_000, 0)) == Money(Decimal("0.3"))
    assert Prices().cost(sonnet, Usage(1_000_000, 0)) == Money(Decimal(6))
    research = "perplexity/sonar-deep-research"
    assert Prices().cost(research, Usage(0, MILLION)) == Money(Decimal(8))
    assert Prices().cost(research, Usage(0, MILLION, reasoning_tokens=MILLION)) == Money(Decimal(3))
    assert Prices().cost(research, Usage(0, 1, reasoning_tokens=2)) is None


def test_prices_are_exactly_those_of_the_package() -> None:
    drawn, compared, now = random.Random(7), 0, datetime.now(UTC)
    for seller in genai.providers:
        for offer in seller.models:
            if not {"input_mtok", "output_mtok"} <= set(offer.get_prices(now).__dict__):
                continue
            read, write = drawn.randrange(200_000), drawn.randrange(200_000)
            usage = Usage(read + write + drawn.randrange(400_000), drawn.randrange(9000), read, write)
            cost = genai.price_at(offer.get_prices(now), usage.input_tokens).of(usage)
            if "requests_kcount" not in offer.get_prices(now).__dict__:
                assert cost == genai._cost_by_package(seller, offer, usage, now), offer.id
                compared += 1
    assert compared > 1500


@pytest.mark.parametrize("model", ["openai/no-such-model", "my-own-server/gpt-4o-mini", "gpt-4o-mini", "openai/", ""])
def test_a_price_that_nobody_knows_is_none(model: str) -> None:
    assert Prices().cost(model, Usage(10, 10)) is None


def test_more_cached_tokens_than_tokens_have_no_price() -> None:
    assert Prices().cost("openai/gpt-4o-mini", Usage(10, 0, cache_read_tokens=20)) is None


SILENT = """
import socket, sys
def refuse(*_, **__): raise AssertionError("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
from decimal import Decimal
from vouch.models.prices import Prices
from vouch.values.money import Price, Usage
prices = Prices({"a/b": Price(Decimal(1), Decimal(1))})
prices.cost("a/b", Usage(1, 1)), prices.cost("local/minilm", Usage(1, 1))
assert not any(name.startswith("genai_prices") for name in sys.modules)
assert prices.cost("openai/gpt-4o", Usage(1, 1)).amount > 0
import genai_prices.data_snapshot
genai_prices.data_snapshot.set_custom_snapshot(genai_prices.data_snapshot.DataSnapshot([], True))
assert prices.cost("openai/gpt-4o", Usage(1, 1)).amount > 0
"""


def test_the_list_is_loaded_only_when_it_is_needed_and_never_asks_the_network() -> None:
    done = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.data
def test_recorded_usage_costs_what_the_list_said(data: Callable[[str], Path]) -> None:
    prices, compared, same = Prices(), 0, 0
    for line in data("gateway/genai_prices_usage_cases.jsonl").read_text(encoding="utf-8").split("\n"):
        case = json.loads(line) if line else {"extracted": []}
        for found in case["extracted"]:
            theirs = {name.removeprefix("output_reasoning_"): count for name, count in found["usage"].items()}
            theirs["reasoning_tokens"] = theirs.pop("tokens", 0)
            known = {name: theirs.get(name, 0) for name in Usage.__struct_fields__}
            if set(theirs) - set(known):
                continue
            for extractor in found["extractors"]:
                if "input_price" in extractor and "output_price" in extractor:
                    expected = Decimal(extractor["input_price"]) + Decimal(extractor["output_price"])
                    cost = prices.cost(f"{extractor['provider_id']}/{case['model']}", Usage(**known))
                    compared += 1
                    same += cost == Money(expected)
    assert compared > 1000
    # The list that is installed is newer than the recording: a few prices have changed.
    assert same > 0.9 * compared
