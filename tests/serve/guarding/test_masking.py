"""Tests of marks: the same data the same mark, none that is taken, restored whole and in pieces."""

from __future__ import annotations

import json
import random

import pytest

from vouch.guards.personal import personal
from vouch.serve.guarding.masking import Marks, Restoring

MAIL, OTHER = "ada@example.org", "bob@example.org"


async def test_the_same_data_has_the_same_mark() -> None:
    marks = Marks(personal(["email"]), "")
    assert not marks
    assert await marks.mask(f"{MAIL}, {OTHER} and {MAIL}") == "[EMAIL_1], [EMAIL_2] and [EMAIL_1]"
    assert await marks.mask(f"again {OTHER}") == "again [EMAIL_2]"
    assert await marks.mask("nothing") == "nothing"
    assert marks
    assert marks.replaced == 4
    assert marks.restore("to [EMAIL_2], [email_1], [EMAIL_3] [x]") == f"to {OTHER}, {MAIL}, [EMAIL_3] [x]"


async def test_a_mark_that_stands_in_the_request_is_given_to_nobody() -> None:
    text = f"what does [EMAIL_1] mean? {MAIL}"
    marks = Marks(personal(["email"]), text)
    assert await marks.mask(text) == "what does [EMAIL_1] mean? [EMAIL_2]"
    assert marks.restore("[EMAIL_1] and [EMAIL_2]") == f"[EMAIL_1] and {MAIL}"


async def test_long_texts_are_masked_everywhere() -> None:
    mails = [f"person{number}@example.org" for number in range(3_000)]
    text = " wrote to ".join(mails)
    marks = Marks(personal(["email"]), text)
    masked = await marks.mask(text)
    assert "@" not in masked
    assert marks.replaced == len(mails)
    assert marks.restore(masked) == text


@pytest.mark.parametrize("seed", range(6))
async def test_marks_are_restored_however_they_are_cut(seed: int) -> None:
    draw = random.Random(seed)
    marks = Marks(personal(["email", "phone"]), "")
    await marks.mask(f"{MAIL} {OTHER} call +49 30 901820")
    said = "[[EMAIL_1]] and [EMAIL_2][PHONE_1] [EMAIL_ [a] [EMAIL_12] [EMAIL_2"
    restoring, told, start = Restoring(marks, quoted=False), "", 0
    while start < len(said):
        size = draw.randint(1, 5)
        told += await restoring.feed(said[start : start + size])
        start += size
    told += await restoring.rest()
    assert told == f"[{MAIL}] and {OTHER}+49 30 901820 [EMAIL_ [a] [EMAIL_12] [EMAIL_2"


async def test_what_is_no_mark_is_not_held_back() -> None:
    marks = Marks(personal(["email"]), "")
    await marks.mask(MAIL)
    restoring = Restoring(marks, quoted=False)
    assert await restoring.feed("a list [1, 2") == "a list [1, 2"
    assert await restoring.feed("] [EMA") == "] "
    assert await restoring.feed("X") == "[EMAX"


async def test_in_arguments_data_is_quoted() -> None:
    marks = Marks(personal([], patterns={"name": r'O"Neil'}), "")
    assert await marks.mask('I am O"Neil') == "I am [NAME_1]"
    assert json.loads(marks.restore('{"a": "[NAME_1]"}', quoted=True)) == {"a": 'O"Neil'}
