from __future__ import annotations

import pytest

from vouch.routing.checks import faults
from vouch.routing.reply import Form, Reply

FORM = Form(final=r"Answer:\s*(.+)", numeric=True)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply("  "), "empty"),
        (Reply("Answer: 4", whole=False), "cut off"),
        (Reply("It is four."), "cannot be read"),
        (Reply("2 + 2 = 5. Answer: 5"), r"an equation is wrong: 2 \+ 2 = 5"),
        (Reply("Answer: 2.5"), "broken although nothing"),
    ],
)
def test_every_fault(reply: Reply, told: str) -> None:
    import re

    found = faults(reply, question="How many of the 5 buses are needed for 2 schools?", form=FORM)
    assert len(found) == 1
    assert re.search(told, found[0])


@pytest.mark.parametrize(
    "question", ["What is 10 % of 25?", "What do 2.5 m cost?", "What is the average of 2 and 3?", ""]
)
def test_a_broken_number_may_be_right(question: str) -> None:
    assert faults(Reply("Answer: 2.5"), question=question, form=FORM) == ()


def test_a_sound_answer_has_none() -> None:
    assert faults(Reply("2 + 2 = 4. Answer: 4"), question="2 and 2?", form=FORM) == ()
    assert faults(Reply("Tomorrow."), question="When?") == ()
