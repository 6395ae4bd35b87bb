from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.airline import airline as words
from benchmarks.airline import policies, replaying
from benchmarks.airline.airline import Airline, direct_flights, onestop_flights
from benchmarks.airline.data import Called, Function, Recorded, Said, Tables, Wanted, read_runs, read_tables
from benchmarks.airline.replaying import Bare, Guarded, Written, replay, replay_guarded, turns_of
from benchmarks.airline.tools import tools_for
from benchmarks.retail.data import Action, Record

from benchmarks import airline_replay
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run, say
from vouch.contracts.policy import Attempt, Past, PastCall
from vouch.contracts.tool import ToolRefused
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.values.message import ToolCall, user

Data = Callable[[str], Path]
PROMPT = Prompt.text("Help the user.")
ANN = "ann_lee_0001"


def flight(origin: str, destination: str, start: str, end: str, **days: object) -> Record:
    return {
        "origin": origin,
        "destination": destination,
        "scheduled_departure_time_est": start,
        "scheduled_arrival_time_est": end,
        "dates": {f"2024-05-{day[1:]}": on_day for day, on_day in days.items()},
    }


def seats(price: int, number: int = 9) -> Record:
    cabins = ("basic_economy", "economy", "business")
    prices = {cabin: price * place for place, cabin in enumerate(cabins, 1)}
    return {"status": "available", "available_seats": dict.fromkeys(cabins, number), "prices": prices}


def invented() -> Tables:
    """Two users, one reservation, four flights."""
    leg = {"origin": "SFO", "destination": "DEN", "flight_number": "F1", "date": "2024-05-20", "price": 90}
    reservation = {
        "reservation_id": "R00001",
        "user_id": ANN,
        "origin": "SFO",
        "destination": "DEN",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [leg],
        "passengers": [{"first_name": "Ann", "last_name": "Lee", "dob": "1990-01-01"}],
        "payment_history": [{"payment_id": "gift_card_1", "amount": 90}],
        "created_at": "2024-05-15T10:00:00",
        "total_baggages": 1,
        "nonfree_baggages": 0,
        "insurance": "no",
    }
    methods = {
        "credit_card_1": {"source": "credit_card", "id": "credit_card_1"},
        "gift_card_1": {"source": "gift_card", "amount": 60, "id": "gift_card_1"},
        "certificate_1": {"source": "certificate", "amount": 250, "id": "certificate_1"},
    }
    flights = {
        "F1": flight("SFO", "DEN", "08:00:00", "11:00:00", d20=seats(50), d21={"status": "cancelled"}),
        "F2": flight("DEN", "JFK", "12:00:00", "16:00:00", d20=seats(70), d21=seats(80)),
        "F3": flight("SFO", "DEN", "20:00:00", "00:30:00+1", d20=seats(40, number=1)),
        "F4": flight("SFO", "JFK", "01:00:00", "09:00:00", d20=seats(100)),
    }
    return Tables(
        {ANN: {"membership": "regular", "payment_methods": methods, "reservations": ["R00001"]}},
        {"R00001": reservation},
        {number: {"flight_number": number, **row} for number, row in flights.items()},
    )


async def ask(airline: Airline, name: str, **given: object) -> str:
    tool = {tool.spec.name: tool for tool in tools_for(airline)}[name]
    return await tool.call(tool.check(json.dumps(given)))


def booking(**other: object) -> Record:
    return {
        "user_id": ANN,
        "origin": "SFO",
        "destination": "JFK",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [{"flight_number": "F4", "date": "2024-05-20"}],
        "passengers": [{"first_name": "Bob", "last_name": "Ray", "dob": "1980-01-01"}],
        "payment_methods": [
            {"payment_id": "certificate_1", "amount": 250},
            {"payment_id": "gift_card_1", "amount": 30},
        ],
        "total_baggages": 2,
        "nonfree_baggages": 1,
        "insurance": "yes",
    } | other


# The airline


