from __future__ import annotations

import pytest
from tests.models.planner.library import Library
from tests.models.planner.travel import Agency
from tests.models.planner.worded import understood

from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.matching import best, matches, person
from vouch.models.planner.toolbox import Toolbox, toolbox
from vouch.values.request import ToolSpec

LIBRARY = toolbox([tool.spec for tool in Library().tools()])
TRAVEL = toolbox([tool.spec for tool in Agency().tools()])


@pytest.mark.parametrize(
    ("tools", "text", "name"),
    [
        (LIBRARY, "Please extend loan L12345 by a month", "renew_loan"),
        (LIBRARY, "Have you got something by Tolstoy?", "search_books"),
        (LIBRARY, "what does a day too late cost?", "search_rules"),
        (LIBRARY, "put me through to a member of staff", "call_librarian"),
        (LIBRARY, "are you open on Sunday?", "opening_hours"),
        (TRAVEL, "Cancel ABC123", "cancel_booking"),
        (TRAVEL, "cancle my boking", "cancel_booking"),
        (TRAVEL, "12 Mill Lane, 48210 Norwich is where I live now", "change_home"),
        (TRAVEL, "Where is ABC123?", "get_booking"),
        (TRAVEL, "Show me flights to Rome", "search_flights"),
    ],
)
def test_the_nearest_tool(encoder: MiniLM, tools: Toolbox, text: str, name: str) -> None:
    assert understood(encoder, lambda meanings: matches(text, tools, meanings))[0].skill.name == name


def test_nothing_said_matches_nothing(encoder: MiniLM) -> None:
    assert understood(encoder, lambda meanings: matches("...", LIBRARY, meanings)) == []
    assert understood(encoder, lambda meanings: matches("cancel it", toolbox([]), meanings)) == []


def test_one_tool_has_no_rival(encoder: MiniLM) -> None:
    only = toolbox([ToolSpec("cancel_order", "Cancel an order.", {})])
    score, margin = best(understood(encoder, lambda meanings: matches("cancel my order", only, meanings)))
    assert margin == score > 0.5


def test_the_tool_that_calls_a_person(encoder: MiniLM) -> None:
    helper = understood(encoder, lambda meanings: person(LIBRARY, meanings))
    assert helper is not None
    assert helper.name == "call_librarian"
    assert understood(encoder, lambda meanings: person(TRAVEL, meanings)) is None
