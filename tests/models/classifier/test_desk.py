"""Questions that wait are answered together; errors and those who give up hurt nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from vouch.models.classifier.desk import Desk


class Work:
    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.pause = 0.01

    async def __call__(self, questions: Sequence[str]) -> Sequence[str]:
        self.seen.append(list(questions))
        await asyncio.sleep(self.pause)
        if "bad" in questions:
            raise ValueError("bad question")
        return [question.upper() for question in questions]


async def test_those_who_wait_are_answered_together() -> None:
    work = Work()
    desk = Desk(work)
    assert await asyncio.gather(*[desk.ask(question) for question in "abc"]) == ["A", "B", "C"]
    first = asyncio.create_task(desk.ask("d"))
    await asyncio.sleep(0.005)
    assert await asyncio.gather(first, desk.ask("e"), desk.ask("f")) == ["D", "E", "F"]
    assert work.seen == [["a", "b", "c"], ["d"], ["e", "f"]]


async def test_an_error_reaches_those_who_asked_with_it_and_no_others() -> None:
    desk = Desk(Work())
    first = asyncio.create_task(desk.ask("a"))
    await asyncio.sleep(0.005)
    found = await asyncio.gather(first, desk.ask("bad"), desk.ask("b"), return_exceptions=True)
    assert found[0] == "A"
    assert [type(error) for error in found[1:]] == [ValueError, ValueError]
    assert await desk.ask("c") == "C"


@pytest.mark.parametrize("question", ["b", "bad"])
async def test_who_gives_up_leaves_the_others_their_answers(question: str) -> None:
    work = Work()
    desk = Desk(work)
    first = asyncio.create_task(desk.ask("a"))
    await asyncio.sleep(0)
    early, late = asyncio.create_task(desk.ask("x")), asyncio.create_task(desk.ask(question))
    await asyncio.sleep(0.005)
    early.cancel()  # still waiting
    await first
    await asyncio.sleep(0.002)
    late.cancel()  # being answered
    assert [type(error) for error in await asyncio.gather(early, late, return_exceptions=True)] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
    ]
    assert await desk.ask("c") == "C"
    assert work.seen == [["a"], [question], ["c"]]
