"""A fact that a page states, what people ask to learn it, and the kinds of page there are.

It does not know which facts there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .draw import draw, shuffled

Value = Callable[[str], str]
"""Gives the value of a fact for the key of a page."""


class Fact(NamedTuple):
    """What may stand on every page of a kind.

    In `says` and `asks`, `{name}` is the page's subject and `{value}` the fact's value, which no question has.
    """

    name: str
    value: Value
    says: Sequence[str]
    asks: Sequence[str]


class Kind(NamedTuple):
    """A kind of page: its folder, its subjects, its title, what it may state, and what fills it up."""

    folder: str
    subjects: Sequence[str]
    title: str
    opening: Sequence[str]
    facts: Sequence[Fact]
    filling: Sequence[str]


class Stated(NamedTuple):
    """A fact on a page: the sentence it stands in, and its value."""

    fact: Fact
    sentence: str
    value: str


class Page(NamedTuple):
    """A page: its path below the handbook, its title, its paragraphs, what it states, and what it leaves out."""

    path: str
    title: str
    paragraphs: tuple[str, ...]
    subject: str
    kind: str
    stated: tuple[Stated, ...]
    left_out: tuple[Fact, ...]


LEFT_OUT = 2
"""Facts of its kind that a page says nothing about: what is asked about them has no answer."""


def page_of(kind: Kind, subject: str, ending: str) -> Page:
    """The page of a subject, in one of the orders and wordings that there are."""
    key = f"{kind.folder}/{subject}"
    order = shuffled(kind.facts, key, "order")
    told, left_out = order[:-LEFT_OUT], tuple(order[-LEFT_OUT:])
    stated: list[Stated] = []
    for fact in told:
        value = fact.value(f"{key}/{fact.name}")
        sentence = draw(fact.says, key, fact.name, "says").format(name=subject, value=value)
        stated.append(Stated(fact, sentence, value))
    filling = shuffled(kind.filling, key, "filling")[:3]
    opening = draw(kind.opening, key, "opening").format(name=subject)
    middle = len(stated) // 2
    paragraphs = (
        opening,
        " ".join([each.sentence for each in stated[:middle]] + filling[:1]),
        " ".join(filling[1:2] + [each.sentence for each in stated[middle:]] + filling[2:]),
    )
    slug = subject.lower().replace(" ", "-").replace("’", "")
    path = f"{kind.folder}/{slug}.{ending}"
    return Page(path, kind.title.format(name=subject), paragraphs, subject, kind.folder, tuple(stated), left_out)
