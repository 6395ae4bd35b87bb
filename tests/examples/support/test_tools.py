from __future__ import annotations

import json
from typing import Any

import pytest
from examples.support.making.stock import Order, Stock
from examples.support.shop.client import Shop
from examples.support.shop.database import euros
from examples.support.tools import tools_for

from vouch.contracts.tool import Tool, ToolRefused, WriteTool

READS = 9


def tool_of(shop: Shop, name: str) -> Tool:
    return next(tool for tool in tools_for(shop) if tool.spec.name == name)


async def call(shop: Shop, called: str, key: str = "key-1", /, **arguments: Any) -> dict[str, Any]:
    tool = tool_of(shop, called)
    return json.loads(await tool.call(tool.check(json.dumps(arguments)), key))


def of(order: Order) -> dict[str, Any]:
    return {"customer_id": order.customer.customer_id, "order_id": order.order_id}


def delivered(data: Stock, *, items: int = 2) -> Order:
    return next(
        order
        for order in data.orders
        if order.status == "delivered" and not order.request and not order.payouts and len(order.items) == items
    )


async def test_a_customer_is_found_by_email_or_by_name_and_postcode(shop: Shop, data: Stock) -> None:
    customer = next(customer for customer in data.customers if customer.gift_card)
    by_email = await call(shop, "find_customer", email=customer.email.upper())
    by_name = await call(shop, "find_customer_by_name", name=customer.name.lower(), postcode=customer.postcode)
    assert by_email == by_name
    assert by_email["customer_id"] == customer.customer_id
    assert by_email["gift_cards"] == {customer.gift_card: euros(customer.balance)}
    with pytest.raises(ToolRefused, match="no customer with this e-mail address"):
        await call(shop, "find_customer", email="nobody@example.com")


async def test_an_order_is_read_by_its_customer_alone(shop: Shop, data: Stock) -> None:
    order = delivered(data)
    read = await call(shop, "get_order", **of(order))
    assert (read["revision"], read["status"], read["days_since_delivery"]) == (1, "delivered", order.days)
    assert (read["paid"], read["refundable"]) == (euros(order.paid), euros(order.paid))
    assert [item["item"] for item in read["items"]] == [item.product.name for item in order.items]
    assert read["summary"].startswith(f"Order {order.order_id} (")
    stranger = next(customer for customer in data.customers if customer != order.customer)
    with pytest.raises(ToolRefused, match=r"no order LH-\d+ among the orders of this customer"):
        await call(shop, "get_order", customer_id=stranger.customer_id, order_id=order.order_id)


async def test_orders_are_listed_newest_first(shop: Shop, data: Stock) -> None:
    customer = data.customers[0]
    mine = {order.order_id for order in data.orders if order.customer == customer}
    found = await call(shop, "list_orders", customer_id=customer.customer_id)
    assert {line["order_id"] for line in found["orders"]} == mine
    assert [line["placed"] for line in found["orders"]] == sorted(
        (line["placed"] for line in found["orders"]), reverse=True
    )
    assert all(order in found["summary"] for order in mine)
    assert (await call(shop, "list_orders", customer_id="C-0000"))["summary"] == "There are no orders yet."


async def test_a_quote_is_what_is_left_of_the_price(shop: Shop, data: Stock) -> None:
    order = delivered(data)
    item = order.items[0]
    assert (await call(shop, "quote_refund", **of(order)))["amount"] == euros(order.paid)
    some = await call(shop, "quote_refund", **of(order), items=[item.product.name])
    assert (some["amount"], some["payment_method"]) == (euros(item.cost), order.payment_method)
    assert item.product.name in some["summary"]
    with pytest.raises(ToolRefused, match="has no item 'sofa'; it has: "):
        await call(shop, "quote_refund", **of(order), items=["sofa"])


async def test_products_and_policy_are_found_by_words(shop: Shop) -> None:
    products = await call(shop, "search_products", query="do you have the wool blanket in teal")
    assert products["products"][0]["name"] == "Juniper wool blanket"
    assert "teal at 79.00 EUR" in products["summary"]
    product = await call(shop, "get_product", product_id=products["products"][0]["product_id"])
    assert product["reviews"]
    assert not any(review in product["summary"] for review in product["reviews"])
    policy = await call(shop, "search_policy", query="within how many days can I send back an item")
    assert "30 days" in policy["summary"]
    assert (await call(shop, "search_policy", query="???"))["summary"] == "Our policy says nothing about that."
    assert (await call(shop, "search_products", query="???"))["summary"] == "We have nothing like that."


