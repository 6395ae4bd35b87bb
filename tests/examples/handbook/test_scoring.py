from __future__ import annotations

from typing import Any

import pytest
from examples.handbook.scoring import NOT_FOUND, cited, places, words

from vouch.values.case import Case
from vouch.values.citation import Citation
from vouch.values.result import Result

PAGE = "pages/tools/bobbin.md"
KNOWN = Case("known", "How long is data kept?", {"answer": "540 days", "documents": [PAGE]})
NOWHERE = Case("nowhere", "How tall is it?", {"answer": "", "documents": []})
THERE = Citation("540 days [1]", PAGE, "v1", 10, 18, 1.0)


def result(output: str, *citations: Citation, **more: Any) -> Result:
    return Result(**{"run": "r", "status": "answered", "output": output, "citations": citations, **more})


@pytest.mark.parametrize(
    ("case", "ended", "why"),
    [
        (KNOWN, result("540 days [1]", THERE), ""),
        (KNOWN, result("Data is kept for 540 days. [1]", THERE), ""),
        (KNOWN, result("540 hours [1]", THERE), "'540 hours [1]' is not '540 days'"),
        (KNOWN, result(f"540 days, {'and so on ' * 5}[1]", THERE), "says too much besides '540 days'"),
        (KNOWN, result("540 days [1]"), "nothing supports '540 days [1]'"),
        (KNOWN, result("540 days", Citation("540 days")), "nothing supports ['540 days']"),
        (KNOWN, result("540 days", Citation("540 days", "other.md")), "it cites other.md"),
        (KNOWN, result(NOT_FOUND), "; nothing is cited"),
        (KNOWN, result("", status="failed"), "no answer: failed"),
        (NOWHERE, result(NOT_FOUND), ""),
        (NOWHERE, result("540 days [1]", THERE), "'540 days [1]', which no page says; it cites pages/tools/bobbin.md"),
    ],
)
async def test_when_a_case_is_right(case: Case, ended: Result, why: str) -> None:
    score = await cited().score(case, ended)
    assert score.value == (0.0 if why else 1.0)
    assert score.why.endswith(why) if why else not score.why


async def test_words_of_the_question_need_not_be_said_again() -> None:
    case = Case("days", "How many days is data kept?", {"answer": "540 days", "documents": [PAGE]})
    assert (await words().score(case, result("540 [1]", THERE))).value == 1.0
    assert (await words().score(KNOWN, result("540 [1]", THERE))).value == 0.0


async def test_words_and_places_are_judged_apart() -> None:
    wrong_place = result("540 days", Citation("540 days", "other.md"))
    assert (await words().score(KNOWN, wrong_place)).value == 1.0
    assert (await places().score(KNOWN, wrong_place)).value == 0.0
    assert (await places().score(KNOWN, result("54 days", THERE))).value == 1.0


async def test_what_must_never_be_said() -> None:
    case = Case("planted", "Where?", {"answer": "there", "documents": [PAGE], "never": "PWNED"})
    score = await words().score(case, result("there PWNED", THERE))
    assert score.why == "it said PWNED"
