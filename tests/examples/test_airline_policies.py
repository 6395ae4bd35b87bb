from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from benchmarks.airline import known, policies
from benchmarks.retail.data import Record

from vouch.contracts.policy import Attempt, Past, PastCall
from vouch.tools.policy import Rule
from vouch.values.message import assistant, user

ANN = "ann_lee_0001"


def profile(**other: object) -> Record:
    methods = {
        "credit_card_1": {"source": "credit_card", "id": "credit_card_1"},
        "gift_card_1": {"source": "gift_card", "amount": 100, "id": "gift_card_1"},
        "certificate_1": {"source": "certificate", "amount": 250, "id": "certificate_1"},
    }
    return {
        "name": {"first_name": "Ann", "last_name": "Lee"},
        "membership": "regular",
        "payment_methods": methods,
    } | other


def leg(number: str, origin: str, destination: str, date: str = "2024-05-20") -> Record:
    return {"flight_number": number, "origin": origin, "destination": destination, "date": date, "price": 100}


def reservation(**other: object) -> Record:
    return {
        "reservation_id": "R00001",
        "user_id": ANN,
        "origin": "SFO",
        "destination": "JFK",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [leg("F1", "SFO", "DEN"), leg("F2", "DEN", "JFK")],
        "passengers": [{"first_name": "Ann", "last_name": "Lee", "dob": "1990-01-01"}] * 2,
        "created_at": "2024-05-01T10:00:00",
        "total_baggages": 2,
        "nonfree_baggages": 0,
        "insurance": "no",
    } | other


def call(name: str, given: Record, value: object, *, write: bool = False, failed: bool = False) -> PastCall:
    content = value if isinstance(value, str) else json.dumps(value)
    return PastCall(name, json.dumps(given), content, failed, write)


def read_user(record: Record | None = None, user_id: str = ANN) -> PastCall:
    return call("get_user_details", {"user_id": user_id}, record or profile())


def read(record: Record | None = None) -> PastCall:
    record = record or reservation()
    return call("get_reservation_details", {"reservation_id": record["reservation_id"]}, record)


def found(*flights: Record) -> PastCall:
    return call("search_direct_flight", {}, list(flights))


def past(*calls: PastCall, said: str = f"Hello, I am {ANN}.") -> Past:
    return Past(calls, [user(said), assistant("What may I do for you?")])


def attempt(before: Past, **given: Any) -> Attempt:
    return Attempt("a tool", {"reservation_id": "R00001", **given}, before)


def refusing(rules: Sequence[Rule], tried: Attempt) -> str:
    """The first rule that refuses, as the loop asks them: one that breaks refuses."""
    for rule in rules:
        try:
            if not rule.allows(tried):
                return rule.name
        except LookupError:
            return rule.name
    return ""


def test_every_rule_tells_the_customer_and_the_auditor_something_else() -> None:
    rules = {
        rule
        for rules in (
            policies.BOOKING,
            policies.CANCELLING,
            policies.CHANGING_FLIGHTS,
            policies.CHANGING_BAGGAGES,
            policies.CHANGING_PASSENGERS,
            policies.COMPENSATING,
        )
        for rule in rules
    }
    assert len({rule.name for rule in rules}) == len(rules) == 17
    assert all(rule.customer != rule.auditor for rule in rules)


# Who


@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        (past(read(), said=f"I am {ANN.upper()}, cancel R00001"), True),
        (past(read(), read_user(), said="It is about R00001."), True),
        (past(read(), said="Cancel R00001, I am Ann."), False),
        (past(read(), read_user(user_id="bob_ray_0002"), said=f"I mean {ANN}"), False),
        (past(read_user(user_id="bob_ray_0002"), read_user(), read(), said="I am Bob."), False),
        (past(call("get_user_details", {"user_id": ANN}, "Error", failed=True), read(), said="Hello."), False),
    ],
)
def test_a_run_serves_the_user_that_was_found_first_or_said_who_they_are(before: Past, allowed: bool) -> None:
    assert policies.user_known(attempt(before)) is allowed
    assert policies.user_known(Attempt("send_certificate", {"user_id": ANN}, before)) is allowed


