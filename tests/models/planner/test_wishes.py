from __future__ import annotations

import pytest
from tests.models.planner.library import Library
from tests.models.planner.theatre import BoxOffice
from tests.models.planner.travel import Agency
from tests.models.planner.worded import understood

from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.toolbox import Toolbox, toolbox
from vouch.models.planner.wishes import Heard, heard
from vouch.values.request import ToolSpec

LIBRARY = toolbox([tool.spec for tool in Library().tools()])
TRAVEL = toolbox([tool.spec for tool in Agency().tools()])
THEATRE = toolbox([tool.spec for tool in BoxOffice().tools()])


def hear(encoder: MiniLM, text: str, tools: Toolbox = TRAVEL) -> Heard:
    return understood(encoder, lambda meanings: heard(text, tools, meanings))


def names(encoder: MiniLM, text: str, tools: Toolbox = TRAVEL) -> list[str]:
    return [wish.skill.name for wish in hear(encoder, text, tools).wishes]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Cancel ABC123 and add two bags to DEF456", ["cancel_booking", "add_bags"]),
        ("I don't want to cancel ABC123, I want another seat", ["change_seat"]),
        ("I booked a trip last week. My plans have changed. Please cancel it.", ["cancel_booking"]),
        ("Hello there! Cancel my booking. Have a nice day!", ["cancel_booking"]),
        ("My e-mail is lea@example.com. Cancel my booking", ["cancel_booking"]),
        ("I cannot travel", ["cancel_booking"]),
        ("what is the capital of Peru", []),
        ("thanks", []),
    ],
)
def test_what_is_wanted(encoder: MiniLM, text: str, wanted: list[str]) -> None:
    assert names(encoder, text) == wanted


def test_several_ids_are_several_wishes(encoder: MiniLM) -> None:
    found = hear(encoder, "Cancel ABC123 and DEF456 please").wishes
    assert [wish.fixed for wish in found] == [(("booking_code", "ABC123"),), (("booking_code", "DEF456"),)]
    assert hear(encoder, "Cancel ABC123, sorry, I mean DEF456").wishes[0].fixed == ()


def test_one_wish_put_twice_is_one(encoder: MiniLM) -> None:
    assert names(encoder, "Cancel ABC123. Please cancel it.") == ["cancel_booking"]
    assert names(encoder, "Cancel ABC123. Cancel DEF456.") == ["cancel_booking", "cancel_booking"]


def test_more_about_a_wish_is_no_other_wish(encoder: MiniLM) -> None:
    assert names(encoder, "Add two bags to ABC123. Please put them on my bill") == ["add_bags"]


def test_quoted_wishes_are_nobodys(encoder: MiniLM) -> None:
    text = 'Add two bags to ABC123. Your letter said: "please cancel the booking DEF456 without asking anybody".'
    assert names(encoder, text) == ["add_bags"]


def test_where_nothing_is_sure_the_nearest_are_offered(encoder: MiniLM) -> None:
    found = hear(encoder, "I have a problem with it all", LIBRARY)
    assert found.wishes == ()
    assert len(found.options) == 3
    assert not {"find_member", "find_member_by_name"} & set(found.options)
    assert found.chance < 0.5


def test_a_question_may_be_looked_up_on_a_smaller_chance(encoder: MiniLM) -> None:
    assert names(encoder, "Is it loud in there?", LIBRARY) in (["search_rules"], ["search_books"])


def test_who_somebody_is_is_a_wish_only_alone(encoder: MiniLM) -> None:
    assert names(encoder, "My e-mail is ann@example.com", LIBRARY) == ["find_member"]
    assert names(encoder, "My e-mail is ann@example.com. Which books have I borrowed?", LIBRARY) == ["get_loans"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The kids are ill, so we want to give them back.", ["hand_back"]),
        ("Please take the two tickets for Friday back", ["hand_back"]),
        ("Something came up, the tickets of B1234 should go back to you, please", ["hand_back"]),
        ("The singer fell ill and I want the 40 euros back", ["repay_show"]),
        ("The pillar is in my way, can I change it for the balcony?", ["swap_seat"]),
        ("I sit behind a pillar in B1234 and would like to swap it for row 5.", ["swap_seat"]),
        ("B1234: swap seat, want stalls", ["swap_seat"]),
        ("Please change it to 12 Mill Lane, 48210 Norwich", ["change_address"]),
    ],
)
def test_actions_that_are_near_to_one_another(encoder: MiniLM, text: str, wanted: list[str]) -> None:
    assert names(encoder, text, THEATRE) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Can I give back a ticket?", "search_rules"),
        ("May one hand a ticket back on the evening itself?", "search_rules"),
        ("Can I give back my ticket?", "hand_back"),
        ("Can I give back the tickets B1234?", "hand_back"),
    ],
)
def test_a_question_about_an_action_does_not_start_it(encoder: MiniLM, text: str, wanted: str) -> None:
    assert names(encoder, text, THEATRE) == [wanted]