async def test_a_booking_costs_flights_insurance_and_bags_and_is_paid() -> None:
    airline = Airline(invented())
    made = json.loads(await ask(airline, "book_reservation", **booking()))
    assert list(made) == [*list(invented().reservations["R00001"])]
    assert (made["reservation_id"], made["created_at"]) == ("HATHAT", words.NOW)
    assert made["flights"] == [
        {"flight_number": "F4", "date": "2024-05-20", "price": 200, "origin": "SFO", "destination": "JFK"}
    ]
    changes = airline.changes()
    ann = changes["users"][ANN]
    assert (ann["payment_methods"].keys(), ann["payment_methods"]["gift_card_1"]["amount"]) == (
        {"credit_card_1", "gift_card_1"},
        30,
    )
    assert (ann["reservations"], set(changes["reservations"])) == (["R00001", "HATHAT"], {"HATHAT"})
    again = booking(payment_methods=[{"payment_id": "credit_card_1", "amount": 280.0}])
    made_again = [json.loads(await ask(airline, "book_reservation", **again))["reservation_id"] for _ in range(3)]
    assert made_again == ["HATHAU", "HATHAV", "HATHAV"]
    assert airline.data_hash() != Airline(invented()).data_hash()


def on(number: str, day: int = 20) -> list[Record]:
    return [{"flight_number": number, "date": f"2024-05-{day}"}]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"user_id": "bob"}, words.NO_USER),
        ({"flights": on("F9")}, "Error: flight F9 not found"),
        ({"flights": on("F4", 21)}, "Error: flight F4 not found on date 2024-05-21"),
        ({"flights": on("F1", 21)}, "Error: flight F1 not available on date 2024-05-21"),
        ({"flights": on("F3"), "passengers": booking()["passengers"] * 2}, "Error: not enough seats on flight F3"),
        ({"cabin": "first"}, "Error: 'first'"),
        ({"payment_methods": [{"payment_id": "x", "amount": 280}]}, "Error: payment method x not found"),
        (
            {"payment_methods": [{"payment_id": "gift_card_1", "amount": 61}]},
            "Error: not enough balance in payment method gift_card_1",
        ),
        ({"nonfree_baggages": 0}, "Error: payment amount does not add up, total price is 230, but paid 280"),
    ],
)
async def test_a_booking_that_cannot_be_made_changes_nothing(other: Record, told: str) -> None:
    airline = Airline(invented())
    with pytest.raises(ToolRefused) as refusal:
        await ask(airline, "book_reservation", **booking(**other))
    assert (str(refusal.value), airline.changes()) == (told, {})


async def test_a_flight_that_stays_keeps_its_price_and_a_gift_card_pays_the_rest() -> None:
    airline = Airline(invented())
    given: Record = {"reservation_id": "R00001", "cabin": "economy", "payment_id": "gift_card_1"}
    same = json.loads(await ask(airline, "update_reservation_flights", flights=on("F1"), **given))
    assert same["payment_history"] == [{"payment_id": "gift_card_1", "amount": 90}]
    assert airline.changes() == {}  # what is put back is no change
    other = json.loads(await ask(airline, "update_reservation_flights", flights=on("F3"), **given))
    assert other["payment_history"][-1] == {"payment_id": "gift_card_1", "amount": -10}
    business = {**given, "cabin": "business", "payment_id": "credit_card_1"}
    dearer = json.loads(await ask(airline, "update_reservation_flights", flights=on("F1"), **business))
    assert (dearer["flights"][0]["price"], dearer["payment_history"][-1]["amount"]) == (150, 70)
    assert dearer["cabin"] == "economy"  # as in the recorded results
    user_now = airline.user(ANN)
    assert user_now is not None
    assert user_now["payment_methods"]["gift_card_1"]["amount"] == 70


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("update_reservation_flights", {"payment_id": "x"}, words.NO_PAYMENT_METHOD),
        ("update_reservation_flights", {"payment_id": "certificate_1"}, words.NO_CERTIFICATE),
        ("update_reservation_flights", {"flights": on("F4"), "payment_id": "gift_card_1"}, words.CARD),
        ("update_reservation_flights", {"reservation_id": "R9"}, words.NO_RESERVATION),
        ("update_reservation_baggages", {"reservation_id": "R9"}, words.NO_RESERVATION),
        ("update_reservation_baggages", {"nonfree_baggages": 2, "payment_id": "gift_card_1"}, words.CARD),
        ("update_reservation_passengers", {"passengers": []}, words.PASSENGERS),
        ("cancel_reservation", {"reservation_id": "R9"}, words.NO_RESERVATION),
        ("send_certificate", {"user_id": "bob"}, words.NO_USER),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_done(tool: str, given: Record, told: str) -> None:
    airline = Airline(invented())
    usual: Record = {
        "reservation_id": "R00001",
        "cabin": "economy",
        "flights": on("F1"),
        "payment_id": "credit_card_1",
        "total_baggages": 2,
        "nonfree_baggages": 0,
        "passengers": [],
        "user_id": ANN,
        "amount": 50,
    }
    taken = {each.spec.name: each.spec.parameters["properties"] for each in tools_for(airline)}[tool]
    with pytest.raises(ToolRefused) as refusal:
        await ask(airline, tool, **{name: value for name, value in (usual | given).items() if name in taken})
    assert (str(refusal.value), airline.changes()) == (told, {})


