"""Deny lists."""

from __future__ import annotations

import pytest

from vouch import guards
from vouch.errors import AppError

LIST = ["Mallory Inc", "straße", "über", "密码", "$$$", "c++", "naïve plan", "a/b", "tab_le"]


@pytest.mark.parametrize(
    "text",
    [
        "ask MALLORY  inc today",
        "mallory\ninc",
        "mallory\u00a0inc",
        "mal\u200blory inc",
        "Ｍａｌｌｏｒｙ inc.",
        "die STRASSE",
        "die STRAẞE",
        "(über)",
        "ÜBER",
        "我的密码是",
        "for $$$only",
        "I write C++!",
        "a NAI\u0308VE plan",
        "either A/B",
        "tab_le",
    ],
)
async def test_entries_are_found_in_any_writing(engine: str, text: str) -> None:
    assert await guards.deny(LIST).judge(text) == (False, "an entry of the deny list stands in it")


@pytest.mark.parametrize(
    "text", ["mallory income", "small mallory", "straßen", "überall", "unüber", "$$", "c+", "tab_les", "xtab_le", ""]
)
async def test_parts_of_words_pass(engine: str, text: str) -> None:
    assert (await guards.deny(LIST).judge(text)).passed


async def test_a_later_whole_word_counts_after_a_part_of_one(engine: str) -> None:
    assert not (await guards.deny(["cat"]).judge("concatenate, cats and a cat")).passed
    assert not (await guards.deny(["hello", "hello th"]).judge("hello there")).passed


async def test_many_thousands_of_entries() -> None:
    guard = guards.deny(f"forbidden {place}" for place in range(30_000))
    assert not (await guard.judge("this is forbidden 29999!")).passed
    assert (await guard.judge("this is forbidden 30000!")).passed


def test_equal_lists_have_equal_names_whatever_their_order() -> None:
    assert guards.deny(["b", "a", "A"]).name == guards.deny(["a", "b"]).name
    assert guards.deny(["a"]).name != guards.deny(["b"]).name
    assert guards.deny(["a", "b"]).name.startswith("deny(entries=2, digest=")
    assert "Mallory" not in repr(guards.deny(LIST))


@pytest.mark.parametrize(
    ("entries", "told"),
    [("word", "a list of words"), ([], "at least one"), (["a", " \u200b"], "visible character"), ([3], "a text")],
)
def test_unusable_lists_are_refused(entries: list[str], told: str) -> None:
    with pytest.raises(AppError, match=told):
        guards.deny(entries)
