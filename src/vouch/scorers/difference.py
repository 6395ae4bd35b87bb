"""Where two JSON values differ, leaf by leaf.

It does not know what the values are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, cast

import msgspec
from msgspec import Struct

from vouch.scorers.answer import shown
from vouch.scorers.fences import fenced
from vouch.scorers.label import plain


class Leaf(NamedTuple):
    """One value at its place, such as `items[0].price`, and whether it is as expected; `why` where it is not."""

    place: str
    right: bool
    why: str = ""


class Rules(Struct, frozen=True):
    """When leaves are equal: numbers within `tolerance`, or the tolerance of their field; texts as labels or exactly.

    Keys and items beyond what is expected are wrong only where `closed`.
    """

    tolerance: float = 0.0
    tolerances: tuple[tuple[str, float], ...] = ()
    exact_text: bool = False
    closed: bool = False

    def allowed(self, place: str) -> float:
        """The tolerance of one place, by its own name or that of its field whatever the indices, or else for all."""
        field = "".join(part.split("]", 1)[-1] for part in place.split("["))
        own = dict(self.tolerances)
        return own.get(place, own.get(field, self.tolerance))


STRICT: Final = Rules(exact_text=True, closed=True)
"""Equal in every way but the order of keys."""


def leaves(expected: object, given: object, rules: Rules = STRICT, place: str = "") -> Iterator[Leaf]:
    """Every expected leaf, and every one too many where the rules forbid it; an empty place is the whole value."""
    if isinstance(expected, Mapping):
        yield from _fields(cast("Mapping[str, object]", expected), given, rules, place)
    elif isinstance(expected, list | tuple):
        yield from _items(cast("Sequence[object]", expected), given, rules, place)
    else:
        right = equal(expected, given, rules, place)
        yield Leaf(place, right, "" if right else f"{place or 'it'} is {shown(given)}, not {shown(expected)}")


def equal(expected: object, given: object, rules: Rules = STRICT, place: str = "") -> bool:
    """Whether two leaves are equal; true is not 1, and 1 is 1.0."""
    if isinstance(expected, bool) or isinstance(given, bool):
        return expected is given
    if isinstance(expected, int | float | Decimal) and isinstance(given, int | float | Decimal):
        return _near(expected, given, rules.allowed(place))
    if isinstance(expected, str) and isinstance(given, str) and not rules.exact_text:
        return plain(expected) == plain(given)
    return type(expected) is type(given) and expected == given


def fields_of(value: object) -> Mapping[str, object]:
    """The fields of an object; none where `value` is something else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def is_structure(value: object) -> bool:
    """Whether a value is an object or a list."""
    return isinstance(value, Mapping | list | tuple)


def read_json(text: str) -> object:
    """The JSON value that a text is, or that its last fenced block is; raises `msgspec.DecodeError` for none."""
    try:
        return msgspec.json.decode(text)
    except UnicodeEncodeError as error:
        # Half a character, as a model may give it, is in no JSON.
        raise msgspec.DecodeError(str(error)) from error
    except msgspec.DecodeError:
        blocks = fenced(text)
        if not blocks:
            raise
        return msgspec.json.decode(blocks[-1])


def _fields(wanted: Mapping[str, object], given: object, rules: Rules, place: str) -> Iterator[Leaf]:
    found = fields_of(given)
    other = "" if isinstance(given, Mapping) else f", {place or 'it'} is {shown(given)}"
    if other and not wanted:
        yield Leaf(place, right=False, why=f"an object is wanted{other}")
    for key, value in wanted.items():
        here = f"{place}.{key}" if place else key
        if key not in found:
            yield Leaf(here, right=False, why=f"{here} is missing{other}")
        else:
            yield from leaves(value, found[key], rules, here)
    if rules.closed:
        for key in sorted(found.keys() - wanted.keys()):
            here = f"{place}.{key}" if place else key
            yield Leaf(here, right=False, why=f"{here} is not expected")


def _items(wanted: Sequence[object], given: object, rules: Rules, place: str) -> Iterator[Leaf]:
    if not isinstance(given, list | tuple):
        yield Leaf(place, right=False, why=f"{place or 'it'} is {shown(given)}, a list is wanted")
        return
    found = cast("Sequence[object]", given)
    for number, value in enumerate(wanted):
        here = f"{place}[{number}]"
        if number < len(found):
            yield from leaves(value, found[number], rules, here)
        else:
            yield Leaf(here, right=False, why=f"{here} is missing")
    if len(found) > len(wanted):
        # A longer list is another list, whatever else may be added.
        yield Leaf(place, right=False, why=f"{place or 'it'} has {len(found)} items, not {len(wanted)}")


def _near(expected: float | Decimal, given: float | Decimal, tolerance: float) -> bool:
    first, second = Decimal(str(expected)), Decimal(str(given))
    if not (first.is_finite() and second.is_finite()):
        return False
    return abs(first - second) <= Decimal(str(tolerance))
