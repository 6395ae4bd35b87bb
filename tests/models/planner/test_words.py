from __future__ import annotations

from tests.models.planner.theatre import BoxOffice

from vouch.models.planner.toolbox import toolbox
from vouch.models.planner.words import CANNOT_HELP, clarify
from vouch.values.request import ToolSpec


def test_what_can_be_done_is_offered_as_doing_and_what_can_be_found_as_telling() -> None:
    tools = toolbox([tool.spec for tool in BoxOffice().tools()])
    named = [skill for skill in tools.skills if skill.name in ("hand_back", "search_rules")]
    assert "(1) take tickets back and sell them to others; (2) tell you what the rules of the house say" in clarify(
        named
    )
    shows = toolbox([ToolSpec("list_shows", "All shows of this week.", {})])
    assert "(1) show you all shows of this week" in clarify(shows.skills)


def test_a_long_description_is_left_out() -> None:
    [skill] = toolbox([ToolSpec("list_shows", "Shows " + "and more shows " * 20, {})]).skills
    assert "(1) list shows." in clarify([skill])
    assert clarify([]) == CANNOT_HELP
