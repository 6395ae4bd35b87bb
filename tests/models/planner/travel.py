"""A made-up travel agency: flights, bookings, seats, hotels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from vouch.contracts.tool import ToolRefused
from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool

Code = Annotated[str, Field(pattern=r"^[A-Z]{3}\d{3}$")]
FlightId = Annotated[str, Field(pattern=r"^FL\d{3,4}$")]


class Flight(BaseModel):
    flight_id: FlightId
    origin: str
    destination: str
    day: date
    departs: str
    price: Decimal


class Booking(BaseModel):
    booking_code: Code
    passenger: str
    flight_id: FlightId
    seat: str
    bags: int
    status: str
    remark: str


class Home(BaseModel):
    street: str
    city: str
    postcode: str
    country: str = "Germany"


class Agency:
    """Its state, and tools bound to it; `remark` is free text in every booking."""

    def __init__(self, remark: str = "") -> None:
        self.log: list[tuple[str, Any]] = []
        self.remark = remark
        self.locked: set[str] = set()

    def tools(self) -> list[FunctionTool]:
        return [*self._reads(), *self._writes()]

    def _reads(self) -> list[FunctionTool]:
        @tool(examples=["Find me a flight to Rome", "Which flights go from Oslo to Paris?", "I want to fly to Madrid"])
        def search_flights(origin: str, destination: str, day: date, passengers: int = 1) -> list[Flight]:
            """Flights between two cities on one day.

            Args:
                origin: the city of departure
                destination: the city of arrival
                day: the day of departure
                passengers: how many people fly
            """
            flights = [("FL101", "07:15", "129.00"), ("FL205", "18:40", "89.50")]
            return [
                Flight(flight_id=f, origin=origin, destination=destination, day=day, departs=at, price=Decimal(price))
                for f, at, price in flights
            ]

        @tool(examples=["What is the state of my booking?", "Is my flight confirmed?", "Which seat do I have?"])
        def get_booking(booking_code: Code) -> Booking:
            """A booking with its flight, seat and bags.

            Args:
                booking_code: the code of the booking, such as QRS123
            """
            if booking_code == "AAA111":
                raise ToolRefused("There is no booking AAA111.")
            return Booking(
                booking_code=booking_code,
                passenger="Lea Brandt",
                flight_id="FL205",
                seat="14C",
                bags=1,
                status="confirmed",
                remark=self.remark,
            )

        @tool(examples=["What does a hotel in Rome cost?", "How much is a room in Oslo for two nights?"])
        def quote_hotel(city: str, arrival: date, departure: date, rooms: int = 1) -> dict[str, str]:
            """The price of a hotel stay.

            Args:
                city: where
                arrival: the first night
                departure: the day of leaving
                rooms: number of rooms
            """
            nights = (departure - arrival).days
            return {"city": city, "nights": str(nights), "total": f"{nights * rooms * 80}.00 EUR"}

        return [search_flights, get_booking, quote_hotel]

    def _writes(self) -> list[FunctionTool]:
        @tool(
            effect="write",
            approval=never,
            examples=["Book this flight", "I take the flight at seven", "Reserve two seats for us"],
        )
        def book_flight(flight_id: FlightId, passenger: str, email: str, passengers: int = 1) -> Booking:
            """Book a flight.

            Args:
                flight_id: which flight
                passenger: the full name of the passenger
                email: where the ticket shall be sent
                passengers: how many people fly
            """
            self.log.append(("book", (flight_id, passenger, email, passengers)))
            return Booking(
                booking_code="NEW007",
                passenger=passenger,
                flight_id=flight_id,
                seat="1A",
                bags=0,
                status="confirmed",
                remark="",
            )

        @tool(
            effect="write", approval=never, examples=["I want another seat", "Put me at the window", "Change my seat"]
        )
        def change_seat(booking_code: Code, seat: Annotated[str, Field(pattern=r"^\d{1,2}[A-F]$")]) -> str:
            """Give the passenger another seat.

            Args:
                booking_code: the code of the booking
                seat: the seat, such as 12A
            """
            self.log.append(("seat", (booking_code, seat)))
            return f"Seat {seat} is yours."

        @tool(effect="write", approval=never, examples=["Cancel my booking", "I cannot travel", "Call off the trip"])
        def cancel_booking(
            booking_code: Code, reason: Literal["illness", "plans_changed", "weather"]
        ) -> dict[str, str]:
            """Cancel a booking.

            Args:
                booking_code: the code of the booking
                reason: why it is cancelled
            """
            if booking_code in self.locked:
                raise ToolRefused("This fare cannot be cancelled.")
            self.log.append(("cancel", (booking_code, reason)))
            return {"booking_code": booking_code, "status": "cancelled", "refund": "89.50"}

        @tool(
            effect="write", approval=never, examples=["I have more luggage", "Add two bags", "I need another suitcase"]
        )
        def add_bags(booking_code: Code, bags: int, insured: bool = False) -> str:
            """Add bags to a booking.

            Args:
                booking_code: the code of the booking
                bags: number of bags to add
                insured: whether the bags are insured
            """
            self.log.append(("bags", (booking_code, bags, insured)))
            return f"{bags} bags were added."

        @tool(
            effect="write",
            approval=never,
            examples=["I have moved", "My address has changed", "Send letters to my new home"],
        )
        def change_home(email: str, home: Home) -> str:
            """Change the postal address of a traveller.

            Args:
                email: the e-mail address of their account
                home: the new address
            """
            self.log.append(("home", (email, home.model_dump())))
            return "The address is changed."

        return [book_flight, change_seat, cancel_booking, add_bags, change_home]
