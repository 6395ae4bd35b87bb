"""The airline's written policy as code: what must hold before anything is changed, whatever the model thinks.

They do not know the airline, nor what anybody wants: each is a pure function of the run, that is of what its tools
have shown and what was said. So what was not looked up cannot be judged. Where a rule needs it, the write is refused
until it was looked up; what no tool can show is left to the customer's word.

Not here is what the airline itself refuses (a price that is not met, a flight that cannot be booked), and what only a
reader can judge:

- Whether an insured customer's reason is one of health or weather. A list of words would refuse rightful ones.
- Whether somebody complained and asked for compensation, and whether they want to change or cancel a delayed
  reservation. The authors of the written policy let it be given without, too.
- What the written policy says of the agent's talk and of its prices.

Where two sentences of it contradict each other the write is allowed: business flights "can always be cancelled",
so they can be when they are flown. That the customer said yes to exactly this is no rule over the run, but
`confirm=True` at the tools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from benchmarks.airline import known
from benchmarks.airline.airline import NOW
from benchmarks.retail.data import Record
from vouch.contracts.policy import Attempt
from vouch.tools.policy import policy

TODAY: Final = NOW[:10]
A_DAY_AGO: Final = f"2024-05-14{NOW[10:]}"

FREE_BAGS: Final[Mapping[str, Mapping[str, int]]] = {
    "regular": {"basic_economy": 0, "economy": 1, "business": 2},
    "silver": {"basic_economy": 1, "economy": 2, "business": 3},
    "gold": {"basic_economy": 2, "economy": 3, "business": 3},
}
"""Checked bags that are free for each passenger, by membership and cabin."""

MOST_PASSENGERS: Final = 5
MOST_OF_A_KIND: Final = {"certificate": 1, "credit_card": 1, "gift_card": 3}
"""How many of each kind may pay one reservation."""

FOR_CANCELLED: Final = 100
FOR_DELAYED: Final = 50
"""What a certificate is worth for each passenger, in dollars."""

CHOICES: Final = {
    "cabin": ("basic_economy", "economy", "business"),
    "flight_type": ("one_way", "round_trip"),
    "insurance": ("yes", "no"),
}


def reservation_of(attempt: Attempt) -> Record:
    """The reservation that the attempt names, as it was shown last."""
    found = known.reservation(attempt.past, attempt.arguments["reservation_id"])
    if found is None:
        raise LookupError("the reservation was not looked up")
    return found


def new_flights(attempt: Attempt) -> list[Record]:
    """The flights of the attempt that its reservation does not have."""
    held = [(flight["flight_number"], flight["date"]) for flight in reservation_of(attempt)["flights"]]
    return [f for f in attempt.arguments["flights"] if (f["flight_number"], f["date"]) not in held]


@policy(
    customer="First I have to know who you are: please give me your user id.",
    auditor="The user id is neither one that the customer said nor that of the profile looked up first in this run.",
)
def user_known(attempt: Attempt) -> bool:
    """What is changed belongs to the user of this run."""
    if "user_id" in attempt.arguments:
        return known.is_user(attempt.past, attempt.arguments["user_id"])
    return known.is_user(attempt.past, reservation_of(attempt)["user_id"])


@policy(
    customer="I have to look at your reservation before I can change it.",
    auditor="The reservation was not looked up in this run.",
)
def reservation_read(attempt: Attempt) -> bool:
    """The reservation was looked up, so that the rules can be held against it."""
    return known.reservation(attempt.past, attempt.arguments["reservation_id"]) is not None


@policy(
    customer="This reservation cannot be cancelled: it was booked more than 24 hours ago, is not in business, and has "
    "no travel insurance.",
    auditor="Booked more than 24 hours ago, not business, not insured, and nobody said that the airline cancelled.",
)
def may_be_cancelled(attempt: Attempt) -> bool:
    """It is new, insured, in business, or the airline may have cancelled a flight."""
    reservation = reservation_of(attempt)
    return (
        reservation["created_at"] >= A_DAY_AGO
        or reservation["cabin"] == "business"
        or reservation["insurance"] == "yes"
        or known.tells_of_cancelled_flight(attempt.past)
    )


@policy(
    customer="A flight of this reservation has been flown already, so I cannot cancel it.",
    auditor="The date of a flight has passed, it is not business, and nobody said that the airline cancelled.",
)
def not_flown(attempt: Attempt) -> bool:
    """No flight's date has passed, or it can be cancelled all the same."""
    reservation = reservation_of(attempt)
    return (
        all(flight["date"] >= TODAY for flight in reservation["flights"])
        or reservation["cabin"] == "business"
        or known.tells_of_cancelled_flight(attempt.past)
    )


