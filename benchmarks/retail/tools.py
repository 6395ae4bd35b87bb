"""All 16 tools of the retail agent, bound to one shop.

It does not know which shop.
"""

from __future__ import annotations

from benchmarks.retail import reading, writing
from benchmarks.retail.shop import Shop
from vouch.contracts.tool import Tool


def tools_for(shop: Shop) -> list[Tool]:
    """The tools: eight read, eight write."""
    return [
        reading.find_user_id_by_email(shop),
        reading.find_user_id_by_name_zip(shop),
        reading.get_user_details(shop),
        reading.get_order_details(shop),
        reading.get_product_details(shop),
        reading.list_all_product_types(shop),
        reading.calculate(),
        reading.think(),
        writing.cancel_pending_order(shop),
        writing.modify_pending_order_address(shop),
        writing.modify_pending_order_payment(shop),
        writing.modify_pending_order_items(shop),
        writing.exchange_delivered_order_items(shop),
        writing.return_delivered_order_items(shop),
        writing.modify_user_address(shop),
        writing.transfer_to_human_agents(),
    ]
