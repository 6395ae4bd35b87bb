from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from vouch.models.planner.context import Context
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.schema import parameters
from vouch.models.planner.slots import fill

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
ORDER: dict[str, Any] = {"type": "string", "pattern": r"^W\d{4}$"}
ITEM: dict[str, Any] = {"type": "string", "pattern": r"^I\d{3}$"}


def filled(
    properties: dict[str, Any],
    *texts: str,
    required: tuple[str, ...] | None = None,
    background: tuple[str, ...] = (),
    asked: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    wanted = parameters({"properties": properties, "required": list(properties) if required is None else required})
    context = Context(texts, background, frozenset(asked), date(2025, 5, 5), frozenset({"cancel"}), Meanings(2), **more)
    return {name: found.value for name, found in fill(wanted, context).items()}


def test_each_value_goes_to_its_kind() -> None:
    properties = {
        "email": TEXT,
        "order": ORDER,
        "amount": {"type": "number"},
        "day": {"type": "string", "format": "date"},
    }
    assert filled(properties, "Refund 12.50 euros for W1234 on 3 May 2025, I am ann7@example.com") == {
        "email": "ann7@example.com",
        "order": "W1234",
        "amount": 12.5,
        "day": "2025-05-03",
    }


def test_the_newest_text_wins_and_background_comes_last() -> None:
    assert filled({"order": ORDER}, "sorry, W2222", "cancel W1111", background=("W3333",)) == {"order": "W2222"}
    assert filled({"order": ORDER}, "cancel it", background=("first W3333, then W4444",)) == {"order": "W4444"}
    assert filled({"count": WHOLE}, "add some", background=("5 of them",)) == {}


def test_who_corrects_himself_means_the_last() -> None:
    assert filled({"order": ORDER}, "cancel W1111, sorry, I mean W2222") == {"order": "W2222"}
    assert filled({"order": ORDER}, "cancel W1111 and W2222") == {"order": "W1111"}


def test_sides_are_told_by_small_words() -> None:
    assert filled({"origin": TEXT, "destination": TEXT}, "to Rome from Oslo") == {
        "origin": "Oslo",
        "destination": "Rome",
    }
    assert filled({"old_item": ITEM, "new_item": ITEM}, "swap I111 for I222") == {
        "old_item": "I111",
        "new_item": "I222",
    }
    assert filled({"from_year": WHOLE, "to_year": WHOLE}, "from 2010 to 2015") == {"from_year": 2010, "to_year": 2015}


def test_numbers_go_where_words_speak_for_them_else_in_order() -> None:
    sizes = {"base": WHOLE, "height": WHOLE}
    assert filled(sizes, "a height of 5 and a base of 10") == {"base": 10, "height": 5}
    assert filled(sizes, "10 by 5") == {"base": 10, "height": 5}
    assert filled({"amount": WHOLE, "count": WHOLE}, "3 of them for $20") == {"amount": 20, "count": 3}


def test_what_can_be_left_out_needs_words_that_speak_for_it() -> None:
    optional = {"nights": WHOLE, "rooms": WHOLE}
    assert filled(optional, "for 3", required=("nights",)) == {"nights": 3}
    assert filled(optional, "2 rooms for 3 nights", required=("nights",)) == {"nights": 3, "rooms": 2}
    assert filled({"rooms": WHOLE}, "about 7 of us", required=()) == {}


def test_numbers_keep_within_their_bounds() -> None:
    assert filled({"count": {"type": "integer", "minimum": 1, "maximum": 5}}, "9 of them") == {}
    assert filled({"count": WHOLE}, "2.5 of them") == {}
    assert filled({"rate": {"type": "number"}}, "at a rate of 8%") == {"rate": 0.08}
    assert filled({"rate": {"type": "number", "description": "in percent"}}, "at a rate of 8%") == {"rate": 8}


def test_lists() -> None:
    items = {"item_ids": {"type": "array", "items": ITEM}}
    assert filled(items, "return I111, I222 and I111") == {"item_ids": ["I111", "I222"]}
    two = items | {"new_item_ids": {"type": "array", "items": ITEM}}
    assert filled(two, "exchange I111 and I222 for I333 and I444") == {
        "item_ids": ["I111", "I222"],
        "new_item_ids": ["I333", "I444"],
    }
    assert filled({"values": {"type": "array", "items": WHOLE}}, "the mean of [1, 2, 3]") == {"values": [1, 2, 3]}
    assert filled({"values": {"type": "array", "items": WHOLE}}, "the mean of 1, 2 and 3") == {"values": [1, 2, 3]}
    colours = {"colours": {"type": "array", "items": {"enum": ["red", "green", "blue"]}}}
    assert filled(colours, "in red and blue") == {"colours": ["red", "blue"]}
    assert filled({"cities": {"type": "array", "items": TEXT}}, "visit Rome, Oslo") == {"cities": ["Rome", "Oslo"]}


def test_dates_and_times() -> None:
    moment = {"start": {"type": "string", "format": "date-time"}}
    assert filled(moment, "tomorrow at 5 pm") == {"start": "2025-05-06T17:00:00"}
    assert filled(moment, "tomorrow") == {"start": "2025-05-06T00:00:00"}
    assert filled({"at": {"type": "string", "format": "time"}}, "at 17:30") == {"at": "17:30:00"}


def test_people() -> None:
    assert filled({"customer_name": TEXT}, "I'm Ann Smith") == {"customer_name": "Ann Smith"}
    assert filled({"first_name": TEXT, "last_name": TEXT}, "my name is ann smith") == {
        "first_name": "Ann",
        "last_name": "Smith",
    }
    assert filled({"first_name": TEXT}, "My name is Ann.") == {"first_name": "Ann"}
    assert filled({"customer_name": TEXT}, "Ann Smith", asked=("customer_name",)) == {"customer_name": "Ann Smith"}
    assert filled(
        {"player_name": {**TEXT, "description": "full name of the person"}}, "the rating of Ann Smith", any_name=True
    ) == {"player_name": "Ann Smith"}


def test_addresses_whole_in_pieces_and_told_bit_by_bit() -> None:
    text = "Send it to 12 Mill Lane, 48210 Norwich"
    assert filled({"address": TEXT}, text) == {"address": "12 Mill Lane, Norwich, 48210"}
    spelled = {"address": {**TEXT, "pattern": r"^\d+ [\w ]+, \d{5} \w+$"}}
    assert filled(spelled, text) == {"address": "12 Mill Lane, 48210 Norwich"}
    flat = {"address1": TEXT, "address2": TEXT, "city": TEXT, "zip": TEXT}
    assert filled(flat, text) == {"address1": "12 Mill Lane", "address2": "", "city": "Norwich", "zip": "48210"}
    home = {
        "home": {
            "type": "object",
            "properties": {"street": TEXT, "city": TEXT, "postcode": TEXT},
            "required": ["street", "city", "postcode"],
        }
    }
    whole = {"home": {"street": "12 Mill Lane", "city": "Norwich", "postcode": "48210"}}
    assert filled(home, text) == whole
    assert filled(home, "Norwich, 48210", "12 Mill Lane") == whole
    assert filled(home, "12 Mill Lane") == {}


def test_the_postcode_of_a_new_address_is_nobodys_identity() -> None:
    assert filled({"postcode": {**TEXT, "pattern": r"^\d{5}$"}}, "send it to 12 Mill Lane, 48210 Norwich") == {}
    assert filled({"postcode": TEXT}, "my postcode is 48210") == {"postcode": "48210"}


def test_other_records_are_filled_field_by_field() -> None:
    size = {
        "size": {"type": "object", "properties": {"width": WHOLE, "height": WHOLE}, "required": ["width", "height"]}
    }
    assert filled(size, "a width of 3 and a height of 4") == {"size": {"width": 3, "height": 4}}
    assert filled(size, "a width of 3") == {}


def test_words() -> None:
    assert filled({"query": TEXT}, "do you have a book about moss?") == {"query": "moss"}
    assert filled({"query": TEXT}, "Hello, are dogs allowed?", searches=True) == {"query": "are dogs allowed?"}
    assert filled({"reason": TEXT}, "cancel it because it broke") == {"reason": "it broke"}
    assert filled({"reason": TEXT}, "cancel it", required=()) == {}
    assert filled({"note": TEXT}, "the lid too", "it broke") == {"note": "it broke the lid too"}
    assert filled({"note": TEXT}, "it broke", required=()) == {}
    assert filled({"note": TEXT}, "it broke", required=(), tells_all=True) == {"note": "it broke"}
    assert filled({"text": TEXT}, 'translate "good morning my friend"') == {"text": "good morning my friend"}


def test_open_texts() -> None:
    assert filled({"title": TEXT}, 'find "Dune"') == {"title": "Dune"}
    assert filled({"title": TEXT}, "it's dune", asked=("title",)) == {"title": "dune"}
    assert filled({"title": TEXT}, "find dune") == {}
    assert filled({"detail": {**TEXT, "description": "'short' or 'full'"}}, "the full story") == {"detail": "full"}


def test_ids_without_a_look_need_their_noun() -> None:
    assert filled({"loan_id": TEXT}, "renew loan 77-A in room 12") == {"loan_id": "77-A"}
    assert filled({"loan_id": TEXT}, "77-A", asked=("loan_id",)) == {"loan_id": "77-A"}
    assert filled({"loan_id": TEXT}, "room 12") == {}


def test_phones() -> None:
    assert filled({"phone": TEXT}, "call me at +49 40 1234567") == {"phone": "+49 40 1234567"}


@pytest.mark.parametrize(
    ("text", "value"), [("I ordered it by mistake", "ordered by mistake"), ("yes", None), ("I don't know", None)]
)
def test_choices_by_words(text: str, value: str | None) -> None:
    given = filled(
        {"reason": {"enum": ["no longer needed", "ordered by mistake"]}}, text, "cancel it", asked=("reason",)
    )
    assert given.get("reason") == value


def test_flags() -> None:
    assert filled({"insured": {"type": "boolean"}}, "insured, please", required=()) == {"insured": True}
