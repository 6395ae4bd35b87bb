"""Tests of the window: nothing found ever goes on, all else does, and the work grows with the length alone."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from vouch.contracts.guard import Judgement
from vouch.errors import RequestRefused
from vouch.guards import secrets
from vouch.serve.exchange import Exchange
from vouch.serve.faces.chat.chat import Chat
from vouch.serve.guarding.judging import Judging, Watchman, judged, pieces
from vouch.serve.guarding.window import Window


class Wordy:
    """Refuses a text with a word, and counts the characters it was shown."""

    name = "wordy"

    def __init__(self, word: str = "SECRET") -> None:
        self.word = word
        self.shown = 0
        self.most = 0

    async def judge(self, text: str) -> Judgement:
        self.shown += len(text)
        self.most = max(self.most, len(text))
        return Judgement(passed=self.word not in text, why="")


def exchange() -> Exchange:
    return Exchange(Chat(), lambda _model, _usage: None, started=0.0)


def window(guard: Any, hold: int = 64, *, block: bool = True) -> tuple[Window, Exchange]:
    one = exchange()
    return Window(Judging([Watchman("wordy", guard)], one, "output", block=block), hold=hold), one


async def fed(filter_: Window, text: str, sizes: random.Random) -> tuple[str, bool]:
    """What goes on, and whether it was refused."""
    told, start = "", 0
    try:
        while start < len(text):
            size = sizes.randint(1, 9)
            told += await filter_.feed(text[start : start + size])
            start += size
        return told + await filter_.rest(), False
    except RequestRefused as refused:
        return told, refused.code == "guard_blocked" and "SECRET" not in str(refused)


@pytest.mark.parametrize("seed", range(8))
async def test_not_a_letter_of_what_is_found_goes_on(seed: int) -> None:
    draw = random.Random(seed)
    before = " ".join("word" * draw.randint(1, 3) for _ in range(draw.randint(0, 120)))
    text = f"{before} SECRET {'after ' * draw.randint(0, 90)}"
    told, refused = await fed(window(Wordy())[0], text, draw)
    assert refused
    assert text.startswith(told)
    assert len(told) <= len(before) + 1


@pytest.mark.parametrize("glue", [" ", "\n", ""])
async def test_all_else_goes_on_whole_and_is_looked_at_four_times_at_most(glue: str) -> None:
    guard = Wordy()
    text = glue.join(f"word{number}" for number in range(3_000))
    told, refused = await fed(window(guard)[0], text, random.Random(1))
    assert (told, refused) == (text, False)
    assert guard.shown <= 4 * len(text)
    assert guard.most < 600


async def test_a_real_guard_is_not_misled_by_where_a_window_ends() -> None:
    # Every piece of this text is harmless only when it is seen whole.
    text = "commit 4111111111111111deadbeef4111111111111111 and sk-short and so on. " * 60
    one, seen = window(secrets(), block=True)
    told, refused = await fed(one, text, random.Random(3))
    assert (told, refused) == (text, False)
    assert seen.guards == ()


async def test_with_detection_everything_goes_on_and_stands_written() -> None:
    one, seen = window(Wordy(), block=False)
    text = "a SECRET " + "and more " * 50
    assert (await fed(one, text, random.Random(2)))[0] == text
    assert [(found.guard, found.side, found.passed) for found in seen.guards] == [("wordy", "output", False)]


async def test_long_texts_are_judged_piece_by_piece() -> None:
    guard = Wordy("at the end")
    text = "x " * 40_000 + "at the end"
    assert not (await judged(Watchman("w", guard), text)).passed
    assert guard.most <= 16_384
    assert (await judged(Watchman("w", guard), text[:-1])).passed
    whole = Wordy()
    await judged(Watchman("w", whole, whole=True), text)
    assert whole.most == len(text)
    for length in (0, 1, 16_384, 16_385, 50_000):
        places = list(pieces(length))
        assert places[0][0] == 0
        assert places[-1][1] == length
        assert all(after[0] == before[1] - 1_024 for before, after in itertools.pairwise(places))
