"""What a run knows: who its user is, and each reservation, profile and flight as a tool showed it last.

It does not know what may be done. What no tool has shown is not known here, whatever the airline may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from benchmarks.retail.data import Record
from vouch.contracts.policy import Past, PastCall

_SHOW_RESERVATION: Final = frozenset(
    {
        "get_reservation_details",
        "book_reservation",
        "cancel_reservation",
        "update_reservation_flights",
        "update_reservation_baggages",
        "update_reservation_passengers",
    }
)
"""The tools whose result is a reservation as it then is."""

_SHOW_FLIGHTS: Final = frozenset({"search_direct_flight", "search_onestop_flight"})


def user_of(past: Past) -> str | None:
    """The user of this run, as far as it was looked up: the first one, for one run serves one user."""
    found = next((call for call in past.calls if call.name == "get_user_details" and not call.failed), None)
    return None if found is None else str(found.given["user_id"])


def is_user(past: Past, user_id: str) -> bool:
    """Whether this is the user of the run: the one looked up, or else one whose id the customer said."""
    known = user_of(past)
    return known == user_id if known is not None else user_id.lower() in words_of(past)


def words_of(past: Past) -> str:
    """All that the customer said, in small letters."""
    return "\n".join(past.said).lower()


def profile(past: Past, user_id: str) -> Record | None:
    """A user's profile as it was looked up last, or None."""
    return next((call.value for call in past.results("get_user_details") if call.given["user_id"] == user_id), None)


def reservations(past: Past) -> dict[str, Record]:
    """The reservations as they were shown last, each with the cabin that it has by now."""
    found: dict[str, Record] = {}
    for call in _worked(past.calls, _SHOW_RESERVATION):
        shown = call.value
        if not isinstance(shown, dict):
            continue
        reservation = cast("Record", shown)
        key = str(reservation["reservation_id"])
        cabin = found[key]["cabin"] if key in found else reservation["cabin"]
        # The airline's own record keeps the first cabin for ever.
        found[key] = {**reservation, "cabin": call.given.get("cabin", cabin)}
    return found


def reservation(past: Past, reservation_id: str) -> Record | None:
    """One reservation as it was shown last, or None."""
    return reservations(past).get(reservation_id)


def flights(past: Past) -> dict[str, tuple[str, str]]:
    """From where to where each flight goes that was shown, by its number."""
    shown = (call.value for call in _worked(past.calls, _SHOW_RESERVATION | _SHOW_FLIGHTS))
    return {
        flight["flight_number"]: (flight["origin"], flight["destination"])
        for value in shown
        for flight in _flights_in(value)
    }


def _worked(calls: Iterable[PastCall], names: frozenset[str]) -> Iterator[PastCall]:
    return (call for call in calls if call.name in names and not call.failed)


def _flights_in(value: Any) -> Iterator[Record]:
    """Every flight in a result: of a reservation, a list, or a list of pairs."""
    if isinstance(value, list):
        for element in cast("list[Any]", value):
            yield from _flights_in(element)
    elif isinstance(value, dict):
        record = cast("Record", value)
        if "flights" in record:
            yield from _flights_in(record["flights"])
        elif "flight_number" in record:
            yield record


_CANCELLED: Final = re.compile(
    r"\b(?:was|were|been|is|are|got|gets|getting|has|have|had|\w+'s|a|the|my|our|their)\s+(?:\w+\s+)?cancel+ed\b"
    r"|\bcancel+ed\s+(?:my|our|the|on|flights?|by|due|because)\b"
    r"|\bcancel+ations?\s+(?:by|of\s+(?:my|our|the)\s+flights?)\b"
    r"|\b(?:airlines?|you|they)\b[^.?!\n]{0,40}\bcancel+(?:ed|s|ing|ation)\b"
    r"|\bairlines?\b[^.?!\n]{0,40}\bcancel"
)
"""Any way in which a flight may be said to have been cancelled, as against: to be cancelled."""


def tells_of_cancelled_flight(past: Past) -> bool:
    """Whether the customer may have said that the airline cancelled a flight. In doubt they have."""
    return _CANCELLED.search(words_of(past).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")) is not None
