from __future__ import annotations

from typing import Any

import pytest

from vouch.models.planner.kinds import Kind
from vouch.models.planner.schema import Parameter, parameters, shape


def one(name: str, schema: dict[str, Any], *, required: bool = True) -> Parameter:
    return parameters({"properties": {name: schema}, "required": [name] if required else []})[0]


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("order_id", {"type": "string"}, "identifier"),
        ("order", {"type": "string", "pattern": r"^W\d{7}$"}, "identifier"),
        ("order", {"type": "string", "description": "its number, such as W1234567"}, "identifier"),
        ("order", {"type": "string", "description": "an order"}, "open"),
        ("expression", {"type": "string", "description": "such as '2 + 2'"}, "open"),
        ("key", {"type": "string", "format": "uuid"}, "identifier"),
        ("phone_number", {"type": "string"}, "phone"),
        ("ticket_number", {"type": "string"}, "identifier"),
        ("reason", {"enum": ["a", "b"]}, "choice"),
        ("kind", {"const": "x"}, "choice"),
        ("amount", {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d+$"}]}, "number"),
        ("count", {"type": ["integer", "null"]}, "whole"),
        ("gift", {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "flag"),
        ("when", {"type": "string", "format": "date"}, "date"),
        ("start", {"type": "string", "format": "date-time"}, "moment"),
        ("at", {"type": "string", "format": "time"}, "time"),
        ("departure", {"type": "string", "description": "as YYYY-MM-DD"}, "date"),
        ("birthday", {"type": "string"}, "date"),
        ("email", {"type": "string"}, "email"),
        ("zip", {"type": "string", "pattern": r"^\d{5}$"}, "postcode"),
        ("name", {"type": "string", "description": "the customer's full name"}, "person"),
        ("name", {"type": "string", "description": "what the product is called"}, "open"),
        ("passenger_name", {"type": "string"}, "person"),
        ("first_name", {"type": "string"}, "first_name"),
        ("surname", {"type": "string"}, "last_name"),
        ("last_name", {"type": "string"}, "last_name"),
        ("street", {"type": "string"}, "street"),
        ("city", {"type": "string"}, "city"),
        ("new_address", {"type": "string"}, "address"),
        ("reason", {"type": "string"}, "words"),
        ("query", {"type": "string"}, "words"),
        ("title", {"type": "string"}, "open"),
        ("ids", {"type": "array", "items": {"type": "string"}}, "list"),
        ("extra", {"type": "object"}, "open"),
    ],
)
def test_kinds(name: str, schema: dict[str, Any], kind: Kind) -> None:
    assert one(name, schema).kind == kind


def test_references_are_followed() -> None:
    schema = {
        "$defs": {"Home": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
        "properties": {"home": {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]}, "lost": {"$ref": "#/$defs/No"}},
    }
    home, lost = parameters(schema)
    assert (home.kind, [field.name for field in home.fields], home.is_address) == ("record", ["street", "city"], True)
    assert lost.kind == "open"


def test_a_schema_that_refers_to_itself_ends() -> None:
    schema = {
        "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}},
        "properties": {"a": {"$ref": "#/$defs/A"}},
    }
    assert parameters(schema)[0].kind == "record"


def test_what_has_a_default_is_not_required() -> None:
    assert not one("count", {"type": "integer", "default": 1}).required
    assert one("count", {"type": "integer"}).required


def test_patterns_that_tell_nothing_are_left_out() -> None:
    assert one("order_id", {"type": "string", "pattern": "^.+$"}).patterns == ()
    assert one("order_id", {"type": "string", "pattern": "("}).patterns == ()
    assert one("order_id", {"type": "string", "examples": ["W1234567"]}).patterns == (shape("W1234567"),)


def test_a_personal_parameter() -> None:
    assert one("email", {"type": "string"}).personal
    assert one("birthday", {"type": "string"}).personal
    assert not one("order_id", {"type": "string"}).personal


def test_hints_are_values_in_quotes() -> None:
    described = {"type": "string", "description": "either 'summary' or 'full'"}
    assert one("detail", described).hints == ("summary", "full")
    assert one("detail", {"type": "string", "description": "such as 'full'"}).hints == ()
