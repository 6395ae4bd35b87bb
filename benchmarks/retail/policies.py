"""The shop's written policy as code: what must hold before anything is changed, whatever the model thinks.

It does not know the model, nor what anybody wants. Who the user is, it takes from what happened in the run; all else
from the shop as it is now. Where the shop would refuse the same thing, the sentence is the shop's own, so that the
model is told the same whoever refuses.

Two sentences of the written policy are not here. That a new item differs from the old one is left out because the
policy's own authors let items be replaced by themselves. That the user said yes to exactly this is no rule over the
run, but `confirm=True` at the tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks.retail import shop as words
from benchmarks.retail.data import Record
from benchmarks.retail.shop import REASONS, Shop, covers, missing_items, refundable_to
from vouch.contracts.policy import Attempt
from vouch.tools.policy import Rule, policy

IDENTIFIES: Final = frozenset({"find_user_id_by_email", "find_user_id_by_name_zip"})

CHANGED: Final = frozenset({"pending (item modified)", "return requested", "exchange requested"})
"""What an order is after its items were modified, returned or exchanged: that is done once."""


def user_of(attempt: Attempt) -> str | None:
    """The user of this run: the first who was found, for one run serves one user."""
    return next((call.content for call in attempt.past.calls if call.name in IDENTIFIES and not call.failed), None)


def order_of(shop: Shop, attempt: Attempt) -> Record:
    """The order that the attempt names."""
    order = shop.order(attempt.arguments["order_id"])
    if order is None:
        raise LookupError(words.NO_ORDER)
    return order


def replaced(shop: Shop, attempt: Attempt) -> Iterator[tuple[Record, str]]:
    """The items of the order that the attempt would replace, each with the id of what it would be replaced by."""
    held = {item["item_id"]: item for item in order_of(shop, attempt)["items"]}
    for item_id, new_id in zip(attempt.arguments["item_ids"], attempt.arguments["new_item_ids"], strict=True):
        yield held[item_id], new_id


@policy(
    customer="First I have to know who you are: please give me your e-mail address, or your name and zip code.",
    auditor="No user was found in this run by e-mail, or by name and zip code.",
)
def identity_verified(attempt: Attempt) -> bool:
    """A user was found in this run."""
    return user_of(attempt) is not None


@policy(
    customer="I can only change your own profile.",
    auditor="The profile is not that of the user who was found first in this run.",
)
def own_profile(attempt: Attempt) -> bool:
    """The profile is that of the user of this run."""
    return attempt.arguments["user_id"] == user_of(attempt)


@policy(customer=words.REASON, auditor="The reason is neither 'no longer needed' nor 'ordered by mistake'.")
def reason_allowed(attempt: Attempt) -> bool:
    """The reason is one of the two."""
    return attempt.arguments["reason"] in REASONS


@policy(customer=words.NUMBERS, auditor="There are not as many new items as items to be replaced.")
def one_for_each(attempt: Attempt) -> bool:
    """Each item has its new item."""
    return len(attempt.arguments["item_ids"]) == len(attempt.arguments["new_item_ids"])


def order_exists(shop: Shop) -> Rule:
    """There is such an order."""

    @policy(customer=words.NO_ORDER, auditor="There is no order of this id.")
    def order_exists(attempt: Attempt) -> bool:
        return shop.order(attempt.arguments["order_id"]) is not None

    return order_exists


def own_order(shop: Shop) -> Rule:
    """The order is one of the user of this run."""

    @policy(
        customer="I can only do this for an order of your own.",
        auditor="The order is not one of the user who was found first in this run.",
    )
    def own_order(attempt: Attempt) -> bool:
        return order_of(shop, attempt)["user_id"] == user_of(attempt)

    return own_order


def first_change(shop: Shop, told: str) -> Rule:
    """The items of the order have not been modified, returned or exchanged before."""

    @policy(customer=told, auditor="The items of the order were modified, returned or exchanged already.")
    def first_change(attempt: Attempt) -> bool:
        return order_of(shop, attempt)["status"] not in CHANGED

    return first_change


def in_status(shop: Shop, status: str, told: str) -> Rule:
    """The order is pending, or delivered."""

    @policy(name=status, customer=told, auditor=f"The order is not {status}.")
    def in_status(attempt: Attempt) -> bool:
        return order_of(shop, attempt)["status"] == status

    return in_status


def items_of_order(shop: Shop) -> Rule:
    """Every item is in the order, as often as it is named."""

    @policy(customer=words.SOME_ITEM, auditor="An item is not in the order, or not as often.")
    def items_of_order(attempt: Attempt) -> bool:
        return not any(missing_items(order_of(shop, attempt), attempt.arguments["item_ids"]))

    return items_of_order


def same_product(shop: Shop) -> Rule:
    """Every new item is of the product of the item that it replaces."""

    @policy(
        customer="An item can only be replaced by another item of the same product.",
        auditor="A new item is not of the product of the item it would replace.",
    )
    def same_product(attempt: Attempt) -> bool:
        return all(shop.variant(item, new_id) is not None for item, new_id in replaced(shop, attempt))

    return same_product


def available(shop: Shop) -> Rule:
    """Every new item is available."""

    @policy(customer="A new item is not available.", auditor="A new item is not available.")
    def available(attempt: Attempt) -> bool:
        variants = (shop.variant(item, new_id) for item, new_id in replaced(shop, attempt))
        return all(variant is not None and variant["available"] for variant in variants)

    return available


def own_payment_method(shop: Shop) -> Rule:
    """The payment method is one of the user who placed the order."""

    @policy(customer=words.NO_PAYMENT_METHOD, auditor="The payment method is not in the user's profile.")
    def own_payment_method(attempt: Attempt) -> bool:
        return shop.payment_method(order_of(shop, attempt), attempt.arguments["payment_method_id"]) is not None

    return own_payment_method


def one_payment(shop: Shop) -> Rule:
    """The payment method has not been modified before."""

    @policy(customer=words.ONE_PAYMENT, auditor="The payment method of the order was modified already.")
    def one_payment(attempt: Attempt) -> bool:
        return len(order_of(shop, attempt)["payment_history"]) == 1

    return one_payment


def another_payment_method(shop: Shop) -> Rule:
    """The new payment method is not the one that the order was paid by."""

    @policy(customer=words.SAME_PAYMENT, auditor="The order was paid by this payment method.")
    def another_payment_method(attempt: Attempt) -> bool:
        paid = order_of(shop, attempt)["payment_history"][0]
        return paid["payment_method_id"] != attempt.arguments["payment_method_id"]

    return another_payment_method


def gift_card_covers(shop: Shop, price: Callable[[Attempt], float], told: str) -> Rule:
    """A gift card holds as much as is to be paid; other methods can always pay."""

    @policy(customer=told, auditor="The gift card holds less than is to be paid.")
    def gift_card_covers(attempt: Attempt) -> bool:
        method = shop.payment_method(order_of(shop, attempt), attempt.arguments["payment_method_id"])
        return covers(method, price(attempt))

    return gift_card_covers


def refund_the_same_way(shop: Shop) -> Rule:
    """The money goes back the way it came, or to a gift card."""

    @policy(customer=words.REFUND_TO, auditor="The order was not paid this way, and it is not a gift card.")
    def refund_the_same_way(attempt: Attempt) -> bool:
        return refundable_to(order_of(shop, attempt), attempt.arguments["payment_method_id"])

    return refund_the_same_way


def _every_change(shop: Shop, status: str, told: str) -> tuple[Rule, ...]:
    return (
        identity_verified,
        order_exists(shop),
        own_order(shop),
        first_change(shop, told),
        in_status(shop, status, told),
    )


def cancelling(shop: Shop) -> tuple[Rule, ...]:
    """Before an order is cancelled."""
    return (*_every_change(shop, "pending", words.NOT_PENDING_CANCEL), reason_allowed)


def moving(shop: Shop) -> tuple[Rule, ...]:
    """Before an order is sent to another address."""
    return _every_change(shop, "pending", words.NOT_PENDING_MODIFY)


def repaying(shop: Shop) -> tuple[Rule, ...]:
    """Before an order is paid another way."""
    return (
        *_every_change(shop, "pending", words.NOT_PENDING_MODIFY),
        own_payment_method(shop),
        one_payment(shop),
        another_payment_method(shop),
        gift_card_covers(
            shop, lambda attempt: order_of(shop, attempt)["payment_history"][0]["amount"], words.CARD_FOR_ORDER
        ),
    )


def _replacing(
    shop: Shop, price: Callable[[Record, Sequence[str], Sequence[str]], float], told: str
) -> tuple[Rule, ...]:
    def difference(attempt: Attempt) -> float:
        return price(order_of(shop, attempt), attempt.arguments["item_ids"], attempt.arguments["new_item_ids"])

    return (
        items_of_order(shop),
        one_for_each,
        same_product(shop),
        available(shop),
        own_payment_method(shop),
        gift_card_covers(shop, difference, told),
    )


def modifying(shop: Shop) -> tuple[Rule, ...]:
    """Before items of a pending order are replaced."""
    return (
        *_every_change(shop, "pending", words.NOT_PENDING_MODIFY),
        *_replacing(shop, shop.difference, words.CARD_FOR_ITEM),
    )


def exchanging(shop: Shop) -> tuple[Rule, ...]:
    """Before items of a delivered order are replaced."""
    return (
        *_every_change(shop, "delivered", words.NOT_DELIVERED_EXCHANGE),
        *_replacing(shop, shop.rounded_difference, words.CARD_FOR_DIFFERENCE),
    )


def returning(shop: Shop) -> tuple[Rule, ...]:
    """Before items of a delivered order are taken back."""
    return (
        *_every_change(shop, "delivered", words.NOT_DELIVERED_RETURN),
        own_payment_method(shop),
        refund_the_same_way(shop),
        items_of_order(shop),
    )


PROFILE: Final = (identity_verified, own_profile)
"""Before the address in a user's profile is changed."""
