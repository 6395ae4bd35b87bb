"""The airline: what can be done to its users and reservations, and the words in which it refuses.

It does not know who asks: whether somebody may do a thing to a reservation is for the policies to say. One airline is
one run's copy of the data: a record is copied when it is first changed, and the data behind it are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Final, NamedTuple

from benchmarks.airline.data import Tables
from benchmarks.retail.data import Record, Table, hash_of, written
from vouch.contracts.tool import ToolRefused

NOW: Final = "2024-05-15T15:00:00"
"""The time in this airline's world, where it is always the same."""

BAG: Final = 50
"""What a checked bag costs that is not free, in dollars."""

INSURANCE: Final = 30
"""What insurance costs for each passenger, in dollars."""

NO_USER: Final = "Error: user not found"
NO_RESERVATION: Final = "Error: reservation not found"
NO_PAYMENT_METHOD: Final = "Error: payment method not found"
NO_CERTIFICATE: Final = "Error: certificate cannot be used to update reservation"
CARD: Final = "Error: gift card balance is not enough"
PASSENGERS: Final = "Error: number of passengers does not match"
CERTIFICATES: Final = "Error: too many certificates"

_NEW_RESERVATIONS: Final = ("HATHAT", "HATHAU", "HATHAV")
_NEW_CERTIFICATES: Final = ("certificate_3221322", "certificate_3221323", "certificate_3221324")
"""The ids that new ones get, in this order: the recorded results hold them."""


class Booking(NamedTuple):
    """What a new reservation shall be."""

    user_id: str
    origin: str
    destination: str
    flight_type: str
    cabin: str
    flights: Sequence[Record]
    passengers: Sequence[Record]
    payment_methods: Sequence[Record]
    total_baggages: int
    nonfree_baggages: int
    insurance: str