async def test_bags_passengers_certificates_and_the_end_of_a_reservation() -> None:
    airline = Airline(invented())
    bags: Record = {"reservation_id": "R00001", "total_baggages": 3, "payment_id": "gift_card_1"}
    bagged = json.loads(await ask(airline, "update_reservation_baggages", nonfree_baggages=1, **bags))
    assert (bagged["total_baggages"], bagged["nonfree_baggages"]) == (3, 1)
    bob = [{"dob": "1980-01-01", "first_name": "Bob", "last_name": "Ray"}]
    flies = json.loads(await ask(airline, "update_reservation_passengers", reservation_id="R00001", passengers=bob))
    assert flies["passengers"] == bob
    ended = json.loads(await ask(airline, "cancel_reservation", reservation_id="R00001"))
    assert ended["status"] == "cancelled"
    assert [payment["amount"] for payment in ended["payment_history"]] == [90, 50, -90, -50]
    sent = [await ask(airline, "send_certificate", user_id=ANN, amount=amount) for amount in (50, 50.5, 1)]
    assert sent[:2] == [
        f"Certificate certificate_3221322 added to user {ANN} with amount 50.",
        f"Certificate certificate_3221323 added to user {ANN} with amount 50.5.",
    ]
    with pytest.raises(ToolRefused, match="too many"):
        await ask(airline, "send_certificate", user_id=ANN, amount=1)
    assert await ask(airline, "transfer_to_human_agents", summary="angry") == "Transfer successful"


async def test_the_reading_tools_answer() -> None:
    tables = invented()
    airline = Airline(tables)
    assert json.loads(await ask(airline, "get_user_details", user_id=ANN)) == tables.users[ANN]
    assert json.loads(await ask(airline, "get_reservation_details", reservation_id="R00001"))["user_id"] == ANN
    assert len(json.loads(await ask(airline, "list_all_airports"))) == 20
    given = {"origin": "SFO", "date": "2024-05-20"}
    direct = json.loads(await ask(airline, "search_direct_flight", destination="DEN", **given))
    assert direct == list(direct_flights(tables.flights, "SFO", "DEN", "2024-05-20"))
    assert [(row["flight_number"], "dates" in row, row["prices"]["economy"]) for row in direct] == [
        ("F1", False, 100),
        ("F3", False, 80),
    ]
    pairs = json.loads(await ask(airline, "search_onestop_flight", destination="JFK", **given))
    assert pairs == list(onestop_flights(tables.flights, "SFO", "JFK", "2024-05-20"))
    assert [[(row["flight_number"], row["date"]) for row in pair] for pair in pairs] == [
        [("F1", "2024-05-20"), ("F2", "2024-05-20")],
        [("F3", "2024-05-20"), ("F2", "2024-05-21")],  # lands after midnight
    ]
    assert list(direct_flights(tables.flights, "SFO", "DEN", "2024-05-21")) == []
    assert await ask(airline, "calculate", expression="(2 + 3.5) * -2 / +4 - 1") == "-3.75"
    assert await ask(airline, "think", thought="hm") == ""
    for tool, unknown in (("get_user_details", {"user_id": "x"}), ("get_reservation_details", {"reservation_id": "x"})):
        with pytest.raises(ToolRefused, match=r"^Error: user not found$"):
            await ask(airline, tool, **unknown)
    for expression in ("__import__('os')", "2 ** 3", "1 / 0", "(1", "2 // 0", "1" * 9000):
        with pytest.raises(ToolRefused, match=r"^Error: "):
            await ask(airline, "calculate", expression=expression)


