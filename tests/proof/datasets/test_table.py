from __future__ import annotations

from pathlib import Path

import pytest

from proof.datasets.files import said, text
from vouch.errors import CaseError
from vouch.proof.datasets.reading import read_dataset
from vouch.values.case import Case


def test_columns_are_fields_by_name_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    file = text(
        tmp_path / "cases.csv",
        "id,input,expected,tags,source\n"
        "a,Where is it?,delivery,late; dhl,mail\n"
        '\n,"Two\nlines, ""quoted""",,,\n'
        "17,0042,0042,,\n",
    )
    assert read_dataset(file).cases == (
        Case("a", "Where is it?", "delivery", ("late", "dhl"), "mail"),
        Case("line-4", 'Two\nlines, "quoted"', None),
        Case("17", "0042", "0042"),
    )


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|")])
def test_the_separator_is_that_of_the_line_of_names(tmp_path: Path, name: str, mark: str) -> None:
    file = text(tmp_path / name, f"\ufeffinput{mark}expected\r\nx{mark}y\r\n")
    assert said(read_dataset(file).cases) == [("x", "y")]


def test_lists_and_objects_may_be_written_in_json_and_dots_make_parts(tmp_path: Path) -> None:
    file = text(
        tmp_path / "cases.csv",
        "input;expected.total;expected.items;setting;then;tags\n"
        'buy;12.50;[1, 2];{"store": 3};["more", "bye"];["a, b"]\n'
        "buy;;[not json;{broken;;\n",
    )
    assert read_dataset(file).cases == (
        Case("line-2", "buy", {"total": "12.50", "items": [1, 2]}, ("a, b",), "", ("more", "bye"), {"store": 3}),
        Case("line-3", "buy", {"items": "[not json"}, setting="{broken"),
    )


def test_every_mistake_is_named_with_the_line_on_which_its_row_begins(tmp_path: Path) -> None:
    file = text(tmp_path / "cases.csv", 'id,input\na,"x\ny"\nb\nc,z,w\na,q\n,"open\n')
    with pytest.raises(CaseError) as wrong:
        read_dataset(file)
    told = str(wrong.value)
    assert "line 4: 1 cells stand under 2 column names" in told
    assert "line 5: 3 cells stand under 2 column names" in told
    assert "line 6: id 'a' is already used on line 2" in told
    assert "line 7: unexpected end of data: is a double quote within a cell not doubled, or not closed?" in told
    assert told.endswith("The first line names the columns, such as id,input,expected")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("input,expcted\nx,y\n", r"line 2: the column 'expcted' is no field of a case; did you mean 'expected'\?"),
        ("input,price\nx,y\n", "line 2: the column 'price' is no field of a case; there are input, expected"),
        ("input,input\nx,y\n", "line 1: the column 'input' stands there twice"),
        ("input,,\nx,y,z\n", "line 1: a column has no name"),
        ("expected\nx\n", "line 2: Object missing required field `input`"),
        ("input,expected,expected.total\nx,y,z\n", "line 2: the column 'expected.total' stands beside one"),
        ("input,then\nx,y\n", "line 2: Expected `array`, got `str`"),
        ("input\n" + "x" * 200_000 + "\n", "line 2: a cell has more than 131,072 characters; write the cases as JSON"),
        ("input,expected\n", "holds no cases"),
        ("", "holds no cases"),
        (b"input\n\xe9\n", r"line 2: not UTF-8 text \(byte 0xe9\)"),
    ],
)
def test_what_is_no_table_of_cases_is_an_error_that_says_why(tmp_path: Path, content: str | bytes, why: str) -> None:
    with pytest.raises(CaseError, match=why):
        read_dataset(text(tmp_path / "cases.csv", content))
