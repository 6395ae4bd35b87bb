from __future__ import annotations

import pytest

from vouch.contracts.knowledge import Passage
from vouch.knowledge.citing import cite
from vouch.knowledge.citing_text import marked, withheld

PASSAGES = [Passage("returns.md", "Returns are free within 30 days. Shoes must be unworn.", 1.0, (0, 54))]


@pytest.mark.parametrize(
    ("answer", "with_marks", "without"),
    [
        ("Returns are free within 30 days [1].", None, None),
        (
            "Hello! Returns are free within 30 days [1]. We sell elephants in Paris [4]. Anything else?",
            "Hello! Returns are free within 30 days [1]. We sell elephants in Paris. [unsupported] Anything else?",
            "Hello! Returns are free within 30 days [1]. Anything else?",
        ),
        (
            "- Shoes must be unworn\n- We sell elephants in Paris\n- Returns are free within 30 days",
            "- Shoes must be unworn\n- We sell elephants in Paris [unsupported]\n- Returns are free within 30 days",
            "- Shoes must be unworn\n- Returns are free within 30 days",
        ),
        ("Shoes must be unworn [2].", "Shoes must be unworn.", "Shoes must be unworn."),
        ("We sell elephants in Paris.", "We sell elephants in Paris. [unsupported]", ""),
        ("Anything else?", None, None),
    ],
)
async def test_how_an_answer_goes_out(answer: str, with_marks: str | None, without: str | None) -> None:
    said = await cite(answer, PASSAGES)
    assert marked(answer, said) == (answer if with_marks is None else with_marks)
    assert withheld(answer, said) == (answer if without is None else without)
