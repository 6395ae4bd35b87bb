"""Rules that need no labels: what is wrong with an answer on its face.

They do not know the right answer. Each is right far more often than not; an answer that breaks none may be wrong.
"""

from __future__ import annotations

import re
from typing import Final

from vouch.routing.equations import equations
from vouch.routing.reply import Form, Reply
from vouch.routing.surface import numbers

_BROKEN_QUANTITIES: Final = re.compile(r"\d\.\d|%|\$|\d/\d|\b(?:cents?|percent|average|mean|ratio|fraction)\b")


def faults(reply: Reply, *, question: str = "", form: Form = Form()) -> tuple[str, ...]:  # noqa: B008 - frozen
    """What is wrong, in words; empty where nothing is. `question` is needed to tell an answer that must be whole."""
    if not reply.text.strip():
        return ("the answer is empty",)
    found: list[str] = []
    if not reply.whole:
        found.append("the answer was cut off or refused")
    if form.final_of(reply.text) is None:
        found.append("the final answer cannot be read")
    wrong = next((equation for equation in equations(reply.text) if not equation.holds), None)
    if wrong is not None:
        found.append(f"an equation is wrong: {wrong.written}")
    if question and form.numeric and _should_be_whole(question, form.number_of(reply.text)):
        found.append("the final number is broken although nothing in the question is")
    return tuple(found)


def _should_be_whole(question: str, final: float | None) -> bool:
    if final is None or final.is_integer() or _BROKEN_QUANTITIES.search(question.lower()):
        return False
    return all(number.is_integer() for number in numbers(question))
