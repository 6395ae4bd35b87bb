from __future__ import annotations

from tests.models.planner.theatre import BoxOffice

from vouch.models.planner.form import form
from vouch.models.planner.toolbox import toolbox
from vouch.values.request import ToolSpec

THEATRE = toolbox([tool.spec for tool in BoxOffice().tools()])


def added(text: str) -> dict[str, float]:
    return {skill.name: round(more, 3) for skill, more in zip(THEATRE.skills, form(text, THEATRE), strict=True)}


def test_a_verb_counts_for_the_tool_that_is_named_after_it_or_wished_for_with_it() -> None:
    swap = added("I want to swap it")
    assert swap["swap_seat"] > swap["change_address"] == swap["hand_back"] > swap["search_rules"] == 0
    back = added("I want to give it back")
    assert back["hand_back"] > back["repay_show"]


def test_a_verb_of_several_tools_counts_less_for_each() -> None:
    def of_first(*others: str) -> float:
        specs = [ToolSpec("change_seat", "Seats.", {}, examples=("Change my seat",), writes=True)]
        specs += [ToolSpec("swap_date", "Dates.", {}, examples=(one,), writes=True) for one in others]
        return form("change it", toolbox(specs))[0]

    assert of_first("Change my date") < of_first("Swap my date")


def test_a_question_keeps_away_from_changes() -> None:
    assert added("What does it cost?")["swap_seat"] < 0
    assert added("Can I give back a ticket?")["hand_back"] < 0 < added("Can I give back a ticket?")["search_rules"]
    assert added("Can I give back a ticket?")["call_staff"] == 0
    assert added("Find my seat")["swap_seat"] < 0
