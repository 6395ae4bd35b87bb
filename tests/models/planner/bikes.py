"""A made-up bicycle hire, whose changes need what only its look-ups know."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from vouch.contracts.tool import ToolRefused
from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool

RiderId = Annotated[str, Field(pattern=r"^R-\d{3}$")]
HireId = Annotated[str, Field(pattern=r"^H\d{4}$")]

ITEMS = {
    "H1001": [("Child seat", "grey", "10.00"), ("Mountain bike", "red", "40.00")],
    "H1002": [("Helmet", "blue", "5.00"), ("Tandem", "green", "60.00"), ("Tour bike", "black", "30.00")],
    "H1003": [("Cargo bike", "white", "50.00")],
}
DAYS = {"H1001": "2025-05-01", "H1002": "2025-05-03", "H1003": "2025-05-02"}


class Rider(BaseModel):
    rider_id: RiderId
    vouchers: dict[str, Decimal]


class Line(BaseModel):
    hire_id: HireId
    day: str


class Item(BaseModel):
    item: str
    colour: str
    price: Decimal


class Hire(BaseModel):
    hire_id: HireId
    rider_id: RiderId
    revision: int
    day: str
    payment: str
    items: list[Item]


class Credit(BaseModel):
    hire_id: HireId
    amount: Decimal
    payment: str


class Options(BaseModel):
    hire_id: HireId
    item: str
    options: list[dict[str, str]]


class Bikes:
    """Its state, and tools bound to it. `mine` are the hires of the only rider."""

    def __init__(self, *mine: str) -> None:
        self.mine = mine or tuple(ITEMS)
        self.revisions = dict.fromkeys(ITEMS, 1)
        self.log: list[tuple[str, Any]] = []

    def _hire(self, hire_id: str) -> Hire:
        if hire_id not in self.mine:
            raise ToolRefused(f"There is no hire {hire_id} of yours.")
        items = [Item(item=name, colour=colour, price=Decimal(price)) for name, colour, price in ITEMS[hire_id]]
        return Hire(
            hire_id=hire_id,
            rider_id="R-007",
            revision=self.revisions[hire_id],
            day=DAYS[hire_id],
            payment="CARD-1234",
            items=items,
        )

    def _changed(self, what: str, hire_id: str, revision: int, *more: Any) -> Hire:
        if revision != self.revisions[hire_id]:
            raise ToolRefused("The hire has changed meanwhile.")
        self.revisions[hire_id] += 1
        self.log.append((what, (hire_id, *more)))
        return self._hire(hire_id)

    def tools(self) -> list[FunctionTool]:
        return [*self._reads(), *self._writes()]

    def _reads(self) -> list[FunctionTool]:
        @tool(examples=["My e-mail is jo@example.com"])
        def find_rider(email: str) -> Rider:
            """Find out who the rider is.

            Args:
                email: the e-mail address of their account
            """
            if email != "jo@example.com":
                raise ToolRefused("There is no rider with this address.")
            return Rider(rider_id="R-007", vouchers={"GIFT-9000": Decimal(50)})

        @tool(examples=["Which hires do I have?", "Show me everything I hired"])
        def list_hires(rider_id: RiderId) -> list[Line]:
            """All hires of a rider.

            Args:
                rider_id: whose hires
            """
            return [Line(hire_id=hire, day=DAYS[hire]) for hire in self.mine]

        @tool(examples=["What is the state of my hire?", "How is my hire going?"])
        def get_hire(rider_id: RiderId, hire_id: HireId) -> Hire:
            """One hire with its items.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire, such as H1234
            """
            return self._hire(hire_id)

        @tool(examples=["How much would I get back?"])
        def quote_credit(rider_id: RiderId, hire_id: HireId, items: list[str] | None = None) -> Credit:
            """How much can be given back for a hire, or for some of its items.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire
                items: the names of the items; leave out for the whole hire
            """
            wanted = [item.price for item in self._hire(hire_id).items if not items or item.item in items]
            return Credit(hire_id=hire_id, amount=sum(wanted, Decimal(0)), payment="CARD-1234")

        @tool(examples=["What could I have in its place?"])
        def find_options(rider_id: RiderId, hire_id: HireId, item: str) -> Options:
            """What an item can be swapped for.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire
                item: the name of the item
            """
            names = ("Helmet, large", "Helmet, small")
            return Options(hire_id=hire_id, item=item, options=[{"option": name} for name in names])

        return [find_rider, list_hires, get_hire, quote_credit, find_options]

    def _writes(self) -> list[FunctionTool]:
        @tool(
            effect="write", approval=never, examples=["Give me my money back", "I want a refund", "Credit me the hire"]
        )
        def credit_hire(rider_id: RiderId, hire_id: HireId, revision: int, amount: float, payment: str) -> Hire:
            """Give money back for a hire.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire
                revision: as `get_hire` gave it
                amount: euros
                payment: where the money goes
            """
            return self._changed("credit", hire_id, revision, amount, payment)

        @tool(
            effect="write",
            approval=never,
            examples=["I bring the bike back", "Take the seat off my hire", "Drop the helmet"],
        )
        def drop_items(rider_id: RiderId, hire_id: HireId, revision: int, items: list[str]) -> Hire:
            """Take items off a hire.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire
                revision: as `get_hire` gave it
                items: the names of the items
            """
            return self._changed("drop", hire_id, revision, items)

        @tool(
            effect="write",
            approval=never,
            examples=["Swap the helmet for a bigger one", "Exchange it for another size"],
        )
        def swap_item(rider_id: RiderId, hire_id: HireId, revision: int, item: str, option: str) -> Hire:
            """Swap an item of a hire for another.

            Args:
                rider_id: whose hire
                hire_id: the number of the hire
                revision: as `get_hire` gave it
                item: the name of the item
                option: what is wanted in its place
            """
            return self._changed("swap", hire_id, revision, item, option)

        return [credit_hire, drop_items, swap_item]