async def test_arguments_are_checked_and_kept_as_they_were_given() -> None:
    airline = Airline(invented())
    tool = {tool.spec.name: tool for tool in tools_for(airline)}["update_reservation_flights"]
    given: Record = {"reservation_id": "R00001", "cabin": "economy", "payment_id": "credit_card_1"}
    extra = [{"origin": "SFO", **on("F1")[0]}]
    assert list(tool.check(json.dumps({**given, "flights": extra})).values["flights"][0]) == list(extra[0])
    with pytest.raises(ToolRefused, match="a field is missing: date"):
        tool.check(json.dumps({**given, "flights": [{"flight_number": "F1"}]}))


# In Vouch


async def test_a_customer_is_asked_before_a_write_and_a_policy_can_refuse_it(house: House) -> None:
    airline = Airline(invented())
    cancel = ToolCall("call-2", "cancel_reservation", '{"reservation_id": "R00001"}')
    script = [cancel, ToolCall("call-3", "get_reservation_details", cancel.arguments), cancel, "Done."]
    app = App(name="airline", models=[Scripted(script)], tools=tools_for(airline))
    asked = await run(app, f"Cancel R00001. I am {ANN}.", house, chat=True)
    assert asked.output == "Cancel reservation R00001. Is that right? Please answer yes or no."
    done = await say(app, asked.run, "Yes, please.", house)
    assert (done.output, [refused.rule for refused in done.refused]) == ("Done.", [])
    assert airline.changes()["reservations"]["R00001"]["status"] == "cancelled"


def called(name: str, **given: object) -> Called:
    return Called(Function(name, json.dumps(given)))


def recorded(*messages: Said, reward: float, actions: Sequence[Action] = (), outputs: Sequence[str] = ()) -> Recorded:
    return Recorded("model", 1, 0, reward, Wanted(tuple(actions), tuple(outputs)), messages)


def told(content: str) -> Said:
    return Said("assistant", content)


def calls(name: str, **given: object) -> Said:
    return Said("assistant", None, (called(name, **given),))


READ = calls("get_reservation_details", reservation_id="R00001")
SHOWN = Said("tool", json.dumps(invented().reservations["R00001"]))
HELLO = Said("user", f"I am {ANN}, R00001.")
STOP = Said("user", "Bye. ###STOP###")
CANCELLED = {
    **invented().reservations["R00001"],
    "payment_history": [{"payment_id": "gift_card_1", "amount": 90}, {"payment_id": "gift_card_1", "amount": -90}],
    "status": "cancelled",
}
CANCEL = (calls("cancel_reservation", reservation_id="R00001"), Said("tool", json.dumps(CANCELLED)))
WANTED = Action("cancel_reservation", {"reservation_id": "R00001"})


