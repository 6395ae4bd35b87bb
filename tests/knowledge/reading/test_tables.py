"""Tables become documents."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pytest
from tests.knowledge.reading.made import zipped

from vouch.knowledge.reading.limits import Limits, Unreadable
from vouch.knowledge.reading.tables import described, read_csv, read_workbook, shown


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_rows_name_their_columns(sign):
    text = f'name{sign}price{sign}note\n"Lamp{sign} red"{sign}3.50{sign}\nBulb{sign}1{sign}"two\nlines"\n\n'
    document = read_csv(text.encode(), "a.csv")
    assert document.text == f"name: Lamp{sign.strip()} red | price: 3.50\nname: Bulb | price: 1 | note: two lines"
    assert [block.kind for block in document.blocks] == ["table"]
    assert document.metadata == {"rows": 2}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2\n3,4\n", ["1 | 2", "3 | 4"]),
        ("a,a\n3,4\n", ["a | a", "3 | 4"]),
        ("a,b\n", ["a | b"]),
        ("a,b\n1,2,3\n", ["a: 1 | b: 2 | 3"]),
        ("", []),
    ],
)
def test_a_first_row_that_names_nothing_is_a_row(text, rows):
    assert read_csv(text.encode(), "a.csv").text.split("\n") == (rows or [""])


def test_tables_have_limits():
    with pytest.raises(Unreadable, match=r"more than 2 rows; raise Limits.rows"):
        read_csv(b"a\nx\ny\nz\n", "a.csv", Limits(rows=2))
    with pytest.raises(Unreadable, match=r"it is no table: field larger"):
        read_csv(b'a,b\n"' + b"x" * 200_000 + b'",1', "a.csv")


def test_values_are_shown_as_people_write_them():
    assert [shown(value) for value in (None, True, False, 3.0, 3.5, "x", 1e300)] == [
        "",
        "yes",
        "no",
        "3",
        "3.5",
        "x",
        "1e+300",
    ]
    assert shown(datetime(2025, 3, 14)) == shown(date(2025, 3, 14)) == "2025-03-14"  # noqa: DTZ001
    assert shown(datetime(2025, 3, 14, 9, 30)) == "2025-03-14 09:30:00"  # noqa: DTZ001
    assert shown(time(9, 30)) == "09:30:00"
    assert described(["a", "b"], ["", " 2\n3 "]) == "b: 2 3"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["name", "price", "since"])
    sheet.append(["Lamp", 3.5, datetime(2025, 3, 14)])  # noqa: DTZ001
    sheet.append(["Bulb", 2, None])
    hidden = book.create_sheet("Secret")
    hidden.append(["do", "not"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    book.create_sheet("Stock").append(["Lamp", 7])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_sheet_by_sheet():
    document = read_workbook(workbook(), "a.xlsx")
    found = [(block.kind, block.page, document.text[slice(*block.span)]) for block in document.blocks]
    assert found == [
        ("heading", 1, "Prices"),
        ("table", 1, "name: Lamp | price: 3.5 | since: 2025-03-14\nname: Bulb | price: 2"),
        ("heading", 2, "Empty"),
        ("heading", 3, "Stock"),
        ("table", 3, "Lamp | 7"),
    ]
    assert document.metadata == {"sheets": ["Prices", "Empty", "Stock"], "rows": 3}


def test_broken_and_too_large_workbooks_are_refused():
    with pytest.raises(Unreadable, match="it is no workbook that can be read"):
        read_workbook(b"no workbook", "a.xlsx")
    with pytest.raises(Unreadable, match="it is no workbook that can be read"):
        read_workbook(zipped({"x": "y"}), "a.xlsx")
    with pytest.raises(Unreadable, match=r"sheet 'Prices' has 3 x 3 cells; raise Limits.elements"):
        read_workbook(workbook(), "a.xlsx", Limits(elements=8))
    with pytest.raises(Unreadable, match=r"it unpacks to .* bytes, more than 1,000; raise Limits.expanded"):
        read_workbook(workbook(), "a.xlsx", Limits(expanded=1000))
