"""All 14 tools of the airline's agent, bound to one airline.

It does not know which airline.
"""

from __future__ import annotations

from benchmarks.airline import reading, writing
from benchmarks.airline.airline import Airline
from benchmarks.retail.reading import think
from benchmarks.retail.writing import transfer_to_human_agents
from vouch.contracts.tool import Tool


def tools_for(airline: Airline, *, confirm: bool = True) -> list[Tool]:
    """The tools: seven read, seven write. Without `confirm` nobody is asked before a write: the model must have."""
    return [
        reading.get_user_details(airline),
        reading.get_reservation_details(airline),
        reading.list_all_airports(),
        reading.search_direct_flight(airline),
        reading.search_onestop_flight(airline),
        reading.calculate(),
        think(),
        writing.book_reservation(airline, confirm=confirm),
        writing.cancel_reservation(airline, confirm=confirm),
        writing.update_reservation_flights(airline, confirm=confirm),
        writing.update_reservation_baggages(airline, confirm=confirm),
        writing.update_reservation_passengers(airline, confirm=confirm),
        writing.send_certificate(airline, confirm=confirm),
        transfer_to_human_agents(),
    ]
