from __future__ import annotations

import re
import time
from dataclasses import replace

import msgspec
import pytest
from tests.models.planner.driving import Driven
from tests.models.planner.library import Library
from tests.models.planner.theatre import BoxOffice
from tests.models.planner.travel import Agency

from vouch.contracts.model import Model
from vouch.errors import BadRequest
from vouch.models.planner.planner import Planner
from vouch.values.message import assistant, system, user
from vouch.values.request import CallDelta, Done, Example, TextDelta, ask, frame

MONDAY = "You work for an agency. Today is Monday, 5 May 2025."


def library(planner: Planner, shelf: Library | None = None) -> Driven:
    return Driven(planner, (shelf or Library()).tools())


def travel(planner: Planner, agency: Agency | None = None) -> Driven:
    return Driven(planner, (agency or Agency()).tools(), MONDAY)


async def test_it_asks_for_what_is_missing_and_looks_the_rest_up(planner: Planner) -> None:
    talk = library(planner)
    asked = await talk.say("Which books have I borrowed?")
    assert "the e-mail address of your account" in asked
    assert "your first and last name" in asked
    told = await talk.say("ann@example.com")
    assert talk.made == [("find_member", {"email": "ann@example.com"}), ("get_loans", {"member_id": "M-1001"})]
    assert "The Silent Orchard" in told
    assert "2025-05-20" in told
    assert talk.confidence > 0.9


async def test_another_way_to_say_who_one_is(planner: Planner) -> None:
    talk = library(planner)
    await talk.say("Which books have I borrowed?")
    await talk.say("Ann Smith, 20095")
    assert talk.names == ["find_member_by_name", "get_loans"]


