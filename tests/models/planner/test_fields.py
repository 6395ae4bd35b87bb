from __future__ import annotations

from typing import Any

from vouch.models.planner.fields import found_in, is_free_text, normal, noun, patterns_in, plain, promised_by


def names(value: Any, tool: str) -> dict[str, Any]:
    return {name: field.value for field in found_in(value, tool) for name in field.names}


def test_equal_things_have_equal_names() -> None:
    assert normal("itemIds") == normal("item_id") == "item id"
    assert plain("new_item_id") == "item id"
    assert plain("new") == "new"


def test_what_a_tool_is_about() -> None:
    assert [
        noun(name) for name in ("get_order", "list_orders", "find_user_id_by_email", "getOrderDetails", "search")
    ] == [
        "order",
        "order",
        "user id",
        "order",
        "search",
    ]


def test_an_id_is_that_of_its_record() -> None:
    order = {"id": "W1", "customer": {"id": "C1"}, "items": [{"id": "I1", "name": "Lamp"}]}
    assert names(order, "get_order") == {
        "id": "I1",
        "order id": "W1",
        "customer id": "C1",
        "item id": "I1",
        "name": "Lamp",
        "item name": "Lamp",
    }


def test_records_kept_under_their_ids() -> None:
    cards = {"payment_methods": {"card_1": {"id": "card_1"}, "card_2": {"id": "card_2"}}}
    assert {field.value for field in found_in(cards, "get_user") if "payment method id" in field.names} == {
        "card_1",
        "card_2",
    }


def test_a_word_alone_is_what_the_tool_is_named_after() -> None:
    assert names("sara_doe_1", "find_user_id_by_email") == {"user id": "sara_doe_1"}
    assert found_in("a long sentence that nobody would take for an id of anything", "get_note") == []


def test_lists_of_ids() -> None:
    assert names({"orders": ["W1"]}, "get_user") == {"order": "W1", "order id": "W1"}


def test_free_text_is_no_field() -> None:
    record = {
        "note": "W9999999",
        "title": "x" * 41,
        "remark": "ok",
        "status": "two\nlines",
        "name": "one two three four five six",
    }
    assert found_in(record, "get_order") == []
    assert not is_free_text("status", "in transit")
    assert not is_free_text("count", 3)


def test_nothing_is_read_too_deep() -> None:
    value: Any = {"id": 1}
    for _ in range(10):
        value = {"inner": value}
    assert found_in(value, "get_thing") == []


def test_promises_of_a_schema() -> None:
    schema = {
        "$defs": {
            "Item": {
                "type": "object",
                "properties": {"item_id": {"type": "string", "pattern": "^I"}, "n": {"type": "integer"}},
            }
        },
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^W"},
            "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    assert promised_by(schema, "get_order") == {"id", "order id", "item id", "n", "tag", "tag id"}
    assert dict(patterns_in(schema, "get_order")) == {"id": "^W", "order id": "^W", "item id": "^I"}
    assert promised_by(None, "find_user_id_by_email") == {"user id"}