async def test_each_change_gives_the_order_as_it_is_then_and_is_found_again_by_its_key(shop: Shop, data: Stock) -> None:
    pending = [order for order in data.orders if order.status == "pending"][:2]
    done = delivered(data, items=2)
    options = await call(shop, "find_exchanges", **of(done), item=done.items[0].product.name)
    option = next(option["option"] for option in options["options"] if option["in_stock"] > 1)
    made = {
        "cancel_order": of(pending[0]),
        "change_address": {**of(pending[1]), "new_address": "7 Mill Lane, 48210 Norwich"},
        "return_items": {**of(delivered(data, items=3)), "items": [delivered(data, items=3).items[0].product.name]},
        "exchange_item": {**of(done), "item": done.items[0].product.name, "option": option},
        "refund_order": {**of(delivered(data, items=1)), "amount": 5, "payment_method": "CARD-1234"},
    }
    for name, arguments in made.items():
        order = await call(shop, name, name, **arguments, revision=1)
        assert (order["order_id"], order["revision"]) == (arguments["order_id"], 2)
        tool = tool_of(shop, name)
        assert isinstance(tool, WriteTool)
        assert json.loads(await tool.reconcile(name) or "") == order
        assert await tool.reconcile("another-key") is None
    assert len(await shop.effects()) == len(made)


async def test_handing_over_opens_a_ticket(shop: Shop) -> None:
    ticket = await call(shop, "hand_over", note="wants a person")
    assert ticket["ticket"] == "T-1"
    tool = tool_of(shop, "hand_over")
    assert isinstance(tool, WriteTool)
    assert json.loads(await tool.reconcile("key-1") or "") == ticket


@pytest.mark.parametrize("written", ["lh-123456", "#123456", "LH 123456", "LH-123 456.", "123456"])
async def test_an_order_number_may_be_written_carelessly(shop: Shop, written: str) -> None:
    arguments = tool_of(shop, "get_order").check(json.dumps({"customer_id": "c-1000", "order_id": written}))
    assert arguments.values == {"customer_id": "C-1000", "order_id": "LH-123456"}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_order", {"customer_id": "C-1000", "order_id": "the last one"}),
        ("get_order", {"customer_id": "C-1000", "order_id": 7}),
        ("find_customer", {"email": "not an address"}),
        ("return_items", {"customer_id": "C-1000", "order_id": "LH-123456", "revision": 1, "items": []}),
        ("change_address", {"customer_id": "C-1000", "order_id": "LH-123456", "revision": 1, "new_address": "home"}),
        (
            "refund_order",
            {
                "customer_id": "C-1000",
                "order_id": "LH-123456",
                "revision": 1,
                "amount": "0.001",
                "payment_method": "CARD-1",
            },
        ),
    ],
)
def test_arguments_that_make_no_sense_go_back_to_the_model(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ToolRefused, match=f"{name} was not called"):
        tool_of(Shop("http://127.0.0.1:1"), name).check(json.dumps(arguments))


def test_what_a_customer_is_asked_reads_well() -> None:
    tool = tool_of(Shop("http://127.0.0.1:1"), "return_items")
    assert isinstance(tool, WriteTool)
    for items, shown in ((["kettle"], "kettle"), (["kettle", "vase", "cap"], "kettle, vase and cap")):
        given = {"customer_id": "C-1000", "order_id": "LH-123456", "revision": 1, "items": items}
        assert tool.describe(tool.check(json.dumps(given)).values) == f"Return the {shown} of order LH-123456."


def test_every_write_can_be_repeated_and_looked_up_and_only_refunds_wait_for_a_person() -> None:
    tools = tools_for(Shop("http://127.0.0.1:1"))
    writes = [tool for tool in tools if isinstance(tool, WriteTool)]
    assert (len(tools) - len(writes), len(writes)) == (READS, 6)
    assert all(tool.idempotent and tool.can_reconcile for tool in writes)
    assert [tool.spec.name for tool in writes if not tool.confirm] == ["hand_over"]
    asked = {
        tool.spec.name for tool in writes if tool.approvals[0].demand({"amount": 101}) != ("nobody", 86_400.0, "never")
    }
    assert asked == {"refund_order"}
    # Who the customer is, is nothing that anybody wants to know.
    assert [tool.spec.name for tool in tools if not tool.spec.examples] == ["find_customer", "find_customer_by_name"]