@policy(
    customer="Flights in basic economy cannot be changed. The cabin can, as long as the flights stay the same.",
    auditor="The reservation is in basic economy, and its flights would be others.",
)
def not_basic_economy(attempt: Attempt) -> bool:
    """The flights stay, or the cabin is by now another than basic economy."""
    reservation = reservation_of(attempt)
    same = _numbers(attempt.arguments["flights"]) == _numbers(reservation["flights"])
    return same or reservation["cabin"] != "basic_economy"


def _numbers(flights: Sequence[Record]) -> list[tuple[str, str]]:
    return sorted((flight["flight_number"], flight["date"]) for flight in flights)


@policy(
    customer="The flights have to go from the same place to the same place as before, and back if they did.",
    auditor="The flights do not make the trip of the reservation: its origin, destination and type.",
)
def same_trip(attempt: Attempt) -> bool:
    """Origin, destination and trip type stay; flights that no tool has shown are not judged."""
    return _makes_trip(attempt, reservation_of(attempt))


@policy(
    customer="The flights do not go from there to there, or not back.",
    auditor="The flights do not make the trip that is to be booked: its origin, destination and type.",
)
def flights_make_trip(attempt: Attempt) -> bool:
    """The flights go where the reservation says that they do; flights that no tool has shown are not judged."""
    return _makes_trip(attempt, attempt.arguments)


def _makes_trip(attempt: Attempt, trip: Mapping[str, Any]) -> bool:
    shown = known.flights(attempt.past)
    legs = [shown.get(flight["flight_number"]) for flight in attempt.arguments["flights"]]
    if not legs:
        return False
    first, last = legs[0], legs[-1]
    end = trip["origin"] if trip["flight_type"] == "round_trip" else trip["destination"]
    complete = [leg for leg in legs if leg is not None]
    there = len(complete) < len(legs) or any(leg[1] == trip["destination"] for leg in complete)
    return (
        (first is None or first[0] == trip["origin"])
        and (last is None or last[1] == end)
        and there
        and all(one is None or other is None or one[1] == other[0] for one, other in pairwise(legs))
    )


@policy(
    customer="A flight's date has passed.",
    auditor="A new flight has a date before today.",
)
def not_in_the_past(attempt: Attempt) -> bool:
    """No new flight has left already."""
    flights = new_flights(attempt) if "reservation_id" in attempt.arguments else attempt.arguments["flights"]
    return all(flight["date"] >= TODAY for flight in flights)


@policy(
    customer="For this I need one gift card or credit card that is in your profile.",
    auditor="The payment method is a certificate, or not in the profile that was looked up.",
)
def one_card(attempt: Attempt) -> bool:
    """A gift card or credit card of the user's pays the difference, or gets it."""
    payment_id = attempt.arguments["payment_id"]
    profile = known.profile(attempt.past, reservation_of(attempt)["user_id"])
    if profile is None:
        return not payment_id.startswith("certificate")
    method = profile["payment_methods"].get(payment_id)
    return method is not None and method["source"] != "certificate"


@policy(
    customer="All payment methods have to be in your profile.",
    auditor="A payment method is not in the profile that was looked up.",
)
def methods_of_profile(attempt: Attempt) -> bool:
    """Every payment method is one of the user's, if their profile was looked up."""
    profile = known.profile(attempt.past, attempt.arguments["user_id"])
    named = {payment["payment_id"] for payment in attempt.arguments["payment_methods"]}
    return profile is None or named <= profile["payment_methods"].keys()


@policy(
    customer="One reservation is paid by at most one certificate, one credit card and three gift cards.",
    auditor="More than one certificate, one credit card or three gift cards would pay.",
)
def few_methods(attempt: Attempt) -> bool:
    """At most one certificate, one credit card and three gift cards pay."""
    named = (payment["payment_id"] for payment in attempt.arguments["payment_methods"])
    kinds = Counter(payment_id.rpartition("_")[0] for payment_id in named)
    return all(kinds[kind] <= most for kind, most in MOST_OF_A_KIND.items())