async def test_a_run_with_full_reward_is_replayed_as_it_was(house: House) -> None:
    good = recorded(
        HELLO, READ, SHOWN, *CANCEL, told("That is $1,090."), STOP, reward=1, actions=[WANTED], outputs=["1090"]
    )
    bare = await replay(good, invented())
    assert bare == ((), True, 1.0, {"reservations": {"R00001": CANCELLED}})
    guarded = await replay_guarded(good, invented(), PROMPT, house)
    assert [(write.kind, write.stopped) for write in guarded.writes] == [("right", False)]
    assert (guarded.spared, guarded.right) == ((), True)
    unsaid = msgspec.structs.replace(good, task=Wanted((WANTED,), ("1091",)))
    assert (await replay(unsaid, invented())).reward == 0
    broken_off = msgspec.structs.replace(good, messages=good.messages[:-2])
    assert (await replay(broken_off, invented())).reward == 0


async def test_what_is_not_as_recorded_is_found(house: House) -> None:
    strange = Said("tool", SHOWN.content and SHOWN.content.replace("economy", "Economy"))
    wrong = recorded(
        HELLO, READ, strange, calls("fly"), Said("tool", "Unknown action fly"), told("Done."), STOP, reward=1
    )
    bare = await replay(wrong, invented())
    assert [re.sub(r":.*", "", found) for found in bare.mismatches] == ['get_reservation_details {"reservation_id"']
    assert bare.right
    assert (await replay(msgspec.structs.replace(wrong, task=Wanted((WANTED,))), invented())).reward == 0


async def test_a_wrong_write_is_told_from_one_that_was_right(house: House) -> None:
    tables = invented()
    tables.reservations["R00001"]["created_at"] = "2024-05-01T10:00:00"
    shown = Said("tool", json.dumps(tables.reservations["R00001"]))
    done = Said("tool", json.dumps({**CANCELLED, "created_at": "2024-05-01T10:00:00"}))
    bag = {"reservation_id": "R00001", "total_baggages": 1, "nonfree_baggages": 0, "payment_id": "credit_card_1"}
    error = Said("tool", words.NO_CERTIFICATE)
    failed = recorded(
        *(HELLO, READ, shown, CANCEL[0], done),
        *(calls("update_reservation_baggages", **{**bag, "payment_id": "certificate_1"}), error),
        *(calls("update_reservation_baggages", **bag), shown) * 2,
        *(calls("transfer_to_human_agents", summary="x"), Said("tool", "Transfer successful")),
        reward=0,
        actions=[Action("update_reservation_baggages", bag)],
    )
    guarded = await replay_guarded(failed, tables, PROMPT, house)
    assert [(write.name[:6], write.kind, write.by) for write in guarded.writes] == [
        ("cancel", "wrong", "may be cancelled"),
        ("update", "agreed", ""),
        ("update", "wrong", "[repeat]"),
    ]
    assert guarded.writes[0].why.startswith("Booked more than 24 hours ago")
    assert (guarded.spared, guarded.right) == (("one card",), True)


async def test_what_fails_because_of_what_was_stopped_is_stopped_too(house: House) -> None:
    """The gift card holds enough only if the cheaper flight before has paid something back to it."""
    tables = invented()
    tables.reservations["R00001"]["cabin"] = "basic_economy"
    cheaper = {"reservation_id": "R00001", "cabin": "basic_economy", "flights": on("F3"), "payment_id": "gift_card_1"}
    trip = {"origin": "DEN", "flights": on("F2"), "cabin": "basic_economy", "insurance": "no"}
    bags = {"total_baggages": 0, "nonfree_baggages": 0}
    paid = {"payment_methods": [{"payment_id": "gift_card_1", "amount": 70}]}
    failed = recorded(
        *(HELLO, READ, Said("tool", json.dumps(tables.reservations["R00001"]))),
        *(calls("update_reservation_flights", **cheaper), Said("tool", "{}")),
        *(calls("book_reservation", **booking(**trip, **bags, **paid)), Said("tool", "{}")),
        *(told("Done."), STOP),
        reward=0,
    )
    guarded = await replay_guarded(failed, tables, PROMPT, house)
    assert [write.by for write in guarded.writes] == ["not basic economy", "[the airline]"]
    assert "not enough balance" in guarded.writes[1].why


