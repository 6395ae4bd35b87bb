"""What the tools take and give back, as types: every result is facts by name, and one sentence that sums them up.

They do not know the shop. Equal names mean equal things: what one tool gives as `order_id` another takes as `order_id`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field


def _tidy(text: object) -> object:
    return text.strip().strip("#.,;").upper() if isinstance(text, str) else text


def _tidy_order(text: object) -> object:
    """People leave out the letters, or write them small."""
    tidy = _tidy(text)
    if isinstance(tidy, str):
        digits = "".join(sign for sign in tidy.removeprefix("LH") if sign not in " -")
        return f"LH-{digits}" if digits.isdigit() else tidy
    return tidy


class Names(list[str]):
    """Some names, which read well in a sentence."""

    def __str__(self) -> str:
        return " and ".join((", ".join(self[:-1]), self[-1])) if len(self) > 1 else "".join(self)


CustomerId = Annotated[str, Field(pattern=r"^C-\d{4}$"), BeforeValidator(_tidy)]
OrderId = Annotated[str, Field(pattern=r"^LH-\d{6}$"), BeforeValidator(_tidy_order)]
ProductId = Annotated[str, Field(pattern=r"^P-\d{3}$"), BeforeValidator(_tidy)]
PaymentMethod = Annotated[str, Field(pattern=r"^(CARD|PAYPAL|GIFT)-\d{4}$"), BeforeValidator(_tidy)]
Email = Annotated[str, Field(pattern=r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")]
Postcode = Annotated[str, Field(pattern=r"^\d{5}$")]
Address = Annotated[str, Field(pattern=r"^\d+[a-z]? [A-Z][\w' -]+, \d{5} [A-Z][\w' -]+$")]
Euros = Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=9)]
Items = Annotated[list[str], Field(min_length=1), AfterValidator(Names)]


class Customer(BaseModel):
    """Who the customer is."""

    summary: str
    customer_id: CustomerId
    name: str
    email: str
    address: str
    gift_cards: dict[str, Decimal]


class OrderItem(BaseModel):
    """One item of an order; `state` says whether it is on its way back."""

    item: str
    bought: str
    quantity: int
    price: Decimal
    state: str
    returnable: bool


class Order(BaseModel):
    """One order as it is at this `revision`; every change of it makes another."""

    summary: str
    order_id: OrderId
    customer_id: CustomerId
    revision: int
    status: str
    placed: str
    delivered: str | None
    days_since_delivery: int | None
    address: str
    payment_method: str
    paid: Decimal
    refunded: Decimal
    refundable: Decimal
    refunds_by_support: int
    request: str
    items: list[OrderItem]
    note: str


class OrderLine(BaseModel):
    """An order in a list."""

    order_id: OrderId
    status: str
    placed: str
    paid: Decimal
    items: list[str]


class Orders(BaseModel):
    """All orders of a customer, the newest first."""

    summary: str
    customer_id: CustomerId
    orders: list[OrderLine]


class Quote(BaseModel):
    """What can still be given back."""

    summary: str
    order_id: OrderId
    amount: Decimal
    payment_method: str


class Option(BaseModel):
    """A variant of a product, and how many are there."""

    option: str
    price: Decimal
    in_stock: int


class Exchanges(BaseModel):
    """What an item of an order can be exchanged for."""

    summary: str
    order_id: OrderId
    item: str
    bought: str
    price: Decimal
    quantity: int
    options: list[Option]


class Product(BaseModel):
    """A product with its variants; reviews are what buyers wrote, word for word."""

    summary: str
    product_id: ProductId
    name: str
    returnable: bool
    variants: list[Option]
    reviews: list[str] = []


class Products(BaseModel):
    """The products found."""

    summary: str
    products: list[Product]


class Section(BaseModel):
    """A paragraph of the policy, and the heading that it stands under."""

    section: str
    text: str


class Sections(BaseModel):
    """The paragraphs found, the best first."""

    summary: str
    sections: list[Section]


class Ticket(BaseModel):
    """What a person of the shop will see to."""

    summary: str
    ticket: str
