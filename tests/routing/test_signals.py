from __future__ import annotations

import math

import numpy as np
import pytest

from vouch.contracts.router import Query
from vouch.routing.reply import Form, Reply
from vouch.routing.signals import signals, with_reply

FORM = Form(final=r"Answer:\s*(.+)", numeric=True)
QUERY = Query("There are 3 boxes with 4 pens each. How many pens?", signals={"recall": 1.0})


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("reply_faults", "3 * 4 = 13. Answer: 13", "3 * 4 = 12. Answer: 12"),
        ("reply_unread", "12", "Answer: 12"),
        ("reply_doubt", "However, that is a mistake. Answer: 1", "Answer: 12"),
        ("reply_symbols", "x = 12. Answer: 12", "Answer: 12"),
        ("equations_wrong", "3 * 4 = 13", "3 * 4 = 12"),
        ("equations_below_0", "3 - 4 = -1", "4 - 3 = 1"),
        ("numbers_unused", "3 boxes", "3 boxes, 4 pens"),
        ("final_below_0", "Answer: -1", "Answer: 1"),
        ("final_zero", "Answer: 0", "Answer: 1"),
        ("final_broken", "Answer: 1.5", "Answer: 1"),
        ("final_was_asked", "Answer: 4", "Answer: 12"),
        ("final_not_last", "3 * 4 = 12. Answer: 13", "3 * 4 = 12. Answer: 12"),
    ],
)
def test_what_tells_against_an_answer(name: str, more: str, less: str) -> None:
    assert signals(QUERY, Reply(more), form=FORM)[name] > signals(QUERY, Reply(less), form=FORM)[name]


def test_agreement_of_several_answers() -> None:
    reply = Reply("Answer: 12", others=("Answer: 12.0 pens", "Answer: 7", "so 12"))
    found = signals(QUERY, reply, form=FORM)
    assert found["agreement"] == pytest.approx(1 / 3)
    assert found["agreement_most"] == 0.5
    words = signals(QUERY, Reply("Yes", others=("yes ", "no")))
    assert words["agreement"] == 0.5
    assert "agreement" not in signals(QUERY, Reply("Answer: 12"), form=FORM)


def test_log_probabilities() -> None:
    found = signals(QUERY, Reply("12", logprobs=(-0.1, -3.0)))
    assert found["logprob_mean"] == pytest.approx(-1.55)
    assert found["logprob_least"] == -3.0
    assert found["logprob_unsure"] == 0.5


def test_nearness_of_answer_and_question() -> None:
    vector = np.array([0.6, 0.8], np.float32)
    query = Query("a", embedding=vector)
    assert signals(query, Reply("b", embedding=vector))["nearness"] == pytest.approx(1)
    assert "nearness" not in signals(query, Reply("b"))


def test_the_questions_own_signals_stay() -> None:
    found = with_reply(QUERY, Reply("Answer: 12"), form=FORM)
    assert found.signals["recall"] == 1
    assert found.signals["reply_unread"] == 0
    assert found.text == QUERY.text


@pytest.mark.parametrize("text", ["", "9" * 100_000, "= " * 50_000, "我的退款"])
def test_strange_answers_give_finite_numbers(text: str) -> None:
    assert all(math.isfinite(value) for value in signals(Query(text), Reply(text), form=FORM).values())