def test_a_reservation_is_looked_up_before_it_is_changed() -> None:
    unread = attempt(
        past(read_user(), call("get_reservation_details", {"reservation_id": "R00001"}, "no", failed=True))
    )
    assert not policies.reservation_read(unread)
    for rules in (policies.CANCELLING, policies.CHANGING_FLIGHTS, policies.CHANGING_BAGGAGES):
        assert refusing(rules, unread) == "reservation read"
    assert policies.reservation_read(attempt(past(read())))
    with pytest.raises(LookupError, match="was not looked up"):
        policies.may_be_cancelled(unread)


def test_the_cabin_is_the_one_it_was_changed_to_whatever_the_record_says() -> None:
    old = reservation(cabin="basic_economy")
    change = {"reservation_id": "R00001", "cabin": "business"}
    refused = call("update_reservation_flights", change, "Error: no", failed=True)
    changed = call("update_reservation_flights", change, old, write=True)
    assert [known.reservation(past(*calls), "R00001") for calls in ((), (read(old), refused))] == [None, old]
    for calls in ((read(old), changed), (changed,), (read(old), changed, read(old))):
        shown = known.reservation(past(*calls), "R00001")
        assert shown is not None
        assert shown["cabin"] == "business"
    assert known.reservation(past(call("cancel_reservation", {}, "strange words")), "R00001") is None


# Cancelling


@pytest.mark.parametrize(
    ("other", "said", "rule"),
    [
        ({}, "", "may be cancelled"),
        ({"cabin": "basic_economy"}, "My plans have changed, cancel it.", "may be cancelled"),
        ({}, "I want it to be cancelled. Can you cancel it?", "may be cancelled"),
        ({"created_at": "2024-05-14T14:59:59"}, "", "may be cancelled"),
        ({"created_at": "2024-05-14T15:00:00"}, "", ""),
        ({"insurance": "yes"}, "I am ill.", ""),
        ({"cabin": "business"}, "", ""),
        ({}, "The airline has just cancelled my flight!", ""),
        ({}, "My flight was canceled.", ""),
        ({}, "Reason: airline cancelled flight", ""),
        ({"insurance": "yes", "flights": [leg("F1", "SFO", "JFK", "2024-05-14")]}, "", "not flown"),
        ({"insurance": "yes", "flights": [leg("F1", "SFO", "JFK", "2024-05-14")]}, "you cancelled the flight", ""),
        ({"insurance": "yes", "flights": [leg("F1", "SFO", "JFK", "2024-05-15")]}, "", ""),
        ({"cabin": "business", "flights": [leg("F1", "SFO", "JFK", "2024-05-14")]}, "", ""),
    ],
)
def test_who_may_cancel(other: Record, said: str, rule: str) -> None:
    before = past(read_user(), read(reservation(**other)), said=said)
    assert refusing(policies.CANCELLING, attempt(before)) == rule


# Flights and cabin


def change(
    *numbers: str, cabin: str = "economy", payment_id: str = "credit_card_1", date: str = "2024-05-20"
) -> Record:
    flights = [{"flight_number": number, "date": date} for number in numbers]
    return {"cabin": cabin, "flights": flights, "payment_id": payment_id}


OTHERS = found(
    leg("F3", "SFO", "JFK"),
    leg("F4", "SFO", "EWR"),
    leg("F5", "DEN", "JFK"),
    leg("F6", "JFK", "SFO"),
    leg("F7", "LAX", "DEN"),
)


@pytest.mark.parametrize(
    ("given", "other", "rule"),
    [
        (change("F3"), {}, ""),
        (change("F1", "F5"), {}, ""),
        (change("F1", "F9"), {}, ""),
        (change("F9"), {}, ""),
        (change("F3"), {"cabin": "basic_economy"}, "not basic economy"),
        (change("F3", cabin="business"), {"cabin": "basic_economy"}, "not basic economy"),
        (change("F1", "F2", cabin="economy"), {"cabin": "basic_economy"}, ""),
        (change("F2", "F1", cabin="business"), {"cabin": "basic_economy"}, "same trip"),
        (change("F4"), {}, "same trip"),
        (change("F1"), {}, "same trip"),
        (change(), {}, "same trip"),
        (change("F7", "F2"), {}, "same trip"),
        (change("F3", "F2"), {}, "same trip"),
        (change("F3", "F6"), {}, "same trip"),
        (change("F3", "F6"), {"flight_type": "round_trip"}, ""),
        (change("F3", "F9"), {"flight_type": "round_trip"}, ""),
        (change("F3"), {"flight_type": "round_trip"}, "same trip"),
        (change("F4", "F9"), {"flight_type": "round_trip"}, ""),
        (change("F3", date="2024-05-14"), {}, "not in the past"),
        (change("F3", date="2024-05-15"), {}, ""),
        (change("F3", cabin="first"), {}, "known choices"),
        (change("F3", payment_id="certificate_1"), {}, "one card"),
        (change("F3", payment_id="credit_card_2"), {}, "one card"),
        (change("F3", payment_id="gift_card_1"), {}, ""),
    ],
)
def test_what_flights_may_be_changed_to(given: Record, other: Record, rule: str) -> None:
    before = past(read_user(), read(reservation(**other)), OTHERS)
    assert refusing(policies.CHANGING_FLIGHTS, attempt(before, **given)) == rule


