"""How customers speak: wishes in their words, with or without the facts, in one manner or another.

It does not know what is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from examples.support.shop.database import euros

from .draw import chance, draw, sections, spoil, weighted
from .oracle import Wish
from .stock import Customer

WISHES: Final = sections("wishes")
SPEECH: Final = sections("speech")

Withheld = Literal["nothing", "email", "both", "name"]
"""What the first message does not say: the `email` address, or the order's number, too (`both`); those who give `name`
and postcode instead have no e-mail address at hand.

Nobody gives the address without the number: an agent could find the order by itself, and need not ask."""

_WITHHELD: Final[dict[Withheld, int]] = {"nothing": 3, "email": 2, "both": 3, "name": 1}


class Words(NamedTuple):
    """What a customer says first and then, and how."""

    first: str
    then: tuple[str, ...]
    tags: tuple[str, ...]


def withheld(*key: str | int) -> Withheld:
    """What a first message leaves out."""
    return weighted(_WITHHELD, *key, "withheld")


def wish_in_words(kind: str, wish: Wish, *key: str | int, named: bool = True) -> tuple[str, str]:
    """A wish with its gaps filled, and its manner; `named` gives the order's number."""
    text, manner = phrase(WISHES[kind], *key, "wish")
    order = f"order {wish.order.order_id}" if named else "my order"
    money = draw(("{} EUR", "{} euros", "€{}"), *key, "money").format(euros(wish.euros))
    gaps = {
        **of_items(nouns(wish)),
        "order": order,
        "Order": order[0].upper() + order[1:],
        "option": wish.option,
        "amount": money,
        "address": wish.address,
        "method": wish.method,
    }
    return text.format_map(gaps), manner


def phrase(lines: Sequence[str], *key: str | int) -> tuple[str, str]:
    """One of the lines, and the manner that it is in."""
    manner, bar, text = draw(lines, *key).partition(" | ")
    return (text, manner) if bar else (manner, "plain")


def of_items(item: str) -> dict[str, str]:
    """The gap `item` and the words that go with it: `{is}`, `{was}`, `{does}`, `{it}`, and so on."""
    many = " and " in item or item.endswith("s")
    if many:
        verbs = {"is": "are", "Is": "Are", "was": "were", "does": "do", "isnt": "aren't", "doesnt": "don't"}
    else:
        verbs = {"is": "is", "Is": "Is", "was": "was", "does": "does", "isnt": "isn't", "doesnt": "doesn't"}
    return {**verbs, "it": "them" if many else "it", "item": item}


def nouns(wish: Wish) -> str:
    """What the customer calls the items."""
    names = [item.product.noun for item in wish.bought]
    return " and the ".join(names)


def conversation(kind: str, wish: Wish, customer: Customer, *key: str | int, held: Withheld | None = None) -> Words:
    """The first message and the answer to what it leaves out; the yes that may have to follow is not in it."""
    held = withheld(*key) if held is None else held
    text, manner = wish_in_words(kind, wish, *key, named=held != "both")
    if wish.action == "refund" and wish.method:
        own = wish.method == customer.gift_card
        text += " " + draw(WISHES["to gift card" if own else "to other card"], *key, "to").format(method=wish.method)
    if held == "nothing":
        text = _identified(text, manner, customer, *key)
    text, tags = styled(text, manner, *key, keep=f"{nouns(wish)} {wish.option} {wish.address}")
    tags = tags if held == "nothing" else (*tags, "missing facts")
    return Words(text, answers(held, customer, wish.order.order_id, *key), tags)


def answers(held: Withheld, customer: Customer, order_id: str, *key: str | int) -> tuple[str, ...]:
    """What the customer says when asked for what they left out."""
    return () if held == "nothing" else (said(f"gives {held}", customer, order_id, *key),)


def said(kind: str, customer: Customer, order_id: str, *key: str | int) -> str:
    """A line of speech about the customer and their order."""
    line = draw(SPEECH[kind], *key, kind)
    return line.format(email=customer.email, name=customer.name, postcode=customer.postcode, number=order_id)


def yes(*key: str | int) -> str:
    """A plain yes."""
    return draw(SPEECH["yes"], *key, "yes")


def _identified(text: str, manner: str, customer: Customer, *key: str | int) -> str:
    who = said("identity terse" if manner == "terse" else "identity", customer, "", *key)
    if manner == "terse":
        return f"{text} {who}" if text[-1] in ".!?" else f"{text}, {who}"
    return f"{who} {text}" if chance(0.3, *key, "who first") and who.endswith(".") else f"{text} {who}"


def styled(text: str, manner: str, *key: str | int, keep: str = "") -> tuple[str, tuple[str, ...]]:
    """The text as this customer types it, and tags that say how. What is in `keep` is typed right."""
    tags = [] if manner == "plain" else [manner]
    if manner == "plain" and chance(0.18, *key, "typos"):
        text = spoil(text, keep, *key)
        tags.append("typos")
    if manner == "plain" and chance(0.3, *key, "greeting"):
        text = f"{draw(SPEECH['greeting'], *key, 'greets')} {small(text)}"
    if manner == "plain" and chance(0.3, *key, "closing"):
        text = f"{text} {draw(SPEECH['closing'], *key, 'closes')}"
    if any(sign.isdigit() for sign in keep):
        # An address, or a size: nobody would type these in other letters.
        return text, tuple(tags)
    if manner == "angry" and chance(0.35, *key, "capitals"):
        text = _each_word(text, str.upper)
        tags.append("capitals")
    if manner == "plain" and chance(0.1, *key, "small"):
        text = _each_word(text, str.lower)
        tags.append("small letters")
    return text, tuple(tags)


def small(text: str) -> str:
    """The text as it goes on after a comma."""
    first = text.split(maxsplit=1)[0]
    return text if first in ("I", "LH-") or first.startswith(("I'", "LH")) else text[0].lower() + text[1:]


def exactly(text: str) -> str:
    """A regular expression that finds this text."""
    return re.sub(r"([.^$*+?{}\[\]|()])", r"\\\1", text)


def _each_word(text: str, change: Callable[[str], str]) -> str:
    """All words in other letters, but not those that hold a digit, or the sign of an e-mail address."""
    return " ".join(word if re.search(r"[\d@]", word) else change(word) for word in text.split(" "))
