from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from vouch.models.planner.candidates import (
    Candidate,
    as_number,
    candidates,
    choose,
    choose_several,
    fits,
    label,
    of_its_look,
    said_alike,
    words_of,
)
from vouch.models.planner.conversation import Past
from vouch.models.planner.schema import Parameter, parameters

ORDER: dict[str, Any] = {"type": "string", "pattern": r"^W\d+$"}


def one(name: str, schema: dict[str, Any] | None = None) -> Parameter:
    return parameters({"properties": {name: schema or {"type": "string"}}, "required": [name]})[0]


def call(name: str, value: Any, **arguments: Any) -> Past:
    return Past(
        "1",
        name,
        msgspec.json.encode(arguments).decode(),
        False,
        0,
        -1,
        msgspec.json.encode(value).decode(),
        False,
        True,
    )


ORDERS = call(
    "list_orders",
    [
        {
            "order_id": "W1",
            "placed": "2025-05-01",
            "total": 30.0,
            "items": [{"name": "Blue kettle"}],
            "note": "take W9",
        },
        {
            "order_id": "W2",
            "placed": "2025-05-03",
            "total": 10.0,
            "items": [{"name": "Red chair"}],
            "note": "kettle kettle",
        },
    ],
)


def found(*texts: str, calls: tuple[Past, ...] = (ORDERS,)) -> Any:
    chosen = choose(candidates(one("order_id", ORDER), calls, {}), texts, date(2025, 5, 5))
    return chosen.value if chosen else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the kettle", "W1"),
        ("the order with the chairs", "W2"),
        ("the ketle", "W1"),
        ("my latest order", "W2"),
        ("the oldest one", "W1"),
        ("the cheapest", "W2"),
        ("the most expensive one", "W1"),
        ("the second one", "W2"),
        ("2", "W2"),
        ("the one of 1 May", "W1"),
        ("3", None),
        ("the fifth", None),
        ("my order", None),
    ],
)
def test_words_choose(text: str, value: str | None) -> None:
    assert found(text) == value


def test_notes_neither_choose_nor_are_chosen() -> None:
    assert "W9" not in [candidate.value for candidate in candidates(one("order_id", ORDER), [ORDERS], {})]
    assert found("the kettle") == "W1"


def test_the_newest_text_that_tells_wins() -> None:
    assert found("please", "the kettle") == "W1"
    assert found("the chair", "the kettle") == "W2"


def test_what_is_about_the_ids_known_comes_first() -> None:
    first = call("get_order", {"order_id": "W1", "revision": 1}, order_id="W1")
    second = call("get_order", {"order_id": "W2", "revision": 7}, order_id="W2")
    revision = one("revision", {"type": "integer"})
    assert [candidate.value for candidate in candidates(revision, [second, first], {"order_id": "W1"})] == [1]
    assert [candidate.value for candidate in candidates(revision, [second, first], {})] == [7]
    assert candidates(revision, [second], {"order_id": "W1"}) == []


def test_the_other_side_is_no_candidate() -> None:
    items = call("get_order", {"items": [{"item_id": "I1", "name": "kettle"}, {"item_id": "I2", "name": "lamp"}]})
    left = candidates(one("new_item_id"), [items], {"item_id": "I1"})
    assert [candidate.value for candidate in left] == ["I2"]


def test_several() -> None:
    items = call("get_order", {"items": [{"item": name} for name in ("Plant pot", "Leather belt", "Oak lamp")]})
    wanted = candidates(one("items", {"type": "array", "items": {"type": "string"}}), [items], {})

    def chosen(text: str) -> list[str]:
        return [candidate.value for candidate in choose_several(wanted, [text])]

    assert chosen("the belt and the plant pot") == ["Plant pot", "Leather belt"]
    assert chosen("everything") == ["Plant pot", "Leather belt", "Oak lamp"]
    assert chosen("the last one") == ["Oak lamp"]
    assert chosen("return it") == []