def test_a_conversation_is_cut_into_turns() -> None:
    turns = list(turns_of(recorded(HELLO, STOP, READ, SHOWN, HELLO, READ, SHOWN, told("So."), STOP, reward=0)))
    assert [turn.words for turn in turns] == [f"{HELLO.content}\n{STOP.content}", HELLO.content]
    assert [[line.text for line in turn.lines] for turn in turns] == [["", replaying.LAST_WORDS], ["", "So."]]
    assert [call.id for turn in turns for line in turn.lines for call in line.calls] == ["call-0", "call-1"]


async def test_a_run_that_cannot_be_played_to_its_end_is_an_error(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "LAST_WORDS", "")
    monkeypatch.setattr(replaying, "Scripted", lambda lines: Scripted([]))
    with pytest.raises(RuntimeError, match="task 1 trial 0 ended as failed"):
        await replay_guarded(recorded(HELLO, told("Hi."), STOP, reward=0), invented(), PROMPT, house)


# The figures


def tried(task: int, *rewards: float) -> list[Recorded]:
    return [Recorded("model", task, trial, reward, Wanted(()), (HELLO,)) for trial, reward in enumerate(rewards)]


def test_pass_k_is_over_tasks() -> None:
    runs = [*tried(1, 1, 1, 0), *tried(2, 1, 0, 0), *tried(3, 0, 0, 0)]
    one, two, three = (airline_replay.pass_k(runs, k) for k in (1, 2, 3))
    assert (round(one.estimate, 9), round(two.estimate, 9), three.estimate) == (round(1 / 3, 9), round(1 / 9, 9), 0)
    assert (one.n, one.method) == (3, "bootstrap")
    assert 0 <= one.low < one.estimate < one.high <= 2 / 3
    assert (three.low, round(three.high, 3), three.method) == (0, 0.708, "Clopper-Pearson")
    assert airline_replay.pass_k(runs, 4).n == 0
    assert "(Clopper-Pearson, 3 tasks)" in airline_replay.shown(three)


def test_figures_count_what_was_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    writes = [
        Written("a run", kind, "cancel_reservation", "{}", by, "why it was")
        for kind, by in (("wrong", "a rule"), ("wrong", ""), ("agreed", "a rule"), ("right", "[repeat]"), ("right", ""))
    ]
    [run] = tried(1, 1)
    played = [airline_replay.Played(run, Bare(("x",), False, 0.0, {}), Guarded(tuple(writes), ("a rule",), True))]
    figures = airline_replay.figures_of(played)
    assert (figures["wrong_writes"], figures["wrong_writes_stopped"]) == (2, 1)
    assert (figures["right_writes"], figures["right_writes_stopped"]) == (2, 1)
    assert (figures["right_writes_of_failed_runs"], figures["right_writes_of_failed_runs_stopped"]) == (1, 1)
    assert (figures["reward"], figures["reward_mismatches"], figures["tool_mismatches"], figures["pass1"]) == (
        0,
        1,
        1,
        1,
    )
    airline_replay.tell_of_policies(played)
    airline_replay.tell_of_replay(played, [])
    said = capsys.readouterr().out
    assert "2 wrong (2 of them where the task wants no change)" in said
    assert "a right write, stopped: a run, cancel_reservation {}\n    [repeat]: why it was" in said
    assert "task 1 trial 0: reward 0, recorded 1" in said
    assert re.search(r"^all +1 +1 +1 +1$", said, re.MULTILINE)


# The real data


@pytest.fixture
def folder(data: Data) -> Path:
    return data("support/tau_airline_reservations.jsonl").parent


_TABLES: list[Tables] = []


@pytest.fixture
def tables(folder: Path) -> Tables:
    """Read once, for no airline changes them."""
    if not _TABLES:
        _TABLES.append(read_tables(folder))
    return _TABLES[0]


