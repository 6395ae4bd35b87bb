"""A made-up box office, whose actions are near to one another: to give tickets back is not to get money back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool

Booking = Annotated[str, Field(pattern=r"^B\d{4}$")]


class BoxOffice:
    """Its tools, and what was done with them."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []

    def _done(self, what: str, booking: str) -> str:
        self.log.append((what, booking))
        return f"{what}: {booking}"

    def tools(self) -> list[FunctionTool]:
        return [*self._changes(), *self._others()]

    def _changes(self) -> list[FunctionTool]:
        @tool(
            effect="write",
            approval=never,
            examples=[
                "I'd like to give my tickets back",
                "Please take the seats back",
                "We cannot come to the concert",
            ],
        )
        def hand_back(booking: Booking) -> str:
            """Take tickets back and sell them to others.

            Args:
                booking: the number of the booking, such as B1234
            """
            return self._done("handed back", booking)

        @tool(
            effect="write",
            approval=never,
            examples=[
                "I want my money back, nobody played",
                "Refund the evening",
                "The show was cancelled, pay me back",
            ],
        )
        def repay_show(booking: Booking) -> str:
            """Give money back for a show that did not take place.

            Args:
                booking: the number of the booking
            """
            return self._done("repaid", booking)

        @tool(
            effect="write",
            approval=never,
            examples=[
                "Swap my seat for one in the stalls",
                "Could you change the seat for a better one?",
                "It is too far from the stage, move me to the front",
            ],
        )
        def swap_seat(booking: Booking, place: str) -> str:
            """Give another seat for the same evening.

            Args:
                booking: the number of the booking
                place: where in the house, such as 'stalls'
            """
            return self._done(f"swapped for {place}", booking)

        @tool(
            effect="write",
            approval=never,
            examples=["Change the address that my tickets go to", "I have moved, send them to my new address"],
        )
        def change_address(booking: Booking, address: str) -> str:
            """Send tickets somewhere else.

            Args:
                booking: the number of the booking
                address: street, postcode and city
            """
            return self._done(f"sent to {address}", booking)

        return [hand_back, repay_show, swap_seat, change_address]

    def _others(self) -> list[FunctionTool]:
        @tool(
            examples=[
                "Are children allowed?",
                "How long before the start must I be there?",
                "Can tickets be returned at all?",
            ]
        )
        def search_rules(question: str) -> str:
            """What the rules of the house say about tickets, children, coats and food.

            Args:
                question: what the guest wants to know
            """
            return "Tickets are taken back until noon. Dogs stay outside."

        @tool(effect="write", approval=never, examples=["I want to talk to a person", "Get me somebody of your staff"])
        def call_staff(note: str = "") -> str:
            """Hand over to a person.

            Args:
                note: what there is to know
            """
            return self._done("called", note)

        return [search_rules, call_staff]
