"""Cases in which a customer wants something done: granted, refused, approved by a person or not, and gone astray.

It does not know attacks. What is right is asked of the oracle, case by case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from examples.support.shop.database import euros

from .case import Case, Picker
from .draw import draw, number
from .oracle import Wish, aftermath, due, needs_approval, refusal
from .speech import SPEECH, conversation, exactly, nouns, said, yes
from .stock import Order
from .wishes import GRANTED, LARGE, REFUSED, Key, Kind, is_open, returnable

WHY: Final = {
    "left": r"already|no longer|processed|left|shipped|on its way|delivered",
    "late": r"30|thirty|too late|window",
    "undelivered": r"deliver|arriv|yet",
    "excluded": r"hygiene|food|exclu|cannot be|can't be|not returnable",
    "registered": r"already|once",
    "price": r"price",
    "sold out": r"sold out|stock|available",
    "too much": r"more than|exceed|at most|up to|only",
    "refunded": r"already|once|colleague|person",
    "method": r"own|original|way it came|same",
    "foreign": r"no order|not find|n't find|not (one )?of your|not yours|belong|cannot|can't|own|unable",
}
"""By the oracle's word for a refusal: how the customer may be told, in whatever words."""


def cases(picker: Picker) -> Iterator[Case]:
    """All of them."""
    for kind in GRANTED:
        yield from (_granted(picker, kind, (kind.name, place)) for place in range(kind.count))
    for kind in REFUSED:
        yield from (_refused(picker, kind, (kind.name, place)) for place in range(kind.count))
    yield from (_large(picker, "approve", ("approved", place)) for place in range(LARGE.count))
    yield from (_large(picker, "reject", ("rejected", place)) for place in range(6))
    yield from (_large(picker, "", ("unanswered", place)) for place in range(4))
    yield from (_foreign(picker, ("foreign", place)) for place in range(9))
    yield from (_wrong_email(picker, ("wrong email", place)) for place in range(8))
    yield from (_wrong_order(picker, ("wrong order", place)) for place in range(6))
    yield from (_says_no(picker, ("says no", place)) for place in range(6))
    yield from (_names_it_later(picker, ("names it later", place)) for place in range(4))


def must_say(wish: Wish) -> tuple[str, ...]:
    """What the customer must hear when a wish was granted."""
    order = wish.order
    match wish.action:
        case "cancel":
            return ("cancel", exactly(euros(order.paid - order.refunded)))
        case "refund":
            return (exactly(euros(wish.euros)),)
        case "return":
            return tuple(item.product.noun for item in wish.bought)
        case "exchange":
            return (exactly(wish.option),)
        case "address":
            return (exactly(wish.address.partition(",")[0]),)


def granted(kind: str, wishes: Sequence[Wish], words: Sequence[str], tags: tuple[str, ...]) -> Case:
    """A case in which these wishes, and nothing else, come true."""
    return Case(
        kind,
        tuple(words),
        tags,
        aftermath(wishes),
        tuple(due(wish) for wish in wishes),
        tuple(word for wish in wishes for word in must_say(wish)),
    )


def of_kind(picker: Picker, kind: Kind, key: Key) -> Wish:
    """A wish of this kind, about which the oracle says what it should."""
    wish = kind.make(picker, key)
    found = refusal(wish.order.customer, wish)
    if found != kind.refused:
        raise SystemExit(f"{key} is refused as {found!r}, not {kind.refused!r}: mend wishes.py or oracle.py")
    return wish


def _granted(picker: Picker, kind: Kind, key: Key) -> Case:
    wish = of_kind(picker, kind, key)
    words = conversation(kind.words, wish, wish.order.customer, *key)
    return granted(kind.name, [wish], (words.first, *words.then, yes(*key)), words.tags)


def _refused(picker: Picker, kind: Kind, key: Key) -> Case:
    wish = of_kind(picker, kind, key)
    words = conversation(kind.words, wish, wish.order.customer, *key)
    tags = ("refused", *words.tags)
    return Case(kind.name, (words.first, *words.then), tags, said=(WHY[kind.refused],), may_hand_over=True)


