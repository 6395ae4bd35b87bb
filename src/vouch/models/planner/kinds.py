"""What kind of value a parameter takes, from its JSON Schema, its name and its description.

It does not know how values of a kind are found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from vouch.models.planner.tokens import in_words, word_set

Kind = Literal[
    "identifier",
    "choice",
    "flag",
    "whole",
    "number",
    "date",
    "moment",
    "time",
    "email",
    "phone",
    "postcode",
    "person",
    "first_name",
    "last_name",
    "street",
    "city",
    "region",
    "country",
    "address",
    "words",
    "open",
    "list",
    "record",
]
"""`moment` is a date with a time of day; `person` a full name; `address` a whole one as one text; `words` are the
customer's own (a reason, a question); `open` is any other string; `list` and `record` hold others."""

PERSONAL: Final = frozenset({"email", "phone", "postcode", "person", "first_name", "last_name"})
"""What people know by heart about themselves."""

PLACES: Final = frozenset({"street", "city", "region", "country", "postcode"})
"""The pieces of an address."""

_FORMATS: Final[dict[str, Kind]] = {
    "date": "date",
    "date-time": "moment",
    "time": "time",
    "email": "email",
    "idn-email": "email",
    "uuid": "identifier",
}
_TYPES: Final[dict[str, Kind]] = {
    "boolean": "flag",
    "integer": "whole",
    "number": "number",
    "array": "list",
    "object": "record",
}
_NAMES: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    ("email", frozenset({"email", "mail"})),
    ("phone", frozenset({"phone", "mobile", "telephone", "cell"})),
    ("postcode", frozenset({"postcode", "zip", "postal", "zipcode", "postalcode"})),
    ("last_name", frozenset({"surname", "lastname"})),
    ("first_name", frozenset({"forename", "firstname"})),
    ("street", frozenset({"street", "address1", "line1", "address2", "line2"})),
    ("city", frozenset({"city", "town"})),
    ("country", frozenset({"country"})),
    ("region", frozenset({"state", "province", "county"})),
    ("date", frozenset({"date", "day", "birthday", "birthdate", "dob", "deadline"})),
    ("address", frozenset({"address"})),
    ("identifier", frozenset({"id", "ids", "code", "reference", "ref", "sku", "isbn"})),
    (
        "words",
        word_set(
            "reason why query question search summary message comment note notes text description details issue "
            "problem complaint feedback"
        ),
    ),
)
_OWNERS: Final = word_set(
    "customer person member passenger guest patient contact holder owner recipient user traveller traveler client "
    "student employee full account"
)
_SOMEBODY: Final = re.compile(
    r"\b(?:customer|person|member|passenger|guest|patient|user|client|full name|first and last|their name|your name)"
)
_DATE_FORMAT: Final = re.compile(r"\b(?:yyyy-mm-dd|mm/dd/yyyy|dd/mm/yyyy|iso (?:8601 )?date|date in)", re.IGNORECASE)


def kind_of(name: str, schema: Mapping[str, Any], *, has_shape: bool) -> Kind:
    """The kind of the parameter `name`; `has_shape` when its schema or description shows how its values look."""
    if "enum" in schema or "const" in schema:
        return "choice"
    plain = str(schema.get("type", "string"))
    if plain in _TYPES:
        return "open" if plain == "object" and "properties" not in schema else _TYPES[plain]
    if found := _FORMATS.get(str(schema.get("format"))):
        return found
    return _string(name, str(schema.get("description", "")), has_shape=has_shape)


def _string(name: str, description: str, *, has_shape: bool) -> Kind:
    found = _named(in_words(name).split(), description)
    if found in PERSONAL or found in PLACES or found in ("date", "address"):
        return found
    if has_shape:
        return "identifier"
    if found == "open" and _DATE_FORMAT.search(description):
        return "date"
    return found


def _named(parts: list[str], description: str) -> Kind:
    words = frozenset(parts)
    if "name" in words or "names" in words:
        return _name(words, description)
    for kind, names in _NAMES:
        if words & names:
            return kind
    return "identifier" if parts[-1] in ("number", "no", "nr") and len(parts) > 1 else "open"


def _name(words: frozenset[str], description: str) -> Kind:
    if words & {"first", "given"}:
        return "first_name"
    if words & {"last", "family", "sur"}:
        return "last_name"
    somebody = words & _OWNERS or (len(words) == 1 and _SOMEBODY.search(description.lower()))
    return "person" if somebody else "open"
