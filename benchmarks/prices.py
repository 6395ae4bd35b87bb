"""Recorded usage blocks of real providers, priced: every one must cost exactly what the price list's own test expects.

It does not know how a price is looked up, nor how a usage block is read.

`python -m benchmarks.prices [--quick]`. Each case is a usage block as a provider sent it, read by the dialect in which
the price list takes it, and what input and output cost at each provider that sells the model; where no price is
expected, none may be given. A case is equal when all of its providers are. Decimal throughout; nothing is rounded.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from benchmarks.report import data_folder, emit, spread
from vouch.models.anthropic.read import read_usage as anthropic
from vouch.models.bedrock.read import read_usage as bedrock
from vouch.models.cohere.read import read_usage as cohere
from vouch.models.google.read import read_usage as google
from vouch.models.openai import wire
from vouch.models.openai.read import read_usage as chat
from vouch.models.prices import Prices
from vouch.models.responses.read import read_usage as responses
from vouch.models.wording import beside, object_of
from vouch.values.money import Usage

FILE: Final = "gateway/genai_prices_usage_cases.jsonl"
MOMENT: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
LISTED: Final = "0.1.4"


class Offer(Struct, frozen=True):
    """What one provider asks for a usage block; no price where it does not sell the model."""

    provider_id: str
    api_flavor: str
    input_price: str | None = None
    output_price: str | None = None


class Group(Struct, frozen=True):
    """The providers that read a usage block alike."""

    usage: dict[str, float]
    extractors: list[Offer]


class Case(Struct, frozen=True):
    """A usage block as it was sent, with its model."""

    body: dict[str, Any]
    extracted: list[Group]
    model: str = ""


def _chat(usage: dict[str, Any]) -> Usage:
    return chat(msgspec.convert(usage, wire.Usage))


def _embedded(usage: dict[str, Any]) -> Usage:
    return Usage(chat(msgspec.convert(usage, wire.Usage)).input_tokens)


_BY_FLAVOR: Final[dict[str, Callable[[dict[str, Any]], Usage]]] = {
    "anthropic": anthropic,
    "chat": _chat,
    "responses": responses,
    "embeddings": _embedded,
}
_BY_PROVIDER: Final[dict[str, Callable[[dict[str, Any]], Usage]]] = {
    "anthropic": anthropic,
    "aws": bedrock,
    "cohere": cohere,
    "google": google,
    "minimax": anthropic,
    "openrouter": responses,
}


def usage_of(body: dict[str, Any], offer: Offer) -> Usage:
    """A usage block as the dialect of this offer reads it."""
    block = object_of(body.get("usage") or body.get("usageMetadata") or body.get("meta"))
    if offer.api_flavor == "tokens":
        return cohere(beside(block, "billed_units"))
    read = _BY_FLAVOR.get(offer.api_flavor) or _BY_PROVIDER.get(offer.provider_id, _chat)
    return read(block)


def as_listed(usage: Usage, listed: dict[str, float]) -> Usage:
    """The part of a usage that the price list read, too: its prices are of that.

    We read more in two cases: tokens written to a cache, where its reader of a provider does not know that field, and
    reasoning that only the total holds.
    """
    unlisted = usage.reasoning_tokens if "output_reasoning_tokens" not in listed else 0
    written = usage.cache_write_tokens if "cache_write_tokens" in listed else 0
    hidden = usage.output_tokens - unlisted == listed.get("output_tokens")
    return msgspec.structs.replace(
        usage, cache_write_tokens=written, output_tokens=usage.output_tokens - (unlisted if hidden else 0)
    )


def cases(folder: Path) -> Iterator[Case]:
    """Every recorded case."""
    decoder = msgspec.json.Decoder(Case)
    with (folder / FILE).open("rb") as lines:
        for line in lines:
            yield decoder.decode(line)


def differing(case: Case, prices: Prices) -> list[str]:
    """The offers of a case that cost something else than is expected."""
    found: list[str] = []
    model = case.model or str(case.body.get("model") or case.body.get("modelVersion") or "")
    for group in case.extracted:
        for offer in group.extractors:
            if not model:
                continue
            usage = as_listed(usage_of(case.body, offer), group.usage)
            bill = prices.bill(f"{offer.provider_id}/{model}", usage, at=MOMENT)
            if offer.input_price is None and offer.output_price is None:
                equal = bill is None
            else:
                expected = Decimal(offer.input_price or 0), Decimal(offer.output_price or 0)
                equal = bill is not None and (bill.input, bill.output) == expected
            if not equal:
                said = "no price" if bill is None else f"{bill.input} + {bill.output}"
                wanted = f"{offer.input_price} + {offer.output_price}"
                found.append(f"{offer.provider_id}/{model} ({offer.api_flavor}): {said}, expected {wanted}; {usage}")
    return found


def check(folder: Path) -> tuple[int, int, int, list[str]]:
    """With the price list that is installed: cases, those that are equal, prices in them, and what differs."""
    listed, prices = list(cases(folder)), Prices()
    results = [differing(case, prices) for case in listed]
    offers = [offer for case in listed for group in case.extracted for offer in group.extractors]
    priced = sum(offer.input_price is not None for offer in offers)
    return len(listed), sum(not lines for lines in results), priced, [line for lines in results for line in lines]


def with_list_of_that_day() -> tuple[int, list[str]] | None:
    """Equal cases, and what differs, with the list by which the expected prices were reckoned; None without it."""
    with tempfile.TemporaryDirectory() as place:
        install = ["install", "--quiet", "--no-deps", "--target", place, f"genai-prices=={LISTED}"]
        if subprocess.run([sys.executable, "-m", "pip", *install], capture_output=True, check=False).returncode:
            return None
        path = os.pathsep.join([place, os.environ.get("PYTHONPATH", "")])
        command = [sys.executable, "-m", "benchmarks.prices", "--installed"]
        ran = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": path})
    if ran.returncode:
        return None
    return msgspec.json.decode(ran.stdout.splitlines()[-1], type=tuple[int, list[str]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="time fewer rounds")
    parser.add_argument("--installed", action="store_true", help="only check, with the price list that is installed")
    options = parser.parse_args()
    folder = data_folder()
    if folder is None or not (folder / FILE).exists():
        raise SystemExit(f"the recorded usage blocks are missing: put them at {FILE} in the data folder")
    number, installed, priced, differs = check(folder)
    if options.installed:
        print(msgspec.json.encode((installed, differs)).decode())
        return
    that_day = with_list_of_that_day()
    equal, lines = that_day or (installed, differs)
    whose = f"genai-prices {LISTED}" if that_day else f"the installed genai-prices, since {LISTED} cannot be had"
    print(f"{number} usage blocks with {priced} prices: {equal} equal with {whose}, {installed} today")
    for line in lines[:20]:
        print("  differs:", line)
    prices = Prices()
    seconds = [_time(prices) for _ in range(3 if options.quick else 15)]
    print(f"  one bill: {spread([value * 1e6 for value in seconds], ' us')}")
    figures = {"cases": float(number), "equal": float(equal), "prices": float(priced), "equal_today": float(installed)}
    figures["us_per_bill"] = sorted(seconds)[len(seconds) // 2] * 1e6
    emit("prices", figures, {"equal": f">= {number}"})


def _time(prices: Prices) -> float:
    usage, number = Usage(1200, 300, 200), 2000
    started = time.perf_counter()
    for _ in range(number):
        prices.bill("openai/gpt-4o-mini", usage)
    return (time.perf_counter() - started) / number


if __name__ == "__main__":
    main()
