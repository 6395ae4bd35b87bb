"""The seven tools that change nothing: users, reservations, flights, sums and thoughts.

They do not know who may read what: what the airline gives to anybody, they give. All of it is the airline's own
record, so the results are labelled as trusted.
"""

from __future__ import annotations

import ast
import json
from typing import Final

from benchmarks.airline.airline import NO_USER, Airline, direct_flights, onestop_flights
from benchmarks.retail.data import Record
from benchmarks.retail.reading import INVALID, value_of
from vouch.contracts.tool import Tool, ToolRefused
from vouch.tools.function import tool

AIRPORTS: Final = {
    "SFO": "San Francisco",
    "JFK": "New York",
    "LAX": "Los Angeles",
    "ORD": "Chicago",
    "DFW": "Dallas",
    "DEN": "Denver",
    "SEA": "Seattle",
    "ATL": "Atlanta",
    "MIA": "Miami",
    "BOS": "Boston",
    "PHX": "Phoenix",
    "IAH": "Houston",
    "LAS": "Las Vegas",
    "MCO": "Orlando",
    "EWR": "Newark",
    "CLT": "Charlotte",
    "MSP": "Minneapolis",
    "DTW": "Detroit",
    "PHL": "Philadelphia",
    "LGA": "LaGuardia",
}

_SIGNS: Final = frozenset("0123456789+-*/(). ")


def get_user_details(airline: Airline) -> Tool:
    """One user."""

    @tool(trust="trusted")
    async def get_user_details(user_id: str) -> str:
        """Look up a user's profile: name, address, payment methods, membership, and the ids of all reservations.

        Args:
            user_id: as the user says it, such as 'ann_lee_1234'
        """
        return _found(airline.user(user_id))

    return get_user_details


def get_reservation_details(airline: Airline) -> Tool:
    """One reservation."""

    @tool(trust="trusted")
    async def get_reservation_details(reservation_id: str) -> str:
        """Look up a reservation: its flights, cabin, passengers, bags, insurance and payments.

        Args:
            reservation_id: six letters and digits
        """
        # The words are those of a missing user: they are recorded so.
        return _found(airline.reservation(reservation_id))

    return get_reservation_details


def list_all_airports() -> Tool:
    """All airports."""

    @tool(trust="trusted")
    async def list_all_airports() -> str:
        """List the airports by their three letters, each with its city."""
        return in_words(AIRPORTS)

    return list_all_airports


def search_direct_flight(airline: Airline) -> Tool:
    """Flights without a stop."""

    @tool(trust="trusted")
    async def search_direct_flight(origin: str, destination: str, date: str) -> str:
        """Find the flights between two airports that can be booked on a date, with seats and prices.

        Args:
            origin: the airport in three letters
            destination: the airport in three letters
            date: written as 2024-01-31
        """
        return in_words(list(direct_flights(airline.flights, origin, destination, date)))

    return search_direct_flight


def search_onestop_flight(airline: Airline) -> Tool:
    """Flights with one stop."""

    @tool(trust="trusted")
    async def search_onestop_flight(origin: str, destination: str, date: str) -> str:
        """Find the pairs of flights with one stop between two airports that can be booked on a date.

        Args:
            origin: the airport in three letters
            destination: the airport in three letters
            date: of the first flight, written as 2024-01-31
        """
        return in_words(list(onestop_flights(airline.flights, origin, destination, date)))

    return search_onestop_flight


def calculate() -> Tool:
    """Sums."""

    @tool(trust="trusted")
    async def calculate(expression: str) -> str:
        """Work out a sum, to two places.

        Args:
            expression: numbers, + - * / and parentheses
        """
        if not _SIGNS.issuperset(expression):
            raise ToolRefused(f"Error: {INVALID}")
        try:
            tree = ast.parse(expression.strip(), filename="<string>", mode="eval")
            return str(round(value_of(tree.body, "invalid expression"), 2))
        except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
            raise ToolRefused(f"Error: {error}") from error

    return calculate


def in_words(value: object) -> str:
    """A result as it was recorded: JSON with a space after each sign."""
    return json.dumps(value)


def _found(record: Record | None) -> str:
    if record is None:
        raise ToolRefused(NO_USER)
    return in_words(record)
