from __future__ import annotations

import os
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vouch.errors import StoreError, UsageError
from vouch.proof.report import Row
from vouch.proof.spool import IN_MEMORY, Spool, aside, spooled, write_rows
from vouch.values.case import Case
from vouch.values.money import Money


def row(number: int, size: int = 10) -> Row:
    return Row(case=f"c-{number}", input="é" * size, value=0.5, cost=Money(Decimal("0.10")), tags=("a",))


@pytest.mark.parametrize("size", [3, 20_000])
def test_values_come_back_in_order_in_whatever_order_they_went_in(size: int, tmp_path: Path) -> None:
    rows = [row(number, size) for number in range(100)]
    places = list(range(100))
    random.Random(1).shuffle(places)
    with Spool(Row, tmp_path) as spool:
        for place in places[:90]:
            spool.put(place, rows[place])
        assert len(list(spool.raw())) == 90
        for place in places[90:]:
            spool.put(place, rows[place])
        assert list(spool) == rows
        assert (len(spool), spool[-1], spool[3:6]) == (100, rows[99], rows[3:6])
        # Nothing bears a name, so nothing is left behind by a process that is killed.
        assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_empty_places_hold_nothing() -> None:
    with Spool(Row) as spool:
        spool.put(2, row(2))
        assert len(spool) == 3
        for place in (0, 3, -4):
            with pytest.raises(IndexError, match="no value at place"):
                spool[place]


@pytest.mark.parametrize("expected", [float("nan"), {1: "one"}, ("a", "b"), Decimal("1.5"), b"bytes", object()])
def test_what_json_would_change_is_held_as_it_is(expected: Any) -> None:
    case = Case("c", "i", expected)
    with spooled(Case, [case, Case("d", "j")]) as spool:
        assert spool[0].expected is expected
        assert spool[1] == Case("d", "j")


def test_halves_of_signs_are_mended() -> None:
    with spooled(Row, [Row(case="c", input="i", output="\ud800!")]) as spool:
        assert spool[0].output == "\ufffd!"


def test_a_mistake_while_values_come_is_raised() -> None:
    def broken() -> Any:
        yield Case("c", "i")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        spooled(Case, broken())


def test_a_full_disk_is_said() -> None:
    with Spool(Row) as spool:
        spool._file.close()  # pyright: ignore[reportPrivateUsage] - a file that takes nothing any more
        spool._file = Path("/dev/full").open("w+b", buffering=0)  # type: ignore[assignment] # noqa: SIM115
        with pytest.raises(StoreError, match=r"cannot be put aside .*; free some space"):
            spool.put(0, row(1, IN_MEMORY))


def test_rows_are_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "rows.jsonl"
    with spooled(Row, [row(1), row(2)]) as spool:
        write_rows(spool, file)
        assert file.read_bytes() == b"".join(spool.raw())
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match=r"cannot be written to .*; name another folder"):
            write_rows(spool, tmp_path / "file" / "rows.jsonl")


def test_what_is_put_aside_lies_beside_the_journal(tmp_path: Path) -> None:
    assert aside(str(tmp_path / "journal.db")) == tmp_path
    assert aside("postgresql://somewhere/else") is None
