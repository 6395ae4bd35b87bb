from __future__ import annotations

import pytest

from vouch.errors import UsageError
from vouch.routing.reply import Form, reply_of
from vouch.values.message import assistant
from vouch.values.request import Answer, TokenLogprob

MARKED = Form(final=r"Answer:\s*(.+)", numeric=True)


@pytest.mark.parametrize(
    ("text", "final", "number"),
    [
        ("so\nAnswer: 12 euros", "12 euros", 12.0),
        ("Answer: -$1,200.50", "-$1,200.50", -1200.5),
        ("Answer: none", None, None),
        ("12", None, None),
        ("", None, None),
    ],
)
def test_a_marked_number(text: str, final: str | None, number: float | None) -> None:
    assert MARKED.final_of(text) == final
    assert MARKED.number_of(text) == number


def test_json_and_no_form_at_all() -> None:
    assert Form(json=True).final_of('{"a": 1}') == '{"a": 1}'
    assert Form(json=True).final_of("{a: 1}") is None
    assert Form(json=True).final_of("null") == "null"
    assert Form().final_of(" yes ") == "yes"
    assert Form().number_of("yes") is None


@pytest.mark.parametrize(("final", "told"), [("(", "no regular expression"), ("Answer", "has no group")])
def test_a_form_that_cannot_work_is_told(final: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Form(final=final)


def test_a_models_answer_is_taken_over() -> None:
    answer = Answer(
        assistant("4"), logprobs=(TokenLogprob("4", -0.1),), others=(Answer(assistant("5")),), finish="length"
    )
    reply = reply_of(answer)
    assert (reply.text, reply.others, reply.logprobs, reply.whole) == ("4", ("5",), (-0.1,), False)
    assert reply_of(Answer(assistant("4"))).whole