async def test_the_customers_words_choose_among_several(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    assert "Which loan do you mean: (1) L10001" in await talk.say("Renew my loan, ann@example.com")
    assert "2025-06-17" in await talk.say("the glass one")
    assert shelf.log == [("renew", ("M-1001", "L10002"))]


async def test_one_goal_for_each_id_and_reads_together(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    await talk.say("Renew L10001 and L10002 please. I'm Ann Smith, my postcode is 20095.")
    assert shelf.log == [("renew", ("M-1001", "L10001")), ("renew", ("M-1001", "L10002"))]
    assert all(len(answer.message.calls) <= 1 for answer in talk.answers)
    flights = travel(planner)
    await flights.say("Are ABC123 and DEF456 confirmed?")
    assert len(flights.answers[0].message.calls) == 2


async def test_several_wishes_of_one_message(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    said = await talk.say("Are dogs allowed in the house? And please renew loan l10003, bo@example.org")
    assert "Dogs stay outside." in said
    assert "Done: renew loan." in said
    assert shelf.log == [("renew", ("M-1002", "L10003"))]


async def test_ids_are_searched_by_what_they_are_called(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    asked = await talk.say("I would like to reserve Rivers of Glass")
    assert "central, north or harbour" in asked
    await talk.say("bo@example.org")
    await talk.say("at the north branch")
    assert shelf.log == [("reserve", ("M-1002", "B1002", "north"))]


async def test_a_search_with_several_hits_asks_which(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    asked = await talk.say("Reserve a book by Holt for me at central. ann@example.com")
    assert "Which book do you mean" in asked
    await talk.say("Orchard Nights")
    assert shelf.log == [("reserve", ("M-1001", "B1004", "central"))]


async def test_a_refusal_is_told_and_the_call_is_not_made_again(planner: Planner) -> None:
    shelf = Library()
    shelf.closed = True
    talk = library(planner, shelf)
    refused = "Loans cannot be renewed while your account is blocked."
    assert await talk.say("Renew L10001, ann@example.com") == refused
    assert await talk.say("my e-mail is ann@example.com") == refused
    assert talk.names.count("renew_loan") == 1


async def test_a_failed_look_up_is_told_and_other_facts_are_taken(planner: Planner) -> None:
    talk = library(planner)
    await talk.say("Which books have I borrowed?")
    assert "no member with this e-mail address" in await talk.say("nobody@example.com")
    assert "A Field Guide to Moss" in await talk.say("sorry, I meant bo@example.org")


async def test_after_two_failures_a_person_is_called(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    assert "I am not sure" in await talk.say("purple monkey dishwasher")
    assert talk.confidence < 0.5
    await talk.say("xyzzy plugh")
    assert shelf.log == [("person", "purple monkey dishwasher xyzzy plugh")]


async def test_where_nobody_can_be_called_it_abstains(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("purple monkey dishwasher")
    await talk.say("xyzzy plugh")
    assert (talk.answers[-1].finish, talk.answers[-1].text) == ("abstained", "I am sorry, I cannot help with that.")
    assert talk.confidence < 0.5


async def test_a_question_without_an_answer_is_given_up(planner: Planner) -> None:
    talk = travel(planner)
    first = await talk.say("I cannot travel")
    assert await talk.say("I don't know the code") == first
    await talk.say("no idea")
    assert talk.answers[-1].finish == "abstained"
    assert talk.made == []


@pytest.mark.parametrize(("reply", "place"), [("the second one", 1), ("1", 0), ("the third", 2)])
async def test_one_of_the_things_offered_may_be_chosen(planner: Planner, reply: str, place: int) -> None:
    talk = travel(planner)
    offered = await talk.say("there is something I must tell you")
    assert "I am not sure" in offered
    about = re.split(r"\(\d\) ", offered.split(". Which of these")[0])[1:][place].strip("; ")
    tool = next(one for one in talk.tools.values() if one.spec.description.lower().startswith(about.lower()[:12]))
    said = await talk.say(reply)
    needed = [name for name in tool.spec.parameters.get("required", ()) if name != "email"]
    assert said.startswith("For that, please tell me")
    assert needed


async def test_a_bare_yes_to_several_things_is_none(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("there is something I must tell you")
    await talk.say("yes")
    assert talk.writes == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Hi!", "Hello! What can I do for you?"),
        ("thanks a lot", "You are welcome. Is there anything else I can do for you?"),
        ("bye", "Goodbye, and have a good day."),
        ("no, that's all", "All right. Is there anything else I can do for you?"),
    ],
)
async def test_courtesies(planner: Planner, words: str, answer: str) -> None:
    talk = travel(planner)
    assert await talk.say(words) == answer
    assert talk.made == []


async def test_flights_of_tomorrow_and_what_is_said_later(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("I want to fly from Berlin to Rome tomorrow")
    assert talk.made == [("search_flights", {"origin": "Berlin", "destination": "Rome", "day": "2025-05-06"})]
    other = travel(planner)
    assert "the day of departure" in await other.say("Find me a flight to Oslo")
    await other.say("from Hamburg, on 3 July 2025")
    assert other.made == [("search_flights", {"origin": "Hamburg", "destination": "Oslo", "day": "2025-07-03"})]


async def test_without_a_day_in_the_prompt_tomorrow_is_asked_for(planner: Planner) -> None:
    talk = Driven(planner, Agency().tools(), "You help.")
    assert "the day of departure" in await talk.say("I want to fly from Berlin to Rome tomorrow")


async def test_the_thing_is_read_before_it_is_changed(planner: Planner) -> None:
    agency = Agency()
    talk = travel(planner, agency)
    await talk.say("Cancel AAA222, I am ill")
    assert talk.names == ["get_booking", "cancel_booking"]
    assert agency.log == [("cancel", ("AAA222", "illness"))]


async def test_what_is_now_is_not_what_it_shall_be(planner: Planner) -> None:
    agency = Agency()
    talk = travel(planner, agency)
    assert "the seat, such as 12A" in await talk.say("put me at the window on CCC444")
    await talk.say("12f")
    assert agency.log == [("seat", ("CCC444", "12F"))]


async def test_numbers_flags_and_addresses(planner: Planner) -> None:
    agency = Agency()
    talk = travel(planner, agency)
    await talk.say("add three bags to CCC444, insured please")
    await talk.say("I have moved. My e-mail is lea@example.com")
    await talk.say("12 Harbour Lane")
    await talk.say("Hamburg, 20457")
    home = {"street": "12 Harbour Lane", "city": "Hamburg", "postcode": "20457", "country": "Germany"}
    assert agency.log == [("bags", ("CCC444", 3, True)), ("home", ("lea@example.com", home))]


async def test_the_same_again_with_another_id(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("Is my booking abc123 confirmed?")
    await talk.say("and what about DEF456?")
    assert [arguments for _, arguments in talk.made] == [{"booking_code": "ABC123"}, {"booking_code": "DEF456"}]


async def test_a_wish_may_be_changed_or_taken_back(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("Please cancel my booking")
    assert "anything else" in await talk.say("never mind")
    await talk.say("Please cancel my booking")
    await talk.say("Actually, forget it. I want to add two bags to CCC444")
    assert talk.writes == [("add_bags", {"booking_code": "CCC444", "bags": 2})]


async def test_a_new_wish_in_place_of_an_answer(planner: Planner) -> None:
    talk = travel(planner)
    await talk.say("Please cancel my booking")
    said = await talk.say("What does a hotel in Lisbon cost from 2025-08-01 to 2025-08-04?")
    assert "240.00 EUR" in said


async def test_a_failed_wish_is_tried_once_more_when_more_is_said(planner: Planner) -> None:
    agency = Agency()
    agency.locked = {"LOC111"}
    talk = travel(planner, agency)
    assert await talk.say("Cancel LOC111, my plans changed") == "This fare cannot be cancelled."
    await talk.say("but I am ill")
    assert [arguments["reason"] for _, arguments in talk.writes] == ["plans_changed", "illness"]


async def test_the_same_conversation_always_gets_the_same_answer(planner: Planner, encoder: object) -> None:
    talk = library(planner)
    await talk.say("Renew my loan")
    await talk.say("ann@example.com")
    fresh = Planner(embedder=planner._embedder)
    for place in range(2, len(talk.messages)):
        if talk.messages[place].role == "assistant":
            request = ask(talk.frame, talk.messages[:place])
            first, second = await planner.answer(request), await fresh.answer(request)
            assert first == second
            assert first.message == talk.messages[place]


async def test_words_and_calls_of_another_model_do_not_confuse_it(planner: Planner) -> None:
    tools = tuple(tool.spec for tool in Library().tools())
    messages = [
        system("x"),
        user("Renew my loan"),
        assistant("Sure, tell me your shoe size."),
        user("When are you open at the harbour?"),
    ]
    answer = await planner.answer(ask(frame(planner.name, tools=tools), messages))
    assert [(call.name, msgspec.json.decode(call.arguments)) for call in answer.message.calls] == [
        ("opening_hours", {"branch": "harbour"})
    ]


async def test_worked_examples_of_the_prompt_are_nobodys_words(planner: Planner) -> None:
    tools = tuple(tool.spec for tool in Agency().tools())
    examples = (Example("Is ABC999 confirmed?", "Yes."),)
    shown = frame(planner.name, tools=tools, examples=examples)
    messages = [system(MONDAY), user("Is ABC999 confirmed?"), assistant("Yes."), user("Cancel my booking, I am ill")]
    answer = await planner.answer(ask(shown, messages))
    assert "the code of the booking" in answer.text


async def test_a_stream_ends_with_the_whole_answer(planner: Planner) -> None:
    tools = tuple(tool.spec for tool in Agency().tools())
    shown = frame(planner.name, tools=tools)
    words = [delta async for delta in planner.stream(ask(shown, [user("Hi!")]))]
    assert [type(delta) for delta in words] == [TextDelta, Done]
    calls = [delta async for delta in planner.stream(ask(shown, [user("Is ABC123 confirmed?")]))]
    assert [type(delta) for delta in calls] == [CallDelta, Done]
    done = calls[-1]
    assert isinstance(done, Done)
    assert done.answer.finish == "tools"
    assert isinstance(planner, Model)
    await planner.aclose()


async def test_a_request_that_cannot_be_answered(planner: Planner) -> None:
    tools = tuple(tool.spec for tool in Agency().tools())
    with pytest.raises(BadRequest, match="drives tools and was given none"):
        await planner.answer(ask(frame(planner.name), [user("Hi")]))
    with pytest.raises(BadRequest, match="no message of a user"):
        await planner.answer(ask(frame(planner.name, tools=tools), [system("x")]))


async def test_a_step_takes_little_time_once_the_words_are_known(planner: Planner) -> None:
    talk = library(planner)
    await talk.say("Renew my loan, ann@example.com")
    await talk.say("the glass one")
    request = ask(talk.frame, talk.messages[:-1])
    await planner.answer(request)
    started = time.process_time()
    for _ in range(20):
        await planner.answer(request)
    assert (time.process_time() - started) / 20 < 0.025


async def test_a_very_long_message_is_read_quickly(planner: Planner) -> None:
    talk = travel(planner)
    started = time.process_time()
    await talk.say("Cancel AAA222, I am ill. " + "a" * 200_000)
    assert time.process_time() - started < 5
    assert talk.names == ["get_booking", "cancel_booking"]


async def test_a_change_that_may_be_another_is_asked_about_and_not_begun_by_facts(planner: Planner) -> None:
    office = BoxOffice()
    tools = office.tools()
    twin = msgspec.structs.replace(tools[0].spec, name="resell", description="Take tickets back and offer them again.")
    talk = Driven(planner, [*tools, replace(tools[0], spec=twin)])
    asked = await talk.say("I'd like to give my tickets back")
    assert "(1) take tickets back and" in asked
    assert "(2) take tickets back and" in asked
    assert "(3)" not in asked
    await talk.say("The number is B1234")
    assert not {"hand_back", "resell"} & set(talk.names)


async def test_of_two_changes_the_one_chosen_is_made(planner: Planner) -> None:
    office = BoxOffice()
    tools = office.tools()
    twin = msgspec.structs.replace(tools[0].spec, name="resell", description="Offer tickets again.")
    talk = Driven(planner, [*tools, replace(tools[0], spec=twin)])
    asked = await talk.say("I'd like to give my tickets back")
    await talk.say("The first one" if "(1) offer tickets again" in asked else "The second one")
    await talk.say("B1234")
    assert talk.names == ["resell"]


async def test_a_search_for_it_is_for_what_was_named_before(planner: Planner) -> None:
    shelf = Library()
    talk = library(planner, shelf)
    await talk.say("I'm interested in a book about moss, do you have it?")
    assert "moss" in str(talk.made[0][1])