def runs_of(folder: Path) -> list[Recorded]:
    return read_runs(folder / "tau_airline_trajectories_gpt-4o.jsonl.gz")


@pytest.mark.data
def test_the_tools_take_what_the_recorded_tools_take(folder: Path, tables: Tables) -> None:
    known = {
        row["function"]["name"]: row["function"]["parameters"]
        for row in json.loads((folder / "tau_airline_tools.json").read_bytes())
    }
    ours = {tool.spec.name: tool.spec.parameters for tool in tools_for(Airline(tables))}
    assert set(ours) == set(known)

    def shape(schema: Record) -> Any:
        """All that says what fits, without the words."""
        kept = {name: value for name, value in schema.items() if name in ("type", "enum")}
        if "items" in schema:
            kept["items"] = shape(schema["items"])
        if "properties" in schema:
            kept["properties"] = {name: shape(row) for name, row in schema["properties"].items()}
            kept["required"] = sorted(schema.get("required", []))
        return kept

    for name, schema in known.items():
        assert shape(ours[name]) == shape(schema), name
        assert all(row["description"] for row in ours[name]["properties"].values())


@pytest.mark.data
async def test_every_recorded_call_gives_what_it_gave_and_the_reward_is_the_same(folder: Path, tables: Tables) -> None:
    runs = [run for run in runs_of(folder) if run.task_id % 2]
    assert len(runs) == 50
    found = [await replay(run, tables) for run in runs]
    assert [one.mismatches for one in found if one.mismatches] == []
    assert [one.reward for one in found] == [run.reward for run in runs]
    assert await airline_replay.wrong_hashes(runs[:6], tables) == []
    other = msgspec.structs.replace(runs[0], reward_info={"gt_data_hash": "0" * 64})
    assert await airline_replay.wrong_hashes([other], tables) == [runs[0].task_id]


@pytest.mark.data
async def test_with_the_policies_on_what_is_right_happens_as_it_did(folder: Path, tables: Tables, house: House) -> None:
    for good in [one for one in runs_of(folder) if one.succeeded][:15]:
        guarded = await replay_guarded(good, tables, PROMPT, house)
        assert guarded.right
        assert [write for write in guarded.writes if write.stopped] == []


def right_calls(folder: Path, file: str, tables: Tables) -> list[tuple[str, list[tuple[str, Record]]]]:
    """Of each task its user and the calls that are right, of either version of the benchmark."""
    found: list[tuple[str, list[tuple[str, Record]]]] = []
    for line in (folder / file).read_bytes().split(b"\n"):
        if line:
            row = json.loads(line)
            actions = row.get("actions") or row.get("evaluation_criteria", {}).get("actions") or []
            users = [name for name in re.findall(r"[a-z]+_[a-z]+_\d{4}", line.decode()) if name in tables.users]
            calls = [(action["name"], action.get("kwargs", action.get("arguments", {}))) for action in actions]
            found.append((users[0] if users else "", calls))
    return found


async def refused_of(user_id: str, calls: Sequence[tuple[str, Record]], tables: Tables) -> list[tuple[str, str]]:
    """Which of these calls are refused by which policies, once everything was looked up and nothing was said."""
    airline, past, refused = Airline(tables), Past([], [user(user_id)]), list[tuple[str, str]]()
    tools = {tool.spec.name: tool for tool in tools_for(airline)}
    numbers = {flight["flight_number"] for _, given in calls for flight in given.get("flights", ())}
    looks: list[tuple[str, Record]] = [("get_user_details", {"user_id": user_id})]
    looks += [("get_reservation_details", {"reservation_id": key}) for key in tables.users[user_id]["reservations"]]
    for name, given in [*looks, *calls]:
        tool = tools[name]
        arguments = tool.check(json.dumps(given))
        for rule in getattr(tool, "policies", ()):
            if not rule.allows(Attempt(name, arguments.values, past)):
                refused.append((name, rule.name))
        content = await tool.call(arguments)
        past = Past([*past.calls, PastCall(name, arguments.text, content, write=tool.effect == "write")], past.messages)
        if name == "get_user_details":
            shown = [{"flight_number": number, **_ends(tables.flights[number])} for number in numbers]
            past = Past([*past.calls, PastCall("search_direct_flight", "{}", json.dumps(shown))], past.messages)
    return refused