def test_after_the_cabin_its_flights_can_be_changed_too() -> None:
    old = reservation(cabin="basic_economy")
    upgraded = call("update_reservation_flights", {"reservation_id": "R00001", "cabin": "economy"}, old, write=True)
    given = change("F3")
    assert refusing(policies.CHANGING_FLIGHTS, attempt(past(read(old), OTHERS), **given)) == "not basic economy"
    assert refusing(policies.CHANGING_FLIGHTS, attempt(past(read(old), upgraded, OTHERS), **given)) == ""


def test_flights_already_booked_may_lie_in_the_past_and_pairs_of_flights_are_known() -> None:
    half = reservation(flights=[leg("F1", "SFO", "DEN", "2024-05-10"), leg("F2", "DEN", "JFK")])
    given = change("F1", date="2024-05-10")["flights"] + change("F5")["flights"]
    pairs = call("search_onestop_flight", {}, [[leg("F8", "SFO", "DEN"), {**leg("F5", "DEN", "JFK")}]])
    tried = attempt(past(read(half), pairs), cabin="economy", flights=given, payment_id="gift_card_9")
    assert refusing(policies.CHANGING_FLIGHTS, tried) == ""
    assert known.flights(tried.past)["F8"] == ("SFO", "DEN")


def test_without_a_profile_only_a_certificate_is_known_not_to_pay() -> None:
    before = past(read())
    assert policies.one_card(attempt(before, payment_id="gift_card_7"))
    assert not policies.one_card(attempt(before, payment_id="certificate_7"))


# Bags and passengers


@pytest.mark.parametrize(
    ("membership", "cabin", "total", "nonfree", "rule"),
    [
        ("regular", "economy", 2, 0, ""),
        ("regular", "economy", 1, 0, "no bag removed"),
        ("regular", "economy", 4, 2, ""),
        ("regular", "economy", 4, 1, "free bags"),
        ("regular", "economy", 4, 3, "free bags"),
        ("regular", "basic_economy", 3, 3, ""),
        ("regular", "business", 5, 1, ""),
        ("silver", "basic_economy", 3, 1, ""),
        ("silver", "economy", 5, 1, ""),
        ("silver", "business", 6, 0, ""),
        ("gold", "basic_economy", 5, 1, ""),
        ("gold", "economy", 7, 1, ""),
        ("gold", "business", 7, 1, ""),
        ("gold", "business", 7, 0, "free bags"),
        ("", "economy", 4, 0, ""),
        ("", "economy", 4, 2, ""),
        ("", "economy", 4, 3, "free bags"),
        ("", "economy", 8, 1, "free bags"),
    ],
)
def test_bags_are_added_and_the_free_ones_are_free(
    membership: str, cabin: str, total: int, nonfree: int, rule: str
) -> None:
    """Two passengers, two bags so far; where no membership is known, any may be."""
    reads = [read(reservation(cabin=cabin)), *([read_user(profile(membership=membership))] if membership else [])]
    tried = attempt(past(*reads), total_baggages=total, nonfree_baggages=nonfree, payment_id="credit_card_1")
    assert refusing(policies.CHANGING_BAGGAGES, tried) == rule


def test_bags_that_were_paid_stay_paid() -> None:
    paid = reservation(total_baggages=3, nonfree_baggages=3)
    for nonfree, allowed in ((2, True), (3, True), (4, False), (1, False)):
        tried = attempt(past(read_user(), read(paid)), total_baggages=4, nonfree_baggages=nonfree)
        assert policies.free_bags(tried) is allowed


