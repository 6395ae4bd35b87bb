from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vouch.app.house import House
from vouch.errors import CaseError, UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.passages import Passage
from vouch.proof.synthetic import make_cases
from vouch.values.request import Request

PASSAGES = [
    Passage("returns.md", 1, "Parcels may be sent back within 30 days. It is free."),
    Passage("hours.md", 1, "The shop opens at nine."),
]


def case(question: str, answer: str, quote: str) -> dict[str, str]:
    return {"question": question, "answer": answer, "quote": quote}


def writes(request: Request) -> str:
    if "opens at nine" in request.messages[1].text:
        return json.dumps({"cases": [case("When does the shop open?", "At nine", "opens at  NINE.")]})
    return json.dumps(
        {
            "cases": [
                case("How long can I send it back?", "30 days", "within 30 days"),
                case("how long can I send it back", "30 days", "within 30 days"),
                case("Until when may I return it?", "30 days", "within 30 days"),
                case("What does it cost?", "Nothing", "It is free"),
            ]
        }
    )


class Embedder:
    """Questions about time point one way, all others another."""

    name = "test/embedder"
    fingerprint = "1"
    dimensions = 3

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ways = [0 if "return" in text or "long" in text else 1 if "cost" in text else 2 for text in texts]
        return np.eye(3, dtype=np.float32)[ways]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(journal=await Journal.open(tmp_path / "journal.db"), open_model=_none) as opened:
        yield opened


def _none(name: str) -> Scripted:
    raise UsageError(f"no model {name}")


async def test_questions_are_written_once_and_nobody_has_accepted_them(house: House) -> None:
    model = Scripted(writes)
    made = await make_cases(PASSAGES, model, house, wanted=8)
    assert [each.input for each in made.written] == [
        "How long can I send it back?",
        "Until when may I return it?",
        "What does it cost?",
        "When does the shop open?",
    ]
    assert (made.twice, made.alike, made.failed, made.calls) == (1, 0, (), 2)
    first, *_, last = made.written
    assert not any(each.accepted for each in made.written)
    assert (first.expected, first.source, first.quote, first.tags) == (
        "30 days",
        "returns.md",
        "within 30 days",
        ("synthetic",),
    )
    assert (last.source, last.made_by) == ("hours.md", "scripted/model")
    assert len({each.id for each in made.written}) == 4


async def test_the_same_in_other_words_is_left_out_where_there_is_an_embedder(house: House) -> None:
    made = await make_cases(PASSAGES, Scripted(writes), house, wanted=8, embedder=Embedder())
    assert [each.input[:8] for each in made.written] == ["How long", "What doe", "When doe"]
    assert (made.twice, made.alike) == (1, 1)


async def test_questions_that_are_alike_with_other_answers_are_two(house: House) -> None:
    days = [
        case(f"What does it cost on {day}?", price, day) for day, price in (("Monday", "5 EUR"), ("Sunday", "9 EUR"))
    ]
    passage = Passage("prices.md", 1, "Monday: 5 EUR. Sunday: 9 EUR.")
    said = json.dumps({"cases": [*days, case("What does it cost Mondays?", "It is 5 EUR", "5 EUR")]})
    made = await make_cases([passage], Scripted(lambda _: said), house, wanted=3, embedder=Embedder())
    assert [each.expected for each in made.written] == ["5 EUR", "9 EUR"]
    assert made.alike == 1


async def test_what_was_asked_before_is_found(house: House) -> None:
    model = Scripted(writes)
    first = await make_cases(PASSAGES, model, house, wanted=8)
    again = await make_cases(PASSAGES, model, house, wanted=8)
    assert (again.written, again.calls, len(model.requests)) == (first.written, 0, 2)


async def test_no_more_are_taken_than_were_wanted(house: House) -> None:
    made = await make_cases(PASSAGES, Scripted(writes), house, wanted=2)
    assert [each.source for each in made.written] == ["returns.md", "hours.md"]


async def test_a_quote_that_is_not_there_goes_back_and_then_counts_as_nothing(house: House) -> None:
    invented = json.dumps({"cases": [case("Is it red?", "Yes", "It is red")]})
    mended = json.dumps({"cases": [case("When?", "At nine", "opens at nine")]})
    model = Scripted([invented, mended])
    made = await make_cases(PASSAGES[1:], model, house, wanted=1)
    assert [each.input for each in made.written] == ["When?"]
    assert "The quote 'It is red' is not in the passage" in model.requests[1].messages[-1].text
    empty = json.dumps({"cases": [case("When?", " ", "opens")]})
    stubborn = Scripted(lambda request: empty if "nine" in request.messages[1].text else writes(request), name="s/t")
    made = await make_cases(PASSAGES, stubborn, house, wanted=8)
    assert [each.source for each in made.written] == ["returns.md"] * 3
    [why] = made.failed
    assert why.startswith("hours.md, passage 1: ")


async def test_mistakes_are_told(house: House) -> None:
    with pytest.raises(CaseError, match="0 questions about 2 passages"):
        await make_cases(PASSAGES, Scripted(writes), house, wanted=0)
    with pytest.raises(CaseError, match=r"wrote no question: returns.md, passage 1: "):
        await make_cases(PASSAGES, Scripted(lambda _: "no idea"), house)
    with pytest.raises(CaseError, match="the passages hold no facts"):
        await make_cases(PASSAGES, Scripted(lambda _: '{"cases": []}', name="s/none"), house)
    with pytest.raises(UsageError, match="no model openai/none"):
        await make_cases(PASSAGES, "openai/none", house)
