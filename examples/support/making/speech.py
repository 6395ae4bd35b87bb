"""How customers speak: wishes in their words, with or without the facts, in one manner or another.

It does not know what is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from ..shop.database import euros
from .draw import chance, draw, sections, spoil
from .oracle import Wish
from .stock import Customer

WISHES: Final = sections("wishes")
SPEECH: Final = sections("speech")

Withheld = Literal["nothing", "email", "order", "both", "name"]
"""What the first message does not say: `name` customers give name and postcode instead of an e-mail address."""

_WITHHELD: Final[tuple[Withheld, ...]] = ("nothing", "nothing", "nothing", "email", "email", "both", "both", "order", "name")


class Words(NamedTuple):
    """What a customer says first and then, and how."""

    first: str
    then: tuple[str, ...]
    tags: tuple[str, ...]


def withheld(*key: str | int) -> Withheld:
    """What a first message leaves out."""
    return draw(_WITHHELD, *key, "withheld")


def wish_in_words(kind: str, wish: Wish, *key: str | int, named: bool = True) -> tuple[str, str]:
    """A wish with its gaps filled, and its manner; `named` gives the order's number."""
    manner, bar, text = draw(WISHES[kind], *key, "wish").partition(" | ")
    if not bar:
        manner, text = "plain", manner
    order = f"order {wish.order.order_id}" if named else "my order"
    money = draw(("{} EUR", "{} euros", "€{}"), *key, "money").format(euros(wish.euros))
    gaps = {
        "order": order,
        "Order": order[0].upper() + order[1:],
        "item": nouns(wish),
        "option": wish.option,
        "amount": money,
        "address": wish.address,
        "method": wish.method,
    }
    return text.format_map(gaps), manner


def nouns(wish: Wish) -> str:
    """What the customer calls the items."""
    names = [item.product.noun for item in wish.bought]
    return " and the ".join(names)


def conversation(kind: str, wish: Wish, customer: Customer, *key: str | int, held: Withheld | None = None) -> Words:
    """The first message and the answer to what it leaves out; the yes that may have to follow is not in it."""
    held = withheld(*key) if held is None else held
    knows_order = held in ("nothing", "email", "name")
    text, manner = wish_in_words(kind, wish, *key, named=knows_order)
    if wish.action == "refund" and wish.method:
        own = wish.method == customer.gift_card
        text += " " + draw(WISHES["to gift card" if own else "to other card"], *key, "to").format(method=wish.method)
    if held in ("nothing", "order"):
        text = _identified(text, manner, customer, *key)
    text, tags = styled(text, manner, *key, keep=f"{nouns(wish)} {wish.option} {wish.address}")
    tags = tags if held == "nothing" else (*tags, "missing facts")
    return Words(text, answers(held, customer, wish.order.order_id, *key), tags)


def answers(held: Withheld, customer: Customer, order_id: str, *key: str | int) -> tuple[str, ...]:
    """What the customer says when asked for what they left out."""
    kind = {"nothing": "", "email": "gives email", "order": "gives order", "both": "gives both", "name": "gives name"}[held]
    return (said(kind, customer, order_id, *key),) if kind else ()


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
        return f"{text}, {who}"
    return f"{who} {text}" if chance(0.3, *key, "who first") and who.endswith(".") else f"{text} {who}"


def styled(text: str, manner: str, *key: str | int, keep: str = "") -> tuple[str, tuple[str, ...]]:
    """The text as this customer types it, and tags that say how. What is in `keep` is typed right."""
    tags = [] if manner == "plain" else [manner]
    if manner == "plain" and chance(0.18, *key, "typos"):
        text = spoil(text, keep, *key)
        tags.append("typos")
    if manner == "plain" and chance(0.3, *key, "greeting"):
        text = f"{draw(SPEECH['greeting'], *key, 'greets')} {text}"
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


def _each_word(text: str, change: Callable[[str], str]) -> str:
    """All words in other letters, but not those that hold a digit, or the sign of an e-mail address."""
    return " ".join(word if re.search(r"[\d@]", word) else change(word) for word in text.split(" "))
