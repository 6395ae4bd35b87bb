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

from vouch.errors import ConfigError
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
                bill = genai._bill_by_package(seller, offer, usage, now)
                assert bill is not None
                assert cost == bill.money, offer.id
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


LISTED = """[{"id": "mine", "name": "Mine", "api_pattern": "x", "models": [
  {"id": "small", "match": {"equals": "small"}, "prices": {"input_mtok": 1, "output_mtok": 2, "web_searches_kcount": 10,
   "input_audio_mtok": 30, "output_reasoning_mtok": 4}},
  {"id": "free", "match": {"equals": "free"}, "prices": {}}]}]"""


def test_a_list_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(LISTED)
    prices = Prices(listing=path)
    assert prices.cost("mine/small", Usage(MILLION, MILLION)) == Money(Decimal(3))
    assert prices.cost("mine/free", Usage(5, 5)) == Money(Decimal(0))
    assert prices.cost("openai/gpt-4o-mini", Usage(5, 5)) is None
    bill = prices.bill("mine/small", Usage(MILLION, MILLION, reasoning_tokens=MILLION // 2))
    assert bill is not None
    assert (bill.input, bill.output, bill.total) == (Decimal(1), Decimal(3), Decimal(4))
    heard = Usage(MILLION, counts={"input_audio_tokens": MILLION, "web_searches": 100, "unheard_of": 7})
    assert prices.cost("mine/small", heard) == Money(Decimal(31))
    # Counts that contradict the tokens are left aside.
    assert prices.cost("mine/small", Usage(5, counts={"input_audio_tokens": 9})) == Money(Decimal("0.000005"))


@pytest.mark.parametrize("content", ["", "{", "{}", '[{"id": 7}]', "[7]"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "prices.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"price list .* cannot be read"):
        Prices(listing=path).cost("mine/small", Usage(1))
    with pytest.raises(ConfigError, match="cannot be read"):
        Prices(listing=tmp_path / "missing.json").cost("mine/small", Usage(1))


def test_prices_are_those_of_the_moment() -> None:
    chat = "deepseek/deepseek-reasoner"
    noon, night = (datetime(2025, 6, 1, hour, tzinfo=UTC) for hour in (12, 20))
    at_noon, at_night = (Prices().cost(chat, Usage(MILLION), at=moment) for moment in (noon, night))
    assert at_noon is not None
    assert at_night is not None
    assert at_night < at_noon


def test_a_price_of_ones_own_for_every_kind_of_token() -> None:
    price = Price(
        *[Decimal(number) for number in (1, 2)],
        cache_read=Decimal("0.1"),
        cache_write=Decimal("1.25"),
        cache_write_1h=Decimal(2),
        reasoning=Decimal(3),
        input_audio=Decimal(10),
        output_audio=Decimal(20),
        searches=Decimal(5),
    )
    counts = {"cache_write_1h_tokens": 100, "input_audio_tokens": 50, "output_audio_tokens": 10, "web_searches": 3}
    usage = Usage(1000, 500, 200, 300, 40, counts)
    read = 450 * 1 + 50 * 10 + 200 * Decimal("0.1") + 200 * Decimal("1.25") + 100 * 2
    wrote = 450 * 2 + 40 * 3 + 10 * 20
    bill = Prices({"mine/m": price}).bill("mine/m", usage)
    assert bill is not None
    assert (bill.input, bill.output) == (read / MILLION, Decimal(wrote) / MILLION)
    assert bill.total == bill.input + bill.output + Decimal("0.015")
    # Without prices of their own they cost what the tokens cost that they are part of.
    plain = Price(Decimal(1), Decimal(2)).bill(usage)
    assert (plain.input, plain.output) == (Decimal("0.001"), Decimal("0.001"))
