from __future__ import annotations

import pytest

from vouch.errors import CaseError
from vouch.journal.journal import Journal
from vouch.proof.datasets.journal import Feedback, read_journal_cases
from vouch.values.case import Case
from vouch.values.event import AnyBody, FeedbackGiven, InputGiven, RunFinished, RunStarted


def started(text: str, app: str = "shop", **more: object) -> RunStarted:
    return RunStarted(app=app, version="v", key=text, input=text, **more)  # type: ignore[arg-type]


async def recorded(journal: Journal) -> None:
    runs: dict[str, list[AnyBody]] = {
        "plain": [started("a"), RunFinished(status="answered", output="A")],
        "praised": [started("b"), RunFinished(status="answered", output="B"), FeedbackGiven(value=0.9)],
        "blamed": [started("c"), RunFinished(status="answered", output="C"), FeedbackGiven(value=0.0)],
        "mended": [
            started("d", chat=True),
            InputGiven(input="more"),
            RunFinished(status="answered", output="D"),
            FeedbackGiven(value=0.1, expected="E"),
            FeedbackGiven(value=0.2),
        ],
        "failed": [started("e"), RunFinished(status="failed")],
        "proof": [started("f", proof="p"), RunFinished(status="answered", output="F")],
        "fork": [started("g", parent="plain"), RunFinished(status="answered", output="G")],
        "other": [started("h", app="bank"), RunFinished(status="answered", output="H")],
    }
    for run, events in runs.items():
        await journal.append(run, 0, *events)


@pytest.mark.parametrize(
    ("feedback", "runs"),
    [
        ("any", ["plain", "praised", "blamed", "mended"]),
        ("given", ["praised", "blamed", "mended"]),
        ("good", ["praised"]),
        ("bad", ["blamed", "mended"]),
        ("corrected", ["mended"]),
    ],
)
async def test_runs_are_chosen_by_what_people_said(journal: Journal, feedback: Feedback, runs: list[str]) -> None:
    await recorded(journal)
    found = [case.id async for case in read_journal_cases(journal, app="shop", feedback=feedback)]
    assert found == runs


async def test_a_case_expects_the_correction_else_the_answer_but_no_bad_one(journal: Journal) -> None:
    await recorded(journal)
    found = {case.id: case async for case in read_journal_cases(journal, app="shop", status=None)}
    assert found["mended"] == Case("mended", "d", "E", source="mended", then=("more",))
    assert {run: case.expected for run, case in found.items()} == {
        "plain": "A",
        "praised": "B",
        "blamed": None,
        "mended": "E",
        "failed": None,
    }
    assert [case.id async for case in read_journal_cases(journal, app="shop", status="failed")] == ["failed"]


async def test_runs_are_chosen_by_the_time_of_their_start(journal: Journal) -> None:
    await recorded(journal)
    assert [case async for case in read_journal_cases(journal, app="shop", until=1.0)] == []
    assert len([case async for case in read_journal_cases(journal, app="shop", since=1.0)]) == 4


async def test_another_word_for_feedback_is_an_error(journal: Journal) -> None:
    with pytest.raises(CaseError, match="feedback = 'great': 'any', 'given', 'good'"):
        [case async for case in read_journal_cases(journal, app="shop", feedback="great")]  # type: ignore[arg-type]