def _ends(row: Record) -> Record:
    return {"origin": row["origin"], "destination": row["destination"]}


@pytest.mark.data
async def test_of_the_right_calls_only_those_are_refused_that_the_authors_have_mended(
    folder: Path, tables: Tables
) -> None:
    """The tasks of tau-bench want five calls that its written policy forbids; those of tau2-bench want none such."""
    old = right_calls(folder, "tau_airline_tasks_test.jsonl", tables)
    refused = [await refused_of(name, calls, tables) for name, calls in old]
    assert sorted(one for found in refused for one in found) == [
        ("cancel_reservation", "may be cancelled"),
        ("cancel_reservation", "may be cancelled"),
        ("update_reservation_baggages", "free bags"),
        ("update_reservation_baggages", "free bags"),
        ("update_reservation_flights", "same trip"),
    ]
    mended = right_calls(folder, "tau2_airline_tasks.jsonl", tables)
    assert sum(len(calls) for _, calls in mended) > 100
    assert [await refused_of(name, calls, tables) for name, calls in mended if calls] == [[] for _, c in mended if c]


@pytest.mark.data
def test_a_trip_as_it_is_booked_is_a_trip(tables: Tables) -> None:
    """The rule for trips and that for free bags hold for all that is booked already."""
    for key, row in tables.reservations.items():
        shown = [
            PastCall(
                "get_user_details", json.dumps({"user_id": row["user_id"]}), json.dumps(tables.users[row["user_id"]])
            ),
            PastCall("get_reservation_details", json.dumps({"reservation_id": key}), json.dumps(row)),
        ]
        attempt = Attempt("a tool", {**row, "reservation_id": key}, Past(shown, []))
        assert policies.same_trip(attempt), key
        assert policies.free_bags(attempt), key
        assert policies.not_basic_economy(attempt), key


@pytest.mark.data
def test_the_code_knows_no_record_and_no_task(folder: Path, tables: Tables) -> None:
    known = {key for table in tables for key in table}
    known |= {method for row in tables.users.values() for method in row["payment_methods"]}
    place = Path(policies.__file__).parent
    code = " ".join(path.read_text("utf-8") for path in place.glob("*.py"))
    assert set(re.findall(r"\w+", code)) & known == set()
    for name in ("policies.py", "known.py"):
        assert "task" not in (place / name).read_text("utf-8").lower()


@pytest.mark.data
def test_the_benchmark_plays_the_files_it_is_given(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    some = [run for run in runs_of(folder) if run.task_id in (0, 1)]
    (tmp_path / "some.jsonl").write_bytes(b"\n".join(msgspec.json.encode(run) for run in some))
    monkeypatch.setattr(sys, "argv", ["airline_replay", "--runs", str(tmp_path / "some.jsonl")])
    airline_replay.main()
    said = capsys.readouterr().out
    figures = json.loads(said.splitlines()[-1])["figures"]
    assert (figures["runs"], figures["tool_mismatches"], figures["reward_mismatches"]) == (4, 0, 0)
    assert (figures["wrong_writes"], figures["wrong_writes_stopped"], figures["right_writes_stopped"]) == (2, 2, 0)
    assert (figures["pass1"], figures["pass2"]) == (0.25, 0)
    assert "gpt-4o: pass^1 0.250 [" in said
    monkeypatch.setattr(sys, "argv", ["airline_replay", "--runs", str(tmp_path / "none.jsonl")])
    with pytest.raises(SystemExit, match=r"there is no file .*none\.jsonl"):
        airline_replay.main()
    monkeypatch.setattr(airline_replay, "data_folder", lambda: None)
    with pytest.raises(SystemExit, match="the real data are absent"):
        airline_replay.main()
