"""The tools that look things up: who the customer is, their orders, the products, the policy.

They do not change anything. What belongs to a customer is found only under that customer's id, which only an e-mail
address, or a name and postcode, gives: so nobody reads an order without having said who they are.

Trusted are those whose every word is the shop's own. Customers write their addresses and the notes of their orders,
buyers write reviews, and who can get at a page of the policy is not for the agent to say.
"""

from __future__ import annotations

from vouch.contracts.tool import Tool
from vouch.tools.function import tool

from . import telling
from .examples import EXAMPLES
from .records import (
    Customer,
    CustomerId,
    Email,
    Exchanges,
    Order,
    OrderId,
    Orders,
    Postcode,
    Product,
    ProductId,
    Products,
    Quote,
    Sections,
)
from .shop.client import Shop


def find_customer(shop: Shop) -> Tool:
    """Who has this e-mail address."""

    @tool(trust="untrusted")
    async def find_customer(email: Email) -> Customer:
        """Find out who the customer is by their e-mail address. Needed before anything about their orders.

        Args:
            email: the e-mail address of their account
        """
        facts = await shop.look("customer", email=email)
        return Customer(summary=telling.customer(facts), **facts)

    return find_customer


def find_customer_by_name(shop: Shop) -> Tool:
    """Who has this name and postcode."""

    @tool(trust="untrusted")
    async def find_customer_by_name(name: str, postcode: Postcode) -> Customer:
        """Find out who the customer is by name and postcode, where they cannot give their e-mail address.

        Args:
            name: their first and last name
            postcode: the five digits of their postcode
        """
        facts = await shop.look("customer_by_name", name=name, postcode=postcode)
        return Customer(summary=telling.customer(facts), **facts)

    return find_customer_by_name


def get_order(shop: Shop) -> Tool:
    """One order."""

    @tool(trust="untrusted", examples=EXAMPLES["get_order"])
    async def get_order(customer_id: CustomerId, order_id: OrderId) -> Order:
        """One order of the customer: its status, items and payments. Read it before you change it.

        Args:
            customer_id: whose order it is
            order_id: the number of the order, such as LH-123456
        """
        facts = await shop.look("order", customer_id=customer_id, order_id=order_id)
        return Order(summary=telling.order(facts), **facts)

    return get_order


def list_orders(shop: Shop) -> Tool:
    """All orders of a customer."""

    @tool(trust="trusted", examples=EXAMPLES["list_orders"])
    async def list_orders(customer_id: CustomerId) -> Orders:
        """All orders of the customer, the newest first: for a customer who does not know the number, or wants them all.

        Args:
            customer_id: whose orders
        """
        lines = await shop.look("orders", customer_id=customer_id)
        return Orders(summary=telling.orders(lines), customer_id=customer_id, orders=lines)

    return list_orders


def quote_refund(shop: Shop) -> Tool:
    """What can still be given back."""

    @tool(trust="trusted", examples=EXAMPLES["quote_refund"])
    async def quote_refund(customer_id: CustomerId, order_id: OrderId, items: list[str] | None = None) -> Quote:
        """How much can still be given back for an order or for some of its items, and how it was paid.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            items: the names of the items, as they stand in the order; leave out for the whole order
        """
        facts = await shop.look("quote", customer_id=customer_id, order_id=order_id, items=items or [])
        return Quote(summary=telling.quote(facts), **facts)

    return quote_refund


def find_exchanges(shop: Shop) -> Tool:
    """What an item can be exchanged for."""

    @tool(trust="trusted", examples=EXAMPLES["find_exchanges"])
    async def find_exchanges(customer_id: CustomerId, order_id: OrderId, item: str) -> Exchanges:
        """What an item of an order can be exchanged for: the other variants, their prices, and what is in stock.

        Args:
            customer_id: whose order it is
            order_id: the number of the order
            item: the name of the item, as it stands in the order
        """
        facts = await shop.look("exchanges", customer_id=customer_id, order_id=order_id, item=item)
        return Exchanges(summary=telling.exchanges(facts), **facts)

    return find_exchanges


def search_products(shop: Shop) -> Tool:
    """Products by words."""

    @tool(trust="trusted", examples=EXAMPLES["search_products"])
    async def search_products(query: str) -> Products:
        """Find products by what they are called or what they are for: prices, variants, stock.

        Args:
            query: what the customer is looking for
        """
        found = await shop.look("products", query=query)
        products = [Product(summary=telling.product(facts), **facts) for facts in found]
        return Products(summary=telling.products(found), products=products)

    return search_products


def get_product(shop: Shop) -> Tool:
    """One product, with reviews."""

    @tool(trust="untrusted", examples=EXAMPLES["get_product"])
    async def get_product(product_id: ProductId) -> Product:
        """One product with its variants and what buyers wrote about it.

        Args:
            product_id: the number of the product, as `search_products` gives it
        """
        facts = await shop.look("product", product_id=product_id)
        return Product(summary=telling.product(facts), **facts)

    return get_product


def search_policy(shop: Shop) -> Tool:
    """The policy by words."""

    @tool(trust="untrusted", examples=EXAMPLES["search_policy"])
    async def search_policy(query: str) -> Sections:
        """What the shop's policy says: delivery, returns, exchanges, refunds, payment, guarantee, privacy.

        Args:
            query: what the customer wants to know
        """
        found = await shop.look("policy", query=query)
        return Sections(summary=telling.policy(found), sections=found)

    return search_policy