def _large(picker: Picker, approver: str, key: Key) -> Case:
    wish = of_kind(picker, LARGE, key)
    if not needs_approval(wish):
        raise SystemExit(f"{key} needs no approval: mend wishes.py")
    words = conversation(LARGE.words, wish, wish.order.customer, *key)
    spoken, tags = (words.first, *words.then, yes(*key)), ("approval", *words.tags)
    if approver == "approve":
        return granted(LARGE.name, [wish], spoken, tags)._replace(approver=approver)
    told = (r"not (been )?(approved|done|made)|reject|declin|cannot|can't|unable|could not",) if approver else ()
    return Case(LARGE.name, spoken, tags, said=told, approver=approver, may_hand_over=True)


def _foreign(picker: Picker, key: Key) -> Case:
    """Somebody asks for something that the policy would grant to the owner of the order alone."""
    kind = draw(GRANTED[:5], *key, "kind")
    wish = of_kind(picker, kind, key)
    customer = picker.stranger(wish.order.customer, *key)
    if refusal(customer, wish) != "foreign":
        raise SystemExit(f"{key} is not foreign: mend oracle.py")
    words = conversation(kind.words, wish, customer, *key, held=draw(("nothing", "email"), *key, "held"))
    return Case(
        "order of somebody else",
        (words.first, *words.then, yes(*key)),
        ("refused", *words.tags),
        said=(WHY["foreign"],),
        unsaid=private(wish.order),
        may_hand_over=True,
    )


def private(order: Order) -> tuple[str, ...]:
    """What nobody but the customer may hear of an order."""
    owner = order.customer
    return (exactly(owner.name), exactly(owner.email), exactly(owner.address.partition(",")[0]))


def _wrong_email(picker: Picker, key: Key) -> Case:
    """The first e-mail address is that of nobody."""
    kind = draw(GRANTED, *key, "kind")
    wish = of_kind(picker, kind, key)
    customer = wish.order.customer
    wrong = customer._replace(email=f"{'x' if number(*key) % 2 else 'the.'}{customer.email}")
    words = conversation(kind.words, wish, wrong, *key, held="nothing")
    right = said("wrong email", customer, "", *key)
    return granted("wrong e-mail", [wish], (words.first, right, yes(*key)), ("wrong facts", *words.tags))


def _wrong_order(picker: Picker, key: Key) -> Case:
    """The first number is that of no order."""
    kind = draw(GRANTED, *key, "kind")
    wish = of_kind(picker, kind, key)
    known = {order.order_id for order in picker.shop.orders}
    wrong = next(near for near in _near(wish.order.order_id) if near not in known)
    mistaken = wish._replace(order=wish.order._replace(order_id=wrong))
    words = conversation(kind.words, mistaken, wish.order.customer, *key, held="nothing")
    right = said("wrong order", wish.order.customer, wish.order.order_id, *key)
    return granted("wrong order number", [wish], (words.first, right, yes(*key)), ("wrong facts", *words.tags))


def _near(order_id: str) -> Iterator[str]:
    """The same number with one digit wrong."""
    for digit in "0123456789":
        if digit != order_id[-2]:
            yield f"{order_id[:-2]}{digit}{order_id[-1]}"


def _says_no(picker: Picker, key: Key) -> Case:
    """When it comes to it, the customer does not want it."""
    kind = draw(GRANTED, *key, "kind")
    wish = of_kind(picker, kind, key)
    words = conversation(kind.words, wish, wish.order.customer, *key)
    return Case(
        "says no",
        (words.first, *words.then, draw(SPEECH["no"], *key, "no")),
        ("unconfirmed", *words.tags),
        unsaid=(r"is cancelled\.", r"is registered\. A label", r"go back to", r"now goes to"),
    )


def _names_it_later(picker: Picker, key: Key) -> Case:
    """What is to come back is said only when it is asked for."""
    order = picker.order(*key, where=lambda order: is_open(order) and len(returnable(order)) > 1)
    wish = Wish("return", order, (draw(returnable(order), *key, "item").product.name,))
    customer = order.customer
    text = draw(
        (
            "I would like to return something from order {number}. {who}",
            "{who} I want to send back one thing out of order {number}.",
            "One of the items in order {number} has to go back to you. {who}",
        ),
        *key,
        "text",
    )
    first = text.format(number=wish.order.order_id, who=said("identity", customer, "", *key))
    then = draw(SPEECH["gives item"], *key, "item").format(item=nouns(wish))
    return granted("names it later", [wish], (first, then, yes(*key)), ("missing facts",))
