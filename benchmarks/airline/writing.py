"""The seven tools that change something. Each waits for the policies, and with `confirm` for the user's yes.

They do not know how a yes is asked for, nor what happens after a crash.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, WithJsonSchema

from benchmarks.airline import policies
from benchmarks.airline.airline import Airline, Booking
from benchmarks.airline.reading import in_words
from benchmarks.retail.data import Record
from vouch.contracts.tool import Tool
from vouch.tools.approvals import never
from vouch.tools.function import tool

CABINS: Final = ("basic_economy", "economy", "business")
FLIGHT_TYPES: Final = ("one_way", "round_trip")
YES_OR_NO: Final = ("yes", "no")

# Told to the model as a choice, and held to it by the policies, which say why anything else is refused.
Cabin = Annotated[str, Field(json_schema_extra={"enum": list(CABINS)})]
FlightType = Annotated[str, Field(json_schema_extra={"enum": list(FLIGHT_TYPES)})]
YesOrNo = Annotated[str, Field(json_schema_extra={"enum": list(YES_OR_NO)})]

Amount = Annotated[int | float, WithJsonSchema({"type": "number"})]
"""Whole dollars stay whole: they are written down as they were said."""


def _having(*fields: str) -> AfterValidator:
    """Records that have these fields, as they were given: in their order, and with all that stands there besides."""

    def check(records: list[Record]) -> list[Record]:
        if absent := [field for record in records for field in fields if field not in record]:
            raise ValueError(f"a field is missing: {absent[0]}")
        return records

    return AfterValidator(check)


def _told(**fields: str) -> WithJsonSchema:
    """How a model is told of such a list, by what each field means."""
    properties = {name: {"type": "string", "description": meaning} for name, meaning in fields.items()}
    if "amount" in properties:
        properties["amount"]["type"] = "number"
    return WithJsonSchema(
        {"type": "array", "items": {"type": "object", "properties": properties, "required": list(fields)}}
    )


Flights = Annotated[
    list[dict[str, Any]],
    _having("flight_number", "date"),
    _told(flight_number="as the searches give it", date="written as 2024-01-31"),
]
Passengers = Annotated[
    list[dict[str, Any]],
    _having("first_name", "last_name", "dob"),
    _told(first_name="given name", last_name="family name", dob="date of birth, written as 1990-01-31"),
]
Payments = Annotated[
    list[dict[str, Any]],
    _having("payment_id", "amount"),
    _told(payment_id="as it stands in the user's profile", amount="in dollars"),
]


def book_reservation(airline: Airline, *, confirm: bool) -> Tool:
    """A new reservation."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.BOOKING,
        describe="Book {flights} in {cabin} for {passengers}, paid by {payment_methods}.",
    )
    async def book_reservation(
        user_id: str,
        origin: str,
        destination: str,
        flight_type: FlightType,
        cabin: Cabin,
        flights: Flights,
        passengers: Passengers,
        payment_methods: Payments,
        total_baggages: int,
        nonfree_baggages: int,
        insurance: YesOrNo,
    ) -> str:
        """Book flights for a user and take what they cost.

        Args:
            user_id: whose reservation it will be
            origin: the airport in three letters
            destination: the airport in three letters
            flight_type: there, or there and back
            cabin: for all flights and passengers
            flights: all flights, in order
            passengers: all who fly
            payment_methods: which pays how much; together exactly the price
            total_baggages: all checked bags
            nonfree_baggages: those of them that are paid
            insurance: whether it is bought
        """
        trip = (user_id, origin, destination, flight_type, cabin)
        bags = (total_baggages, nonfree_baggages)
        return in_words(airline.book(Booking(*trip, flights, passengers, payment_methods, *bags, insurance)))

    return book_reservation


def cancel_reservation(airline: Airline, *, confirm: bool) -> Tool:
    """The end of a reservation."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.CANCELLING,
        describe="Cancel reservation {reservation_id}.",
    )
    async def cancel_reservation(reservation_id: str) -> str:
        """Cancel a whole reservation; what was paid goes back the way it came.

        Args:
            reservation_id: six letters and digits
        """
        return in_words(airline.cancel(reservation_id))

    return cancel_reservation


def update_reservation_flights(airline: Airline, *, confirm: bool) -> Tool:
    """Other flights, or another cabin."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.CHANGING_FLIGHTS,
        describe="Change reservation {reservation_id} to {flights} in {cabin}; the difference goes by {payment_id}.",
    )
    async def update_reservation_flights(reservation_id: str, cabin: Cabin, flights: Flights, payment_id: str) -> str:
        """Change the flights of a reservation, or the cabin of all of them.

        Args:
            reservation_id: six letters and digits
            cabin: for all flights and passengers
            flights: all flights of the reservation as it shall be, also those that stay
            payment_id: by which the difference is paid or given back
        """
        return in_words(airline.change_flights(reservation_id, cabin, flights, payment_id))

    return update_reservation_flights


def update_reservation_baggages(airline: Airline, *, confirm: bool) -> Tool:
    """More bags."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.CHANGING_BAGGAGES,
        describe="Give reservation {reservation_id} {total_baggages} bags, {nonfree_baggages} of them paid by "
        "{payment_id}.",
    )
    async def update_reservation_baggages(
        reservation_id: str, total_baggages: int, nonfree_baggages: int, payment_id: str
    ) -> str:
        """Change how many checked bags a reservation has.

        Args:
            reservation_id: six letters and digits
            total_baggages: all checked bags, as it shall be
            nonfree_baggages: those of them that are paid
            payment_id: by which new ones are paid
        """
        return in_words(airline.change_baggages(reservation_id, total_baggages, nonfree_baggages, payment_id))

    return update_reservation_baggages


def update_reservation_passengers(airline: Airline, *, confirm: bool) -> Tool:
    """Other passengers."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.CHANGING_PASSENGERS,
        describe="Let {passengers} fly on reservation {reservation_id}.",
    )
    async def update_reservation_passengers(reservation_id: str, passengers: Passengers) -> str:
        """Change who flies on a reservation.

        Args:
            reservation_id: six letters and digits
            passengers: all who fly, as it shall be
        """
        return in_words(airline.change_passengers(reservation_id, passengers))

    return update_reservation_passengers


def send_certificate(airline: Airline, *, confirm: bool) -> Tool:
    """A certificate for a user."""

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        confirm=confirm,
        policies=policies.COMPENSATING,
        describe="Give {user_id} a certificate of {amount} dollars.",
    )
    async def send_certificate(user_id: str, amount: Amount) -> str:
        """Give a user a certificate that pays for flights.

        Args:
            user_id: who gets it
            amount: in dollars
        """
        return airline.send_certificate(user_id, amount)

    return send_certificate
