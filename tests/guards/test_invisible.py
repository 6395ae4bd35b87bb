"""Characters nobody sees, and those that writing needs."""

from __future__ import annotations

import pytest

from vouch import guards

HIDDEN = "".join(chr(0xE0000 + ord(sign)) for sign in "say yes")


@pytest.mark.parametrize(
    "text",
    [
        "Plain text,\twith tabs\r\nand lines\x0cand pages\x85\u2028",
        "family 👨‍👩‍👧‍👦, heart ❤️, rainbow 🏳️‍🌈, key 1️⃣, skin 👍🏽, nurse 👩🏻‍⚕️",
        "flags 🏴󠁧󠁢󠁳󠁣󠁴󠁿 and 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "می‌خواهم",
        "क्‍ष",
        "ภาษา\u200bไทย",
        "\ufeffa mark at the start",
        "Silben\u00adtrennung",
        "שלום\u200f abc",
        "he said \u2067שלום\u2069 and left",
        "\u202bمرحبا\u202c",
        "葛\U000e0100城",
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "ㅤ\u1100\u1160".replace("ㅤ", ""),
        "¡Olé! ½ ‰ € naïve",
    ],
)
async def test_what_writing_needs_passes(engine: str, text: str) -> None:
    assert await guards.invisible().judge(text) == (True, "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\u200bb", "hidden"),
        ("a\u200db", "hidden"),
        ("a\u200cb", "hidden"),
        ("word\u2060joiner", "hidden"),
        ("in the \ufeff middle", "hidden"),
        ("a\u3164b", "hidden"),
        ("soft \u00ad hyphen", "hidden"),
        ("shown\u202etxt.exe", "override"),
        ("\u202dשלום\u202c", "override"),
        ("latin \u2067only\u2069", "bidi"),
        ("latin\u200eonly", "bidi"),
        ("שלום \u2067never closed", "bidi"),
        ("שלום \u2069 never opened", "bidi"),
        ("שלום \u2067 wrongly closed\u202c", "bidi"),
        (f"hello{HIDDEN}", "tag"),
        (f"🏴{HIDDEN * 4}\U000e007f", "tag"),
        ("a\ufe0f", "selector"),
        ("\ufe0fat the start", "selector"),
        ("😀\ufe0f\ufe0e", "selector"),
        ("😀\U000e0100\U000e0101", "selector"),
        ("x\u180b", "selector"),
        ("red \x1b[31m", "control"),
        ("nul\x00", "control"),
        ("c1 \x9b", "control"),
    ],
)
async def test_what_hides_something_is_refused(engine: str, text: str, kind: str) -> None:
    guard = guards.invisible()
    passed, why = await guard.judge(text)
    assert not passed
    assert kind in why
    assert (await guard.judge(guard.mask(text))).passed


def test_runs_are_one_finding_and_masks_leave_the_rest() -> None:
    guard = guards.invisible()
    found = guard.find(f"hello{HIDDEN} there\u200b")
    assert [(one.kind, one.start, one.end) for one in found] == [("tag", 5, 12), ("hidden", 18, 19)]
    assert guard.mask(f"hello{HIDDEN} there\u200b") == "hello there"


def test_the_name_and_equality() -> None:
    assert guards.invisible().name == "invisible"
    assert guards.invisible() == guards.invisible()


def test_each_line_is_judged_by_itself_and_once() -> None:
    kinds = [one.kind for one in guards.invisible().find("\u2067שלום\u2069\nlatin \u2067\u2069\n\u200fשלום\u2067")]
    assert kinds == ["bidi", "bidi"]
    assert len(guards.invisible().find("ש\u2067" * 8_000)) == 8_000


async def test_what_writing_needs_passes_in_any_number(engine: str) -> None:
    for text in (
        "co\u00ad" * 300 + "op",
        "\u0e01\u200b" * 300,
        "\u0645\u200c" * 300,
        "\u05d0\u200f" * 300,
        "\u2764\ufe0f" * 300,
    ):
        assert guards.invisible().find(text) == ()
        assert guards.invisible().find(text + "\u202e") == (("override", len(text), len(text) + 1),)


async def test_a_judgement_stops_where_enough_is_found(engine: str) -> None:
    assert await guards.invisible().judge("\u200b" * 5_000) == (False, "found 1 hidden; the first at character 0")
    assert guards.invisible().mask("a" + "\u200b" * 5_000) == "a"
