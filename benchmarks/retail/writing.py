"""The eight tools that change something. Each waits for the user's yes and for the policies; none for a person.

They do not know how a yes is asked for, nor what happens after a crash.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from benchmarks.retail import policies
from benchmarks.retail.data import Record
from benchmarks.retail.shop import REASONS, Shop
from vouch.contracts.tool import Tool
from vouch.tools.approvals import never
from vouch.tools.function import tool

Reason = Annotated[str, Field(json_schema_extra={"enum": list(REASONS)})]
"""Told to the model as one of two, and held to it by the policy, which says why a third is refused."""


def cancel_pending_order(shop: Shop) -> Tool:
    """Stop an order."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.cancelling(shop),
        describe="Cancel order {order_id} ({reason}); what was paid goes back the way it came.",
    )
    async def cancel_pending_order(order_id: str, reason: Reason) -> Record:
        """Cancel a pending order; what was paid goes back the way it came.

        Args:
            order_id: with the sign # in front
            reason: why it is cancelled
        """
        return shop.cancel(order_id, reason)

    return cancel_pending_order


def modify_pending_order_address(shop: Shop) -> Tool:
    """Send an order somewhere else."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.moving(shop),
        describe="Send order {order_id} to {address1}, {address2}, {city}, {state}, {country}, {zip}.",
    )
    async def modify_pending_order_address(
        order_id: str,
        address1: str,
        address2: str,
        city: str,
        state: str,
        country: str,
        zip: str,  # noqa: A002 - its name there
    ) -> Record:
        """Send a pending order to another address.

        Args:
            order_id: with the sign # in front
            address1: street and number
            address2: flat or suite; may be empty
            city: the city
            state: in two letters
            country: the country
            zip: the zip code
        """
        return shop.move(order_id, _address(address1, address2, city, state, country, zip))

    return modify_pending_order_address


def modify_pending_order_payment(shop: Shop) -> Tool:
    """Pay an order another way."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.repaying(shop),
        describe="Pay order {order_id} by {payment_method_id} instead.",
    )
    async def modify_pending_order_payment(order_id: str, payment_method_id: str) -> Record:
        """Pay a pending order by another payment method; the first payment goes back.

        Args:
            order_id: with the sign # in front
            payment_method_id: as it stands in the user's profile
        """
        return shop.repay(order_id, payment_method_id)

    return modify_pending_order_payment


def modify_pending_order_items(shop: Shop) -> Tool:
    """Replace items of an order that is still here."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.modifying(shop),
        describe="In order {order_id} replace {item_ids} by {new_item_ids}; the difference is settled by "
        "{payment_method_id}. This can be done once.",
    )
    async def modify_pending_order_items(
        order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> Record:
        """Replace items of a pending order by other items of the same products. Once for each order.

        Args:
            order_id: with the sign # in front
            item_ids: the items to be replaced; an item that is there twice may be named twice
            new_item_ids: the items instead, in the same order
            payment_method_id: by which the difference in price is paid or given back
        """
        return shop.change_items(order_id, item_ids, new_item_ids, payment_method_id)

    return modify_pending_order_items


def exchange_delivered_order_items(shop: Shop) -> Tool:
    """Replace items of an order that has arrived."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.exchanging(shop),
        describe="Of order {order_id} exchange {item_ids} for {new_item_ids}; the difference is settled by "
        "{payment_method_id}. This can be done once.",
    )
    async def exchange_delivered_order_items(
        order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> Record:
        """Exchange items of a delivered order for other items of the same products. Once for each order.

        Args:
            order_id: with the sign # in front
            item_ids: the items to be exchanged; an item that is there twice may be named twice
            new_item_ids: the items instead, in the same order
            payment_method_id: by which the difference in price is paid or given back
        """
        return shop.exchange(order_id, item_ids, new_item_ids, payment_method_id)

    return exchange_delivered_order_items


def return_delivered_order_items(shop: Shop) -> Tool:
    """Take items back."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.returning(shop),
        describe="Return {item_ids} of order {order_id}; the money goes to {payment_method_id}.",
    )
    async def return_delivered_order_items(order_id: str, item_ids: list[str], payment_method_id: str) -> Record:
        """Take back items of a delivered order. Once for each order.

        Args:
            order_id: with the sign # in front
            item_ids: the items to be returned; an item that is there twice may be named twice
            payment_method_id: to which the money goes: that of the order, or a gift card
        """
        return shop.take_back(order_id, item_ids, payment_method_id)

    return return_delivered_order_items


def modify_user_address(shop: Shop) -> Tool:
    """Change a user's own address."""

    @tool(
        effect="write",
        trust="trusted",
        confirm=True,
        approval=never,
        policies=policies.PROFILE,
        describe="Change your address to {address1}, {address2}, {city}, {state}, {country}, {zip}.",
    )
    async def modify_user_address(
        user_id: str,
        address1: str,
        address2: str,
        city: str,
        state: str,
        country: str,
        zip: str,  # noqa: A002 - its name there
    ) -> Record:
        """Change the address in a user's profile.

        Args:
            user_id: as the tools that find users give it
            address1: street and number
            address2: flat or suite; may be empty
            city: the city
            state: in two letters
            country: the country
            zip: the zip code
        """
        return shop.move_user(user_id, _address(address1, address2, city, state, country, zip))

    return modify_user_address


def transfer_to_human_agents() -> Tool:
    """Leave it to a person."""

    @tool(effect="write", trust="trusted", approval=never)
    async def transfer_to_human_agents(summary: str) -> str:
        """Hand the user over to a person, where they ask for one or no other tool can help.

        Args:
            summary: what it is about
        """
        del summary
        return "Transfer successful"

    return transfer_to_human_agents


def _address(address1: str, address2: str, city: str, state: str, country: str, zip_code: str) -> Record:
    return {
        "address1": address1,
        "address2": address2,
        "city": city,
        "state": state,
        "country": country,
        "zip": zip_code,
    }