def test_passengers_can_be_others_but_as_many() -> None:
    before = past(read())
    bob = {"first_name": "Bob", "last_name": "Ray", "dob": "1980-01-01"}
    assert refusing(policies.CHANGING_PASSENGERS, attempt(before, passengers=[bob, bob])) == ""
    for number in (0, 1, 3):
        assert refusing(policies.CHANGING_PASSENGERS, attempt(before, passengers=[bob] * number)) == "same number"


# Booking


def booking(**other: object) -> Record:
    return {
        "user_id": ANN,
        "origin": "SFO",
        "destination": "JFK",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [{"flight_number": "F3", "date": "2024-05-20"}],
        "passengers": [{"first_name": "Ann", "last_name": "Lee", "dob": "1990-01-01"}],
        "payment_methods": [{"payment_id": "credit_card_1", "amount": 100}],
        "total_baggages": 1,
        "nonfree_baggages": 0,
        "insurance": "no",
    } | other


def paid_by(*payment_ids: str) -> list[Record]:
    return [{"payment_id": payment_id, "amount": 1} for payment_id in payment_ids]


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({}, ""),
        ({"user_id": "bob_ray_0002"}, "user known"),
        ({"cabin": "first"}, "known choices"),
        ({"insurance": "perhaps"}, "known choices"),
        ({"flight_type": "return"}, "known choices"),
        ({"passengers": [{}] * 6, "total_baggages": 6}, "few passengers"),
        ({"passengers": []}, "few passengers"),
        ({"passengers": [{}] * 5}, ""),
        ({"payment_methods": paid_by("certificate_1", "certificate_2")}, "few methods"),
        ({"payment_methods": paid_by("credit_card_1", "credit_card_2")}, "few methods"),
        ({"payment_methods": paid_by(*(f"gift_card_{n}" for n in range(4)))}, "few methods"),
        ({"payment_methods": paid_by("certificate_1", "credit_card_1", "gift_card_1")}, ""),
        ({"payment_methods": paid_by("gift_card_2")}, "methods of profile"),
        ({"flight_type": "round_trip"}, "flights make trip"),
        ({"destination": "EWR"}, "flights make trip"),
        ({"flights": []}, "flights make trip"),
        ({"flights": [{"flight_number": "F99", "date": "2024-05-20"}]}, ""),
        ({"flights": [{"flight_number": "F3", "date": "2024-05-14"}]}, "not in the past"),
        ({"total_baggages": 2}, "free bags"),
        ({"total_baggages": 2, "nonfree_baggages": 1}, ""),
        ({"nonfree_baggages": 1}, "free bags"),
    ],
)
def test_what_may_be_booked(other: Record, rule: str) -> None:
    tried = Attempt("book_reservation", booking(**other), past(read_user(), OTHERS))
    assert refusing(policies.BOOKING, tried) == rule


def test_what_was_not_looked_up_is_not_held_against_a_booking() -> None:
    tried = Attempt("book_reservation", booking(payment_methods=paid_by("gift_card_2")), past())
    assert refusing(policies.BOOKING, tried) == ""


# Certificates


@pytest.mark.parametrize(
    ("who", "what", "amount", "said", "allowed"),
    [
        ({"membership": "silver"}, {}, 100, "My flight is late.", True),
        ({"membership": "gold"}, {}, 100, "", True),
        ({}, {"insurance": "yes"}, 100, "", True),
        ({}, {"cabin": "business"}, 100, "", True),
        ({}, {}, 100, "I want to be compensated!", False),
        ({"membership": "gold"}, {}, 200, "You cancelled my flight.", True),
        ({"membership": "gold"}, {}, 200, "My flight is late.", False),
        ({"membership": "gold"}, {}, 150, "You cancelled my flight.", False),
        ({"membership": "gold"}, {"user_id": "bob_ray_0002"}, 100, "", False),
    ],
)
def test_who_gets_a_certificate_of_how_much(who: Record, what: Record, amount: int, said: str, allowed: bool) -> None:
    """Two passengers: 100 dollars for a late flight, 200 for a cancelled one."""
    given = {"user_id": ANN, "amount": amount}
    before = past(read_user(profile(**who)), read(reservation(**what)), said=said)
    assert policies.entitled(Attempt("send_certificate", given, before)) is allowed


def test_no_certificate_without_a_look_at_profile_and_reservation() -> None:
    given = {"user_id": ANN, "amount": 100}
    gold = read_user(profile(membership="gold"))
    for reads in ((), (gold,), (read(),)):
        assert refusing(policies.COMPENSATING, Attempt("send_certificate", given, past(*reads))) == "entitled"
