"""The filters a template may use, each bounded in what it makes.

They do not know templates; they take and give plain JSON values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

import msgspec
from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError

LARGEST_TEXT: Final = 10_000_000
"""Characters of one rendered message, or of anything on the way to it. About ten times the longest context of today."""

_WIDEST: Final = 100
"""Characters of an indent, and digits of a rounding: more is a slip or an attack."""

_json = msgspec.json.Encoder(decimal_format="number")


class TooLarge(TemplateRuntimeError):
    """A template makes more text than a message may hold."""


def bounded(size: int) -> None:
    """Stop before a text of `size` characters is made, where that is too many."""
    if size > LARGEST_TEXT:
        raise TooLarge(f"makes more than {LARGEST_TEXT:,} characters; render less")


def as_text(value: Any) -> str:
    """A value as it stands in a message: text as it is, a missing value as nothing, all else as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Undefined):
        return str(value)
    return _json.encode(value).decode()


def _text(value: Any, filter_name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float, Decimal)):
        return as_text(value)
    raise TypeError(f"filter {filter_name!r} takes text, not {_kind(value)}")


def _kind(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)
    names = {"dict": "an object", "list": "an array", "bool": "a boolean", "NoneType": "null", "str": "text"}
    return names.get(type(value).__name__, "a number")


def _array(value: Any, filter_name: str) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(cast("list[Any]", value))
    raise TypeError(f"filter {filter_name!r} takes an array, not {_kind(value)}")


def _whole(value: Any, filter_name: str, most: int = _WIDEST) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise TypeError(f"filter {filter_name!r} takes a whole number from 0 to {most:,}, not {value!r}")


def _trim(value: Any) -> str:
    return _text(value, "trim").strip()


def _upper(value: Any) -> str:
    return _text(value, "upper").upper()


def _lower(value: Any) -> str:
    return _text(value, "lower").lower()


def _title(value: Any) -> str:
    return _text(value, "title").title()


def _capitalize(value: Any) -> str:
    return _text(value, "capitalize").capitalize()


def _length(value: Any) -> int:
    if isinstance(value, (str, list, tuple, dict)):
        return len(cast("str | list[Any]", value))
    raise TypeError(f"filter 'length' takes text, an array or an object, not {_kind(value)}")


def _join(value: Any, separator: Any = "") -> str:
    between = _text(separator, "join")
    pieces = [as_text(item) for item in _array(value, "join")]
    bounded(sum(map(len, pieces)) + len(between) * len(pieces))
    return between.join(pieces)


def _replace(value: Any, old: Any, new: Any) -> str:
    text, before, after = (_text(part, "replace") for part in (value, old, new))
    bounded(len(text) + text.count(before) * len(after))
    return text.replace(before, after)


def _indent(value: Any, width: Any = 4, first: Any = False) -> str:
    text, space = _text(value, "indent"), " " * _whole(width, "indent")
    bounded(len(text) + text.count("\n") * len(space))
    lines = text.split("\n")
    rest = [space + line if line.strip() else line for line in lines[1:]]
    return "\n".join([space + lines[0] if first is True else lines[0], *rest])


def _truncate(value: Any, length: Any = 255) -> str:
    text, most = _text(value, "truncate"), _whole(length, "truncate", LARGEST_TEXT)
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"


def _round(value: Any, precision: Any = 0) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"filter 'round' takes a number, not {_kind(value)}")
    places = _whole(precision, "round")
    return round(value, places) if places else round(value)


def _default(value: Any, default_value: Any = "") -> Any:
    return default_value if isinstance(value, Undefined) or value is None else value


def _tojson(value: Any, indent: Any = None) -> str:
    if isinstance(value, Undefined):
        raise TypeError(f"filter 'tojson' takes a value: {value}")
    data = _json.encode(value)
    bounded(len(data))
    if indent is not None:
        data = msgspec.json.format(data, indent=_whole(indent, "tojson", 8))
        bounded(len(data))
    return data.decode()


def _first(value: Any) -> Any:
    items = _array(value, "first")
    if not items:
        raise TypeError("filter 'first' takes an array that is not empty")
    return items[0]


def _last(value: Any) -> Any:
    items = _array(value, "last")
    if not items:
        raise TypeError("filter 'last' takes an array that is not empty")
    return items[-1]


def _sort(value: Any) -> list[Any]:
    return sorted(_array(value, "sort"))


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).items())
    raise TypeError(f"filter 'items' takes an object, not {_kind(value)}")


class Filter(NamedTuple):
    """A filter, how many values it takes after the piped one, and the names they may be given by."""

    apply: Callable[..., Any]
    least: int = 0
    names: tuple[str, ...] = ()


FILTERS: Final[Mapping[str, Filter]] = {
    "capitalize": Filter(_capitalize),
    "default": Filter(_default, 0, ("default_value",)),
    "first": Filter(_first),
    "indent": Filter(_indent, 0, ("width", "first")),
    "items": Filter(_items),
    "join": Filter(_join, 0, ("separator",)),
    "last": Filter(_last),
    "length": Filter(_length),
    "lower": Filter(_lower),
    "replace": Filter(_replace, 2, ("old", "new")),
    "round": Filter(_round, 0, ("precision",)),
    "sort": Filter(_sort),
    "title": Filter(_title),
    "tojson": Filter(_tojson, 0, ("indent",)),
    "trim": Filter(_trim),
    "truncate": Filter(_truncate, 0, ("length",)),
    "upper": Filter(_upper),
}
"""All there are. None reads an attribute, and none makes more than `LARGEST_TEXT` characters."""