class Airline:
    """One run's copy of the data. A change checks all before it touches anything; what is wrong is `ToolRefused`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._changed: dict[str, Table] = {"users": {}, "reservations": {}}

    def user(self, user_id: str) -> Record | None:
        """A user as they are now, or None."""
        return self._changed["users"].get(user_id) or self._tables.users.get(user_id)

    def reservation(self, reservation_id: str) -> Record | None:
        """A reservation as it is now, or None."""
        return self._changed["reservations"].get(reservation_id) or self._tables.reservations.get(reservation_id)

    @property
    def flights(self) -> Table:
        """All flights, which nothing here changes: what is booked takes no seat."""
        return self._tables.flights

    def book(self, booking: Booking) -> Record:
        """Make a reservation and take what it costs."""
        user = self.user(booking.user_id)
        if user is None:
            raise ToolRefused(NO_USER)
        number = len(booking.passengers)
        flights = [{**flight, **self._seats(flight, booking.cabin, number)} for flight in booking.flights]
        price = sum(flight["price"] for flight in flights) * number
        price += INSURANCE * number if booking.insurance == "yes" else 0
        price += BAG * booking.nonfree_baggages
        _check_payments(user["payment_methods"], booking.payment_methods, price)
        self._take_payments(booking)
        key = next((key for key in _NEW_RESERVATIONS if self.reservation(key) is None), _NEW_RESERVATIONS[-1])
        made: Record = {
            "reservation_id": key,
            **booking._asdict(),
            "flights": flights,
            "payment_history": list(booking.payment_methods),
            "created_at": NOW,
        }
        self._changed["reservations"][key] = {field: made[field] for field in _FIELDS}
        self._edited_user(booking.user_id)["reservations"].append(key)
        return self._changed["reservations"][key]

    def cancel(self, reservation_id: str) -> Record:
        """Cancel a reservation; every payment goes back the way it came."""
        self._wanted(reservation_id)
        reservation = self._edited_reservation(reservation_id)
        refunds: list[Record] = [
            {"payment_id": payment["payment_id"], "amount": -payment["amount"]}
            for payment in reservation["payment_history"]
        ]
        reservation["payment_history"] += refunds
        reservation["status"] = "cancelled"
        return reservation

    def change_flights(self, reservation_id: str, cabin: str, flights: Sequence[Record], payment_id: str) -> Record:
        """Fly by other flights or in another cabin; what is kept keeps its price, the difference is paid.

        The cabin in the reservation stays as it is: the recorded results are made so.
        """
        reservation = self._wanted(reservation_id)
        number = len(reservation["passengers"])
        changed = [{**flight, **self._kept_or_seats(reservation, flight, cabin)} for flight in flights]
        before = sum(flight["price"] for flight in reservation["flights"])
        price = (sum(flight["price"] for flight in changed) - before) * number
        self._check_one_payment(reservation, payment_id, price)
        reservation = self._edited_reservation(reservation_id)
        self._pay_more(reservation, payment_id, price)
        reservation["flights"] = changed
        return reservation

    def change_baggages(self, reservation_id: str, total: int, nonfree: int, payment_id: str) -> Record:
        """Set how many bags there are; those that are not free and new are paid."""
        reservation = self._wanted(reservation_id)
        price = BAG * max(0, nonfree - reservation["nonfree_baggages"])
        self._check_one_payment(reservation, payment_id, price)
        reservation = self._edited_reservation(reservation_id)
        self._pay_more(reservation, payment_id, price)
        reservation["total_baggages"] = total
        reservation["nonfree_baggages"] = nonfree
        return reservation

    def change_passengers(self, reservation_id: str, passengers: Sequence[Record]) -> Record:
        """Set who flies; as many as before."""
        reservation = self._wanted(reservation_id)
        if len(passengers) != len(reservation["passengers"]):
            raise ToolRefused(PASSENGERS)
        reservation = self._edited_reservation(reservation_id)
        reservation["passengers"] = list(passengers)
        return reservation

    def send_certificate(self, user_id: str, amount: float) -> str:
        """Give a user a certificate."""
        user = self.user(user_id)
        if user is None:
            raise ToolRefused(NO_USER)
        key = next((key for key in _NEW_CERTIFICATES if key not in user["payment_methods"]), None)
        if key is None:
            raise ToolRefused(CERTIFICATES)
        certificate = {"source": "certificate", "amount": amount, "id": key}
        self._edited_user(user_id)["payment_methods"][key] = certificate
        return f"Certificate {key} added to user {user_id} with amount {amount}."

    def changes(self) -> dict[str, Table]:
        """Every record that is new or not as it was, by table and id; tables without any are left out."""
        before: Mapping[str, Table] = self._tables._asdict()
        return {
            table: found
            for table, records in self._changed.items()
            if (found := {key: row for key, row in records.items() if written(row) != written(before[table].get(key))})
        }

    def data_hash(self) -> str:
        """tau-bench's hash of all the data as they are now."""
        return hash_of({name: table | self._changed.get(name, {}) for name, table in self._tables._asdict().items()})

    def _wanted(self, reservation_id: str) -> Record:
        reservation = self.reservation(reservation_id)
        if reservation is None:
            raise ToolRefused(NO_RESERVATION)
        return reservation

    def _edited_reservation(self, reservation_id: str) -> Record:
        changed = self._changed["reservations"]
        if reservation_id not in changed:
            changed[reservation_id] = deepcopy(self._tables.reservations[reservation_id])
        return changed[reservation_id]

    def _edited_user(self, user_id: str) -> Record:
        changed = self._changed["users"]
        if user_id not in changed:
            changed[user_id] = deepcopy(self._tables.users[user_id])
        return changed[user_id]

    def _seats(self, flight: Record, cabin: str, number: int) -> Record:
        """What a flight costs each passenger and where it goes; refuses what has not so many seats to sell."""
        name, date = flight["flight_number"], flight["date"]
        found = self.flights.get(name)
        if found is None:
            raise ToolRefused(f"Error: flight {name} not found")
        if date not in found["dates"]:
            raise ToolRefused(f"Error: flight {name} not found on date {date}")
        on_date = found["dates"][date]
        if on_date["status"] != "available":
            raise ToolRefused(f"Error: flight {name} not available on date {date}")
        if cabin not in on_date["prices"]:
            raise ToolRefused(f"Error: {cabin!r}")
        if on_date["available_seats"][cabin] < number:
            raise ToolRefused(f"Error: not enough seats on flight {name}")
        return {"price": on_date["prices"][cabin], "origin": found["origin"], "destination": found["destination"]}

    def _kept_or_seats(self, reservation: Record, flight: Record, cabin: str) -> Record:
        if cabin == reservation["cabin"]:
            for held in reservation["flights"]:
                if (held["flight_number"], held["date"]) == (flight["flight_number"], flight["date"]):
                    return {field: held[field] for field in ("price", "origin", "destination")}
        return self._seats(flight, cabin, len(reservation["passengers"]))

    def _check_one_payment(self, reservation: Record, payment_id: str, price: float) -> None:
        user = self.user(reservation["user_id"])
        method = user["payment_methods"].get(payment_id) if user else None
        if method is None:
            raise ToolRefused(NO_PAYMENT_METHOD)
        if method["source"] == "certificate":
            raise ToolRefused(NO_CERTIFICATE)
        if method["source"] == "gift_card" and method["amount"] < price:
            raise ToolRefused(CARD)

    def _pay_more(self, reservation: Record, payment_id: str, price: float) -> None:
        """Note a payment, or money that goes back where the price is below zero; gift cards pay here, others later."""
        method = self._edited_user(reservation["user_id"])["payment_methods"][payment_id]
        if method["source"] == "gift_card":
            method["amount"] -= price
        if price != 0:
            reservation["payment_history"].append({"payment_id": payment_id, "amount": price})

    def _take_payments(self, booking: Booking) -> None:
        methods = self._edited_user(booking.user_id)["payment_methods"]
        for payment in booking.payment_methods:
            source = methods[payment["payment_id"]]["source"]
            if source == "gift_card":
                methods[payment["payment_id"]]["amount"] -= payment["amount"]
            elif source == "certificate":
                # What is left of a certificate is lost.
                del methods[payment["payment_id"]]


