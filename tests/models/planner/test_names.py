from __future__ import annotations

import pytest

from vouch.models.planner.names import apart, first_names, introduction, people


def found(text: str, *, asked: bool = False) -> list[str]:
    return [mention.value for mention in people(text, asked=asked)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Ann Smith, postcode 12345", "Ann Smith"),
        ("i'm Ann O'Neil-Smith.", "Ann O'Neil-Smith"),
        ("my name is ann smith", "Ann Smith"),
        ("This is Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("Best regards, Dr. Émile Zola", "Émile Zola"),
        ("Name: J. Smith", "J. Smith"),
    ],
)
def test_introduced_names(text: str, name: str) -> None:
    assert found(text) == [name]


@pytest.mark.parametrize("text", ["I'm very angry", "I am sorry", "this is Orange", "Cancel It Now", "I'm in Berlin"])
def test_what_is_no_name(text: str) -> None:
    assert found(text) == []


def test_an_asked_name_may_stand_alone() -> None:
    assert found("Ann Smith, 54321", asked=True) == ["Ann Smith"]
    assert found("ann smith", asked=True) == ["Ann Smith"]
    assert found("Sure. E-mail: a@b.org", asked=True) == []


def test_names_are_taken_apart() -> None:
    assert apart("Ludwig van Beethoven") == ("Ludwig", "van Beethoven")
    assert [mention.value for mention in first_names("My name is Ann.")] == ["Ann"]


@pytest.mark.parametrize("text", ["My name is Lea Brandt, mail lea@example.com", "My account is under ann@example.com"])
def test_introductions(text: str) -> None:
    assert introduction(text)


@pytest.mark.parametrize("text", ["Cancel it, I am Ann Smith", "my address is wrong", "hello"])
def test_what_is_more_than_an_introduction(text: str) -> None:
    assert not introduction(text)
