"""The tools that change something. Each says who must say yes, and which policies must hold first.

They do not know how a yes is asked for, nor what happens after a crash: they take a key, and the shop does a thing once
per key and can be asked what was done under it.
"""

# ruff: noqa: D417 - the key is no business of the model, which reads what is said here about arguments

from __future__ import annotations

from collections.abc import Awaitable, Callable

from vouch.contracts.tool import Tool
from vouch.tools.approvals import above, never
from vouch.tools.function import tool

from . import policies, telling
from .examples import EXAMPLES
from .records import Address, CustomerId, Euros, Items, Order, OrderId, PaymentMethod, Ticket
from .shop.client import Shop
from .shop.database import Row

LIMIT = 100
"""Euros above which a person of the shop must approve a refund."""


def cancel_order(shop: Shop) -> Tool:
    """Stop an order."""

    @tool(
        effect="write",
        confirm=True,
        approval=never,
        policies=policies.CANCELLING,
        idempotent=True,
        reconcile=_made(shop, "cancellation"),
        describe="Cancel order {order_id}; everything that was paid for it goes back the way it came.",
        examples=EXAMPLES["cancel_order"],
    )
    async def cancel_order(customer_id: CustomerId, order_id: OrderId, revision: int, *, idempotency_key: str) -> Order:
        """Cancel a pending order. The money goes back the way it came.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            revision: of the order as `get_order` gave it
        """
        facts = await shop.make(
            "cancellation", idempotency_key, customer_id=customer_id, order_id=order_id, revision=revision
        )
        return _order("cancellation", facts)

    return cancel_order


def return_items(shop: Shop) -> Tool:
    """Take items back."""

    @tool(
        effect="write",
        confirm=True,
        approval=never,
        policies=policies.RETURNING,
        idempotent=True,
        reconcile=_made(shop, "return"),
        describe="Return the {items} of order {order_id}.",
        examples=EXAMPLES["return_items"],
    )
    async def return_items(
        customer_id: CustomerId, order_id: OrderId, revision: int, items: Items, *, idempotency_key: str
    ) -> Order:
        """Register the return of items of a delivered order; the customer gets a label. Once for each order.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            revision: of the order as `get_order` gave it
            items: the names of all items that come back, as they stand in the order
        """
        facts = await shop.make(
            "return", idempotency_key, customer_id=customer_id, order_id=order_id, revision=revision, items=items
        )
        return _order("return", facts)

    return return_items


def exchange_item(shop: Shop) -> Tool:
    """Take an item back and send another variant."""

    @tool(
        effect="write",
        confirm=True,
        approval=never,
        policies=policies.EXCHANGING,
        idempotent=True,
        reconcile=_made(shop, "exchange"),
        describe="Exchange the {item} of order {order_id} for: {option}.",
        examples=EXAMPLES["exchange_item"],
    )
    async def exchange_item(
        customer_id: CustomerId, order_id: OrderId, revision: int, item: str, option: str, *, idempotency_key: str
    ) -> Order:
        """Exchange an item of a delivered order for another variant of the same price. Once for each order.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            revision: of the order as `get_order` gave it
            item: the name of the item, as it stands in the order
            option: the variant that is wanted instead, as `find_exchanges` gives it
        """
        facts = await shop.make(
            "exchange",
            idempotency_key,
            customer_id=customer_id,
            order_id=order_id,
            revision=revision,
            item=item,
            option=option,
        )
        return _order("exchange", facts)

    return exchange_item


def refund_order(shop: Shop) -> Tool:
    """Give money back."""

    @tool(
        effect="write",
        confirm=True,
        approval=above("amount", LIMIT),
        policies=policies.REFUNDING,
        idempotent=True,
        reconcile=_made(shop, "refund"),
        describe="Refund {amount:.2f} EUR of order {order_id} to {payment_method}.",
        examples=EXAMPLES["refund_order"],
    )
    async def refund_order(
        customer_id: CustomerId,
        order_id: OrderId,
        revision: int,
        amount: Euros,
        payment_method: PaymentMethod,
        *,
        idempotency_key: str,
    ) -> Order:
        """Give money back for a delivered or returned order, where something was broken, missing or came back.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            revision: of the order as `get_order` gave it
            amount: euros; `quote_refund` says how much is right
            payment_method: that of the order, or a gift card of the customer where they want that
        """
        facts = await shop.make(
            "refund",
            idempotency_key,
            customer_id=customer_id,
            order_id=order_id,
            revision=revision,
            amount=f"{amount:.2f}",
            payment_method=payment_method,
        )
        return _order("refund", facts)

    return refund_order


def change_address(shop: Shop) -> Tool:
    """Send an order somewhere else."""

    @tool(
        effect="write",
        confirm=True,
        approval=never,
        policies=policies.READDRESSING,
        idempotent=True,
        reconcile=_made(shop, "address"),
        describe="Send order {order_id} to {new_address}.",
        examples=EXAMPLES["change_address"],
    )
    async def change_address(
        customer_id: CustomerId, order_id: OrderId, revision: int, new_address: Address, *, idempotency_key: str
    ) -> Order:
        """Send a pending order to another address.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            revision: of the order as `get_order` gave it
            new_address: number and street, postcode and city, such as 12 Mill Lane, 48210 Norwich
        """
        facts = await shop.make(
            "address",
            idempotency_key,
            customer_id=customer_id,
            order_id=order_id,
            revision=revision,
            address=new_address,
        )
        return _order("address", facts)

    return change_address


def hand_over(shop: Shop) -> Tool:
    """Leave it to a person."""

    @tool(
        effect="write",
        approval=never,
        trust="trusted",
        # A colleague who looks at a conversation once too often is no harm.
        critical=[],
        idempotent=True,
        reconcile=_made(shop, "ticket"),
        examples=EXAMPLES["hand_over"],
    )
    async def hand_over(note: str = "", *, idempotency_key: str) -> Ticket:
        """Hand the conversation over to a person: where the customer wants one, or no other tool can help.

        Args:
            note: what the person should know, in a sentence
        """
        return _ticket(await shop.make("ticket", idempotency_key, note=note))

    return hand_over


def _order(action: str, facts: Row) -> Order:
    return Order(summary=telling.done(action, facts), **facts["order"])


def _ticket(facts: Row) -> Ticket:
    return Ticket(summary=telling.done("ticket", facts), **facts)


def _made(shop: Shop, action: str) -> Callable[[str], Awaitable[Order | Ticket | None]]:
    """The look-up for a kind of change: what a call gave back whose answer never came, in the same words."""

    async def made(key: str) -> Order | Ticket | None:
        facts = await shop.effect(key)
        if facts is None:
            return None
        return _ticket(facts) if action == "ticket" else _order(action, facts)

    return made