_FIELDS: Final = (
    "reservation_id",
    "user_id",
    "origin",
    "destination",
    "flight_type",
    "cabin",
    "flights",
    "passengers",
    "payment_history",
    "created_at",
    "total_baggages",
    "nonfree_baggages",
    "insurance",
)
"""A reservation's fields, in the order in which they are recorded."""


def _check_payments(methods: Record, payments: Sequence[Record], price: float) -> None:
    for payment in payments:
        method = methods.get(payment["payment_id"])
        if method is None:
            raise ToolRefused(f"Error: payment method {payment['payment_id']} not found")
        if method.get("amount", payment["amount"]) < payment["amount"]:
            raise ToolRefused(f"Error: not enough balance in payment method {payment['payment_id']}")
    paid = sum(payment["amount"] for payment in payments)
    if paid != price:
        raise ToolRefused(f"Error: payment amount does not add up, total price is {price}, but paid {paid}")


def direct_flights(flights: Table, origin: str, destination: str, date: str) -> Iterator[Record]:
    """The flights between two airports that can be booked on a date, as that date has them."""
    for flight in flights.values():
        if (flight["origin"], flight["destination"]) == (origin, destination) and _bookable(flight, date):
            yield _on(flight, date)


def onestop_flights(flights: Table, origin: str, destination: str, date: str) -> Iterator[list[Record]]:
    """The pairs of flights with one stop that can be booked, the first on a date, each with its date."""
    for first in flights.values():
        if first["origin"] != origin or not _bookable(first, date):
            continue
        arrival = first["scheduled_arrival_time_est"]
        # Written like this in the recorded results, also where it gives no date there is.
        then = f"2024-05-{int(date[-2:]) + 1}" if "+1" in arrival else date
        for second in flights.values():
            if (first["destination"], second["destination"]) != (second["origin"], destination):
                continue
            if arrival <= second["scheduled_departure_time_est"] and _bookable(second, then):
                # Seats and prices are those of the first date also where the second flight leaves the day after.
                yield [{**_on(first, date), "date": date}, {**_on(second, date), "date": then}]


def _bookable(flight: Record, date: str) -> bool:
    return flight["dates"].get(date, {}).get("status") == "available"


def _on(flight: Record, date: str) -> Record:
    return {key: value for key, value in flight.items() if key != "dates"} | flight["dates"][date]
