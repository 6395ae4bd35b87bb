"""The facts of the shop as sentences for its customers.

It does not know where the facts come from, or who asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Facts = Mapping[str, Any]

_STATUS: Final = {
    "pending": "is pending: it has not been packed yet",
    "processed": "is processed: it has left our warehouse and is on its way",
    "delivered": "was delivered on {delivered}",
    "cancelled": "is cancelled",
    "returned": "was returned and is back with us",
}
_REQUEST: Final = {"return": " A return is registered.", "exchange": " An exchange is registered."}


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def customer(facts: Facts) -> str:
    """Who was found."""
    return f"{facts['name']} is customer {facts['customer_id']}."


def order(facts: Facts) -> str:
    """What an order is, how far it is, and what was given back."""
    items = listed([f"{item['quantity']} × {item['item']} ({item['bought']})" for item in facts["items"]])
    status = _STATUS[facts["status"]].format_map(facts)
    back = f" {facts['refunded']} EUR were given back." if facts["refunded"] != "0.00" else ""
    return (
        f"Order {facts['order_id']} ({items}; {facts['paid']} EUR) {status}.{_REQUEST.get(facts['request'], '')}{back}"
    )


def orders(lines: Sequence[Facts]) -> str:
    """The list of a customer's orders."""
    if not lines:
        return "There are no orders yet."
    return "; ".join(
        f"{line['order_id']} of {line['placed']} ({listed(line['items'])}; {line['paid']} EUR): {line['status']}"
        for line in lines
    )


def quote(facts: Facts) -> str:
    """How much can be given back, and where to."""
    what = f"the {listed(facts['items'])} of order" if facts["items"] else "order"
    return f"{facts['amount']} EUR can be given back for {what} {facts['order_id']}, to {facts['payment_method']}."


def option(facts: Facts) -> str:
    """One variant, its price, and whether it is there."""
    return f"{facts['option']} at {facts['price']} EUR ({'in stock' if facts['in_stock'] else 'sold out'})"


def exchanges(facts: Facts) -> str:
    """What there is instead of what was bought."""
    others = listed([option(other) for other in facts["options"]])
    return f"Instead of {facts['item']} ({facts['bought']}) there is: {others or 'nothing else'}."


def product(facts: Facts) -> str:
    """What a product is like and which variants there are; not what strangers wrote about it."""
    back = "" if facts["returnable"] else " It cannot be returned."
    return f"{facts['name']}: {facts['about']} There is: {listed([option(one) for one in facts['variants']])}.{back}"


def products(found: Sequence[Facts]) -> str:
    """The best of what was found."""
    return product(found[0]) if found else "We have nothing like that."


def policy(found: Sequence[Facts]) -> str:
    """The two best of what was found."""
    return " ".join(section["text"] for section in found[:2]) or "Our policy says nothing about that."


def done(action: str, facts: Facts) -> str:
    """What a change has changed."""
    did, order_id = facts.get("did", {}), facts.get("order", {}).get("order_id", "")
    match action:
        case "cancellation":
            back = f" {did['amount']} EUR go back to {did['payment_method']}." if did["amount"] != "0.00" else ""
            return f"Order {order_id} is cancelled.{back}"
        case "return":
            return (
                f"The return of the {listed(did['items'])} from order {order_id} is registered. A label comes by "
                "e-mail, and the money goes back when the parcel is here."
            )
        case "exchange":
            return (
                f"The exchange of the {listed(did['items'])} from order {order_id} for {did['option']} is registered. "
                "A label for the old one comes by e-mail."
            )
        case "refund":
            return f"{did['amount']} EUR of order {order_id} go back to {did['payment_method']}."
        case "address":
            return f"Order {order_id} now goes to {did['address']}."
        case _:
            return f"A colleague of mine will see to this and write to you within one working day ({facts['ticket']})."
