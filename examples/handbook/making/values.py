"""What the values of facts look like: people, times, amounts, days.

It does not know which facts there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .draw import draw, number
from .fact import Value

_FIRST: Final = (
    "Ana", "Bo", "Carla", "Dario", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Lior", "Mira", "Nils",
    "Oona", "Pavel", "Rosa", "Sami", "Tilda", "Uri", "Vera", "Wim", "Yara", "Zoe", "Amir", "Britt", "Cem", "Dina",
    "Egon", "Freya",
)  # fmt: skip
_LAST: Final = (
    "Almeida", "Bergström", "Castell", "Demir", "Eklund", "Fontaine", "Grabowski", "Haddad", "Ivanova", "Jansen",
    "Keller", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Ribeiro", "Sorensen", "Tanaka",
    "Ulrich", "Varga", "Weiss", "Yilmaz", "Zamora", "Brandt", "Conti", "Duarte",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def person(key: str) -> str:
    """A first and a last name."""
    return f"{draw(_FIRST, key, 'first')} {draw(_LAST, key, 'last')}"


def one_of(*choices: str) -> Value:
    """One of these."""
    return lambda key: draw(choices, key)


def whole(least: int, most: int, step: int = 1, form: str = "{}") -> Value:
    """A whole number from `least` to `most`, in steps, written as `form` says."""
    return lambda key: form.format(least + step * (number(key) % ((most - least) // step + 1)))


def clock(earliest: int, latest: int, minutes: Sequence[str] = ("00", "15", "30", "45")) -> Value:
    """A time between two hours."""
    return lambda key: f"{earliest + number(key, 'h') % (latest - earliest + 1):02}:{draw(minutes, key, 'm')}"


def euros(least: int, most: int, step: int = 5) -> Value:
    """An amount of money."""
    return whole(least, most, step, "{} euros")


def weekday(key: str) -> str:
    """A day from Monday to Friday."""
    return draw(DAYS, key)


def date(key: str) -> str:
    """A day of the coming years."""
    return f"{1 + number(key, 'd') % 28} {draw(MONTHS, key, 'm')} {2027 + number(key, 'y') % 3}"


def code(prefix: str) -> Value:
    """A short code, such as that of a form."""
    return lambda key: f"{prefix}-{100 + number(key) % 900}"