@policy(customer="At most five passengers can fly on one reservation.", auditor="There are more than five passengers.")
def few_passengers(attempt: Attempt) -> bool:
    """One to five fly."""
    return 1 <= len(attempt.arguments["passengers"]) <= MOST_PASSENGERS


@policy(
    customer="The number of passengers cannot be changed.",
    auditor="There would be more or fewer passengers than in the reservation.",
)
def same_number(attempt: Attempt) -> bool:
    """As many fly as before."""
    return len(attempt.arguments["passengers"]) == len(reservation_of(attempt)["passengers"])


@policy(customer="Checked bags can be added, not removed.", auditor="There would be fewer checked bags than before.")
def no_bag_removed(attempt: Attempt) -> bool:
    """There are at least as many bags as before."""
    return attempt.arguments["total_baggages"] >= reservation_of(attempt)["total_baggages"]


@policy(
    customer="That is not how many bags are free for you.",
    auditor="The bags to be paid are not those above what is free by membership, cabin and passengers.",
)
def free_bags(attempt: Attempt) -> bool:
    """Exactly the bags above the free ones are paid, or were; any membership may be, where no profile was read."""
    given = attempt.arguments
    paid_before = 0
    if "reservation_id" in given:
        reservation = reservation_of(attempt)
        user_id, cabin, number = reservation["user_id"], reservation["cabin"], len(reservation["passengers"])
        paid_before = reservation["nonfree_baggages"]
    else:
        user_id, cabin, number = given["user_id"], given["cabin"], len(given["passengers"])
    profile = known.profile(attempt.past, user_id)
    memberships = FREE_BAGS if profile is None else [profile["membership"]]
    paid = [max(0, given["total_baggages"] - number * FREE_BAGS[membership][cabin]) for membership in memberships]
    return min(paid) <= given["nonfree_baggages"] <= max(*paid, paid_before)


@policy(
    customer="I do not know such a cabin, trip or choice of insurance.",
    auditor="The cabin, the type of the trip or the insurance is none there is.",
)
def known_choices(attempt: Attempt) -> bool:
    """Cabin, trip type and insurance are what there is."""
    given = attempt.arguments
    return all(given[name] in choices for name, choices in CHOICES.items() if name in given)


@policy(
    customer="I can offer a certificate only for a reservation that we have looked at, to silver and gold members, "
    "insured or in business: 100 dollars for each passenger if a flight was cancelled, 50 if it was late.",
    auditor="No profile and reservation looked up in this run entitle the user to this amount, for what they told of.",
)
def entitled(attempt: Attempt) -> bool:
    """The profile and a reservation were looked up, and give the user this amount for what they may have told of."""
    user_id, amount = attempt.arguments["user_id"], attempt.arguments["amount"]
    profile = known.profile(attempt.past, user_id)
    if profile is None:
        return False
    rates = (FOR_DELAYED, FOR_CANCELLED) if "cancel" in known.words_of(attempt.past) else (FOR_DELAYED,)
    return any(
        amount in [rate * len(row["passengers"]) for rate in rates]
        for row in known.reservations(attempt.past).values()
        if row["user_id"] == user_id
        and (profile["membership"] != "regular" or row["insurance"] == "yes" or row["cabin"] == "business")
    )


_CHANGING: Final = (reservation_read, user_known)

BOOKING: Final = (
    user_known,
    known_choices,
    few_passengers,
    few_methods,
    methods_of_profile,
    flights_make_trip,
    not_in_the_past,
    free_bags,
)
"""Before a reservation is made."""

CANCELLING: Final = (*_CHANGING, may_be_cancelled, not_flown)
"""Before a reservation is cancelled."""

CHANGING_FLIGHTS: Final = (
    *_CHANGING,
    known_choices,
    not_basic_economy,
    same_trip,
    not_in_the_past,
    one_card,
)
"""Before flights or the cabin of a reservation are changed."""

CHANGING_BAGGAGES: Final = (*_CHANGING, no_bag_removed, free_bags, one_card)
"""Before bags are added to a reservation."""

CHANGING_PASSENGERS: Final = (*_CHANGING, same_number)
"""Before other people fly on a reservation."""

COMPENSATING: Final = (user_known, entitled)
"""Before a certificate is given."""
