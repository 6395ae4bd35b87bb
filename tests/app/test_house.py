from __future__ import annotations

from pathlib import Path

import pytest

from vouch.app.house import House, no_price
from vouch.errors import JournalError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.values.money import Usage


class Closing(Scripted):
    def __init__(self, name: str, closed: list[str], *, breaks: bool = False) -> None:
        super().__init__([], name=name)
        self._closed = closed
        self._breaks = breaks

    async def aclose(self) -> None:
        self._closed.append(self.name)
        if self._breaks:
            raise OSError("it would not close")


async def house_of(folder: Path, closed: list[str], *, breaks: bool = False) -> House:
    return House(
        journal=await Journal.open(folder / "journal.db"),
        open_model=lambda name: Closing(name, closed, breaks=breaks),
        shared={"pool": Closing("pool", closed)},
    )


async def test_a_model_is_opened_once_and_one_that_is_given_is_used_as_it_is(house: House, tmp_path: Path) -> None:
    closed: list[str] = []
    async with await house_of(tmp_path, closed) as opened:
        assert opened.model("a/b") is opened.model("a/b")
        assert opened.model("a/b") is not opened.model("a/c")
        given = Closing("mine", closed)
        assert opened.model(given) is given
    # Models before what they share; and the model that was given belongs to whoever made it.
    assert sorted(closed[:2]) == ["a/b", "a/c"]
    assert closed[2:] == ["pool"]
    with pytest.raises(JournalError, match="the journal is closed"):
        await opened.journal.append("run", 0)
    assert no_price("a/b", Usage(1, 1)) is None


async def test_the_journal_is_closed_even_if_a_model_will_not(tmp_path: Path) -> None:
    closed: list[str] = []
    house = await house_of(tmp_path, closed, breaks=True)
    house.model("a/b")
    with pytest.raises(OSError, match="it would not close"):
        await house.aclose()
    assert closed == ["a/b", "pool"]
    with pytest.raises(JournalError, match="the journal is closed"):
        await house.journal.append("run", 0)