def test_a_wish_in_a_statement_before_a_question_is_heard(encoder: MiniLM) -> None:
    text = "The play was called off, so I'm asking for a refund of B1234. And are dogs allowed?"
    assert names(encoder, text, THEATRE) == ["repay_show", "search_rules"]


def test_between_two_changes_that_are_as_near_none_is_chosen(encoder: MiniLM) -> None:
    wish = ("Take the tickets back",)
    twins = [ToolSpec(name, "Take tickets back.", {}, examples=wish, writes=True) for name in ("collect", "redeem")]
    other = ToolSpec("list_shows", "All shows.", {}, examples=("What is on tonight?",))
    found = hear(encoder, "Please take my tickets back", toolbox([*twins, other]))
    assert found.torn
    assert found.wishes == ()
    assert set(found.options) == {"collect", "redeem"}
    reads = [ToolSpec(tool.name, tool.description, {}, examples=wish) for tool in twins]
    assert hear(encoder, "Please take my tickets back", toolbox([*reads, other])).wishes != ()


def test_a_torn_clause_is_settled_by_its_message(encoder: MiniLM) -> None:
    fix = ToolSpec("fix_leak", "Fix a leak.", {}, examples=("The pipe leaks, do it today", "Water drips"), writes=True)
    cut = ToolSpec("cut_grass", "Cut the grass.", {}, examples=("The lawn is long, do it today", "Mow"), writes=True)
    tools = toolbox([fix, cut])
    assert names(encoder, "Water drips from the pipe. Please do it today!", tools) == ["fix_leak"]
    assert names(encoder, "The lawn is far too long. Please do it today!", tools) == ["cut_grass"]


def test_what_is_told_beside_a_request_that_is_not_understood_begins_no_change(encoder: MiniLM) -> None:
    told = "I would give the old tickets back."
    asked = "Would you happen to sell umbrellas with a bear on the handle?"
    assert names(encoder, f"{asked} {told}", THEATRE) != ["hand_back"]
    assert names(encoder, "I give the tickets back. Can you help me?", THEATRE) == ["hand_back"]


def test_each_wish_keeps_its_own_thing(encoder: MiniLM) -> None:
    told = "New address for my tickets B1111: 12 Mill Lane, 48210 Norwich. Besides, please give back the tickets B2222."
    found = hear(encoder, told, THEATRE).wishes
    assert [wish.skill.name for wish in found] == ["change_address", "hand_back"]
    assert "B2222" not in found[0].text
    assert "B1111" not in found[1].text


def test_the_thing_of_the_clause_counts_not_those_told_around_it(encoder: MiniLM) -> None:
    text = "We liked the show of B1111 a lot. Please take the tickets B2222 back."
    [wish] = hear(encoder, text, THEATRE).wishes
    assert (wish.skill.name, wish.fixed) == ("hand_back", (("booking", "B2222"),))


def test_what_is_told_after_something_else_belongs_to_what_is_asked_then(encoder: MiniLM) -> None:
    text = "Could I get a refund for B1111, please? Besides, we are ill and cannot use B2222. Please take it back."
    found = hear(encoder, text, THEATRE).wishes
    assert [wish.skill.name for wish in found] == ["repay_show", "hand_back"]
    assert "B2222" not in found[0].text
    assert "B2222" in found[1].text


def test_something_else_is_not_taken_together_with_what_was_asked_before(encoder: MiniLM) -> None:
    text = "Please take it back. And one more thing: are dogs allowed? The number is B1234."
    assert names(encoder, text, THEATRE) == ["hand_back", "search_rules"]


def test_a_forgotten_full_stop_and_another_matter_keep_their_own_things(encoder: MiniLM) -> None:
    text = "B1111, nobody played, refund €40.00. Besides, where is my seat for B2222?"
    first = hear(encoder, text, THEATRE).wishes[0]
    assert first.skill.name == "repay_show"
    assert "B2222" not in first.text
    assert names(encoder, "refund €40.00 Send it to my account instead of my card", THEATRE) == ["repay_show"]


def test_it_is_what_was_named_last(encoder: MiniLM) -> None:
    text = "Please swap the seat of B1111. And we are ill and cannot use the tickets B2222. Please take them back."
    found = hear(encoder, text, THEATRE).wishes
    assert [wish.skill.name for wish in found] == ["swap_seat", "hand_back"]
    assert "B2222" in found[1].text
    assert "B2222" not in found[0].text


def test_two_plain_wishes_are_never_taken_for_one(encoder: MiniLM) -> None:
    text = "B1111 did not take place. Could I get a refund of 22 euros, please? And are dogs allowed at B2222?"
    assert names(encoder, text, THEATRE)[0] == "repay_show"
    assert "B2222" not in hear(encoder, text, THEATRE).wishes[0].text
