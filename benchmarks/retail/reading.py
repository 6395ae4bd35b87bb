"""The eight tools that change nothing: who the user is, their orders, the products, sums and thoughts.

They do not know who may read what: what the shop gives to anybody, they give.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from benchmarks.retail.data import Record
from benchmarks.retail.shop import NO_ORDER, NO_PRODUCT, NO_USER, Shop
from vouch.contracts.tool import Tool, ToolRefused
from vouch.tools.function import tool

INVALID: Final = "invalid characters in expression"

_OPERATORS: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: float.__add__,
    ast.Sub: float.__sub__,
    ast.Mult: float.__mul__,
    ast.Div: float.__truediv__,
}


def find_user_id_by_email(shop: Shop) -> Tool:
    """Who has this e-mail address."""

    @tool(trust="trusted")
    async def find_user_id_by_email(email: str) -> str:
        """Find the id of the user who has this e-mail address.

        Args:
            email: the address in the user's profile
        """
        for user_id in shop.user_ids():
            user = shop.user(user_id)
            if user and user["email"].lower() == email.lower():
                return user_id
        raise ToolRefused(NO_USER)

    return find_user_id_by_email


def find_user_id_by_name_zip(shop: Shop) -> Tool:
    """Who has this name and zip code."""

    @tool(trust="trusted")
    async def find_user_id_by_name_zip(first_name: str, last_name: str, zip: str) -> str:  # noqa: A002 - its name there
        """Find the id of the user who has this name and zip code, where there is no e-mail address to find it by.

        Args:
            first_name: given name
            last_name: family name
            zip: of the address in the user's profile
        """
        for user_id in shop.user_ids():
            user = shop.user(user_id)
            if user and user["address"]["zip"] == zip and _same_name(user["name"], first_name, last_name):
                return user_id
        raise ToolRefused(NO_USER)

    return find_user_id_by_name_zip


def get_user_details(shop: Shop) -> Tool:
    """One user."""

    @tool(trust="trusted")
    async def get_user_details(user_id: str) -> Record:
        """Look up a user's profile: name, addresses, payment methods, and the ids of all orders.

        Args:
            user_id: as the tools that find users give it
        """
        return _found(shop.user(user_id), NO_USER)

    return get_user_details


def get_order_details(shop: Shop) -> Tool:
    """One order."""

    @tool(trust="trusted")
    async def get_order_details(order_id: str) -> Record:
        """Look up an order: its status, items, address and payments.

        Args:
            order_id: with the sign # in front
        """
        return _found(shop.order(order_id), NO_ORDER)

    return get_order_details


def get_product_details(shop: Shop) -> Tool:
    """One product."""

    @tool(trust="trusted")
    async def get_product_details(product_id: str) -> Record:
        """Look up a product: all items of it, with their options, prices, and whether they are available.

        Args:
            product_id: of the product, which is not the id of one of its items
        """
        return _found(shop.products.get(product_id), NO_PRODUCT)

    return get_product_details


def list_all_product_types(shop: Shop) -> Tool:
    """All products."""

    @tool(trust="trusted")
    async def list_all_product_types() -> dict[str, str]:
        """List the names of all products in the shop, each with its id."""
        return dict(sorted((product["name"], key) for key, product in shop.products.items()))

    return list_all_product_types


def calculate() -> Tool:
    """Sums."""

    @tool(trust="trusted")
    async def calculate(expression: str) -> str:
        """Work out a sum, to two places.

        Args:
            expression: numbers, + - * / and parentheses
        """
        try:
            return str(round(value_of(ast.parse(expression.strip(), mode="eval").body, INVALID), 2))
        except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
            raise ToolRefused(f"Error: {error}") from error

    return calculate


def think() -> Tool:
    """Thoughts."""

    @tool(trust="trusted")
    async def think(thought: str) -> str:
        """Write down a thought. Nothing is looked up and nothing is changed.

        Args:
            thought: what there is to think about
        """
        del thought
        return ""

    return think


def _same_name(name: Record, first: str, last: str) -> bool:
    return (name["first_name"].lower(), name["last_name"].lower()) == (first.lower(), last.lower())


def _found(record: Record | None, otherwise: str) -> Record:
    if record is None:
        raise ToolRefused(otherwise)
    return record


def value_of(node: ast.expr, otherwise: str) -> float:
    """What a sum of numbers comes to; raises `ValueError`, with these words, for anything else."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp(left, sign, right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](value_of(left, otherwise), value_of(right, otherwise))
        case ast.UnaryOp(ast.USub(), operand):
            return -value_of(operand, otherwise)
        case ast.UnaryOp(ast.UAdd(), operand):
            return value_of(operand, otherwise)
        case _:
            raise ValueError(otherwise)
