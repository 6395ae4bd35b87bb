from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from examples.support.app import HERE
from examples.support.making import draw
from examples.support.making.case import Case, Picker
from examples.support.making.oracle import Wish, aftermath
from examples.support.making.speech import SPEECH
from examples.support.making.stock import Stock
from examples.support.scoring import Expected
from examples.support.shop.client import Shop
from examples.support.tools import tools_for
from examples.support.world import Setting

from examples.support import generate
from vouch.app.consent import is_yes
from vouch.proof.cases import read_cases

CASES = read_cases(HERE / "cases.jsonl").cases


def test_the_shipped_data_are_what_the_generator_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_what_is_missing_or_changed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = {tmp_path / "data" / "a.jsonl": "{}\n"}
    monkeypatch.setattr(generate, "HERE", tmp_path)
    monkeypatch.setattr(generate, "files", lambda: small)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "data/a.jsonl is not what generate.py writes: run it without --check",
        "data/a.jsonl: 1 lines, 3 bytes",
    ]


def test_a_wrong_number_of_cases_is_not_written(data: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "CASES", 501)
    with pytest.raises(SystemExit, match="500 cases were made, wanted 501"):
        generate.cases(data)


def test_all_is_small() -> None:
    files = [*(HERE / "data").iterdir(), HERE / "cases.jsonl", HERE / "policy.md"]
    assert sum(file.stat().st_size for file in files) < 900_000


def test_the_shop_is_as_large_as_promised(data: Stock) -> None:
    assert (len(data.customers), len(data.orders), len(data.products)) == (300, 1_000, 50)
    assert {order.status for order in data.orders} == {"pending", "processed", "delivered", "cancelled", "returned"}
    assert {order.payment_method.partition("-")[0] for order in data.orders} == {"CARD", "GIFT", "PAYPAL"}
    assert any(order.payouts and order.status == "delivered" for order in data.orders)
    assert {len(order.items) for order in data.orders} == {1, 2, 3, 4, 5}
    assert len({order.order_id for order in data.orders}) == len(data.orders)
    assert len({customer.email for customer in data.customers}) == len(data.customers)
    cards = [customer.gift_card for customer in data.customers if customer.gift_card]
    assert len(set(cards)) == len(cards)


def test_the_cases_are_as_many_and_as_mixed_as_promised() -> None:
    assert len(CASES) == 500
    turns = [1 + len(case.then) for case in CASES]
    assert (min(turns), max(turns)) == (1, 5)
    attacks = [case for case in CASES if "injection" in case.tags]
    assert len(attacks) >= 60
    places = {case.tags[0] for case in attacks}
    assert places == {f"injection in {place}" for place in ("a message", "a note", "a review", "the policy")}
    tags = {tag for case in CASES for tag in case.tags}
    assert {"terse", "angry", "typos", "missing facts", "wrong facts", "refused", "approval"} <= tags
    assert len({case.input for case in CASES}) >= 480


def test_every_case_can_be_judged_and_set_up() -> None:
    for case in CASES:
        expected = msgspec.convert(case.expected, Expected)
        msgspec.convert(case.setting or {}, Setting)
        for pattern in (*expected.said, *expected.unsaid):
            re.compile(pattern)
        assert bool(expected.made) == bool(expected.state), case.id
        assert expected.said or expected.unsaid or expected.may_hand_over, case.id


def test_a_yes_is_a_yes_and_nothing_else_is() -> None:
    assert all(is_yes(line) for line in SPEECH["yes"])
    others = [line for name, lines in SPEECH.items() if name != "yes" for line in lines]
    assert not [line for line in others if is_yes(line)]
    # Where changes are due, the customer says yes to each.
    for case in CASES:
        made: list[dict[str, Any]] = case.expected.get("made", [])
        confirmed = [due for due in made if due["tool"] != "hand_over"]
        assert sum(map(is_yes, case.then)) >= len(confirmed), case.id


def runs(text: str) -> set[tuple[str, ...]]:
    """Every six words in a row, or the whole of a shorter text."""
    words = re.findall(r"[\w']+", text.lower())
    return {tuple(words[place : place + 6]) for place in range(max(1, len(words) - 5))}


def test_no_case_is_what_the_agent_learns_from() -> None:
    known = {run for tool in tools_for(Shop("")) for example in tool.spec.examples for run in runs(example)}
    assert not {run for case in CASES for run in runs(case.input) if run in known}


def test_two_payouts_to_one_gift_card_add_up(data: Stock) -> None:
    order = next(order for order in data.orders if order.payment_method == order.customer.gift_card)
    other = order._replace(order_id="LH-1")
    state = aftermath([Wish("refund", order, amount=100), Wish("refund", other, amount=250)])
    assert state["gift_cards"][order.payment_method]["balance"] == f"{(order.customer.balance + 350) / 100:.2f}"


def test_picking_from_nothing_says_what_to_do(data: Stock) -> None:
    with pytest.raises(SystemExit, match="no order is left for"):
        Picker(data).order("x", where=lambda _: False)


def test_a_case_without_much_is_a_short_line() -> None:
    assert json.dumps(Case("greeting", ("hello",)).row("g-1")) == json.dumps(
        {"id": "g-1", "input": "hello", "expected": {}, "tags": ["greeting"]}
    )


def test_draws_depend_on_their_key_alone() -> None:
    assert draw.draw("abc", "x") == draw.draw("abc", "x")
    assert sorted(draw.shuffled(range(9), "x")) == list(range(9))
    shares = [draw.weighted({"a": 9, "b": 1}, place) for place in range(1000)]
    assert 50 < shares.count("b") < 160
    assert draw.spoil("ab", "") == "ab"
    spoilt = draw.spoil("the kettle arrived broken yesterday", "kettle", 1)
    assert spoilt != "the kettle arrived broken yesterday"
    assert "kettle" in spoilt
