"""All tools of the support agent, bound to one shop.

It does not know which shop.
"""

from __future__ import annotations

from vouch.contracts.tool import Tool

from . import reading, writing
from .shop.client import Shop


def tools_for(shop: Shop) -> list[Tool]:
    """The tools: nine read, six write."""
    return [
        reading.find_customer(shop),
        reading.find_customer_by_name(shop),
        reading.get_order(shop),
        reading.list_orders(shop),
        reading.quote_refund(shop),
        reading.find_exchanges(shop),
        reading.search_products(shop),
        reading.get_product(shop),
        reading.search_policy(shop),
        writing.cancel_order(shop),
        writing.return_items(shop),
        writing.exchange_item(shop),
        writing.refund_order(shop),
        writing.change_address(shop),
        writing.hand_over(shop),
    ]