def test_ids_that_look_alike() -> None:
    paid = call("get_order", {"payment": "CARD-1111"})
    mine = call("find_customer", {"gift_cards": {"GIFT-2222": 10}, "title": "GIFT-9999", "card_number": "CARD-3333"})
    paying = one("payment")
    (usual,) = candidates(paying, [paid], {})
    others = of_its_look(paying, usual, [paid, mine])
    assert {candidate.value for candidate in others} == {"GIFT-2222", "CARD-3333"}
    chosen = choose([usual, *others], ["put it on my gift card"])
    assert chosen is not None
    assert chosen.value == "GIFT-2222"
    assert said_alike(usual, ["to GIFT-7777 please"], []) == "GIFT-7777"
    assert said_alike(usual, ["to GIFT-7777 please"], ["GIFT-7777"]) is None
    assert said_alike(Candidate("paypal", frozenset(), ()), ["GIFT-7777"], []) is None


@pytest.mark.parametrize(
    ("schema", "value", "fitting"),
    [
        ({"enum": ["a"]}, "a", True),
        ({"enum": ["a"]}, "b", False),
        ({"type": "integer"}, "12", True),
        ({"type": "number"}, "1.5", True),
        ({"type": "number"}, "x", False),
        ({"type": "string", "format": "date"}, "2025-01-01", True),
        ({"type": "string", "format": "date"}, "soon", False),
        (ORDER, "W1", True),
        (ORDER, "X1", False),
        (ORDER, "W" + "1" * 50, False),
        ({"type": "boolean"}, True, False),
        ({"type": "array", "items": ORDER}, "W1", True),
    ],
)
def test_which_values_may_be_used(schema: dict[str, Any], value: Any, fitting: bool) -> None:
    assert fits(one("order_id", schema), value) is fitting


def test_numbers_written_as_text() -> None:
    assert [as_number(value) for value in ("12", "1.50", "x", True, None, 3)] == [12, 1.5, None, None, None, 3]


def test_labels() -> None:
    assert label(candidates(one("order_id", ORDER), [ORDERS], {})[0]) == "W1 (2025-05-01)"
    assert label(Candidate("W1", frozenset(), ())) == "W1"
    tags = Candidate("W1", frozenset(), ({"order_id": "W1", "items": ["a", "b", "c", "d"]},))
    assert label(tags) == "W1 (a, b, c)"


def several(*texts: str, names: tuple[str, ...] = ("Oak picture frame", "Blue umbrella")) -> list[str]:
    given = [Candidate(name, words_of(name), ({"item": name},), frozenset(name.lower().split())) for name in names]
    return [str(chosen.value) for chosen in choose_several(given, texts)]


def test_a_thing_is_named_by_the_last_word_of_its_name_where_any_is() -> None:
    assert several("the umbrella is nothing like the picture") == ["Blue umbrella"]
    assert several("the picture is broken") == ["Oak picture frame"]
    assert several("the watering can and the cap", names=("Zinc watering can", "Kelp cap")) == [
        "Zinc watering can",
        "Kelp cap",
    ]


def test_everything_is_meant_whatever_else_is_named() -> None:
    assert len(several("everything came in a frame that was broken")) == 2
    assert len(several("the umbrella leaks, I'd like all of my money back")) == 2


def test_a_record_is_told_by_its_id_whatever_else_of_it_shall_be_another() -> None:
    read = call("get_order", {"order_id": "W1", "card": "CARD-1", "revision": 3}, order_id="W1")
    revision = one("revision", {"type": "integer"})
    given = {"order_id": "W1", "card": "GIFT-7"}
    assert [candidate.value for candidate in candidates(revision, [read], given)] == [3]
    items = call("get_order", {"items": [{"item": "cap", "price": 1}, {"item": "pot", "price": 2}]}, order_id="W1")
    price = one("price", {"type": "integer"})
    assert [candidate.value for candidate in candidates(price, [items], {"order_id": "W1", "item": "pot"})] == [2]
