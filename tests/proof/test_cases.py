from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.errors import CaseError
from vouch.proof.cases import LARGEST_BYTES, read_cases
from vouch.values.case import Case


def written(folder: Path, data: str | bytes) -> Path:
    file = folder / "cases.jsonl"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def test_cases_are_read_in_order_with_all_that_a_line_says(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        '{"id": "c-1", "input": "Where is it?", "expected": "delivery", "tags": ["late", "dhl"], "source": "mail"}\n'
        "\n"
        '  {"input": "?", "expected": {"total": 12.5, "items": [1, 2]}}  \r\n'
        '{"id": 17, "input": ""}',
    )
    dataset = read_cases(file)
    assert dataset.name == "cases.jsonl"
    assert dataset.cases == (
        Case("c-1", "Where is it?", "delivery", ("late", "dhl"), "mail"),
        Case("line-3", "?", {"total": 12.5, "items": [1, 2]}),
        Case("17", "", None),
    )


def test_a_byte_order_mark_and_odd_line_separators_do_no_harm(tmp_path: Path) -> None:
    odd = "one\u2028two\u2029three\x0bfour\x0cfive\x85six"
    lines = [json.dumps({"input": odd}, ensure_ascii=False), json.dumps({"input": odd})]
    assert "\u2028" in lines[0]
    cases = read_cases(written(tmp_path, "\ufeff" + "\n".join(lines))).cases
    assert [case.id for case in cases] == ["line-1", "line-2"]
    assert cases[0].input == cases[1].input == odd


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "\n".join(
            [
                '{"id": "a", "input": "x"}',
                '{"id": "b", "inptu": "x"}',
                '{"id": "c", "expected": "x"}',
                '{"id": "a", "input": "y"}',
                "not json",
                '{"id": "", "input": "x"}',
                '{"id": true, "input": "x"}',
                "[1]",
            ]
        ),
    )
    with pytest.raises(CaseError) as wrong:
        read_cases(file)
    said = str(wrong.value)
    assert said.startswith(f"{file}: line 2: Object contains unknown field `inptu`; line 3: ")
    assert "line 3: Object missing required field `input`" in said
    assert "line 4: id 'a' is already used on line 1" in said
    assert "line 5: JSON is malformed" in said
    assert "line 6: Expected `str` of length >= 1" in said
    assert "; and 2 more. A line is a JSON object such as" in said


@pytest.mark.parametrize("data", ["", "\n \n\t\n", "\ufeff"])
def test_a_file_without_cases_is_an_error(tmp_path: Path, data: str) -> None:
    with pytest.raises(CaseError, match="holds no cases; write a line a case"):
        read_cases(written(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "line", "byte"),
    [
        ('{"input": "a"}\n{"input": "é"}\n'.encode("latin-1"), 2, "0xe9"),
        ('{"input": "a"}\n'.encode("utf-16"), 1, "0xff"),
        (b'{"input": "\xed\xa0\x80"}', 1, "0xed"),
    ],
)
def test_what_is_not_utf_8_is_named_with_its_line(tmp_path: Path, data: bytes, line: int, byte: str) -> None:
    with pytest.raises(CaseError, match=rf"line {line}: not UTF-8 text \(byte {byte}\); save it as UTF-8"):
        read_cases(written(tmp_path, data))


@pytest.mark.parametrize("data", ['{"input": "\\ud800"}', '{"input": ' + "[" * 200_000, "{" * 100_000])
def test_what_no_reader_can_take_is_a_mistake_like_any_other(tmp_path: Path, data: str) -> None:
    with pytest.raises(CaseError, match="line 1: "):
        read_cases(written(tmp_path, data))


def test_numbers_of_any_size_are_kept_as_they_are(tmp_path: Path) -> None:
    [case] = read_cases(written(tmp_path, '{"input": "x", "expected": 123456789012345678901234567890}')).cases
    assert case.expected == 123456789012345678901234567890


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.jsonl"
    with file.open("wb") as opened:
        opened.truncate(1_000_000_000)
    started = time.perf_counter()
    with pytest.raises(CaseError, match=r"huge.jsonl has 1,000 MB; at most 256 MB: split it into several proofs"):
        read_cases(file)
    assert time.perf_counter() - started < 0.5
    assert LARGEST_BYTES == 256_000_000


def test_what_is_no_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"there is no file of cases '.*nothing.jsonl'"):
        read_cases(tmp_path / "nothing.jsonl")
    with pytest.raises(CaseError, match=r"is a folder without data \(.*\); name a file of cases"):
        read_cases(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for endless in (pipe, Path("/dev/zero")):
        with pytest.raises(CaseError, match="is a pipe or a device, which may have no end"):
            read_cases(endless)
    with pytest.raises(CaseError, match="cannot be read"):
        read_cases(Path("null\0byte"))
    file = written(tmp_path, "{}")
    with pytest.raises(CaseError, match=r"cannot be read \(Not a directory\)"):
        read_cases(file / "below")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    file = written(tmp_path, "{}")
    file.chmod(0)
    with pytest.raises(CaseError, match=r"cannot be read \(Permission denied\)"):
        read_cases(file)


texts = st.text(st.characters(exclude_categories=["Cs"]))
case_values = st.builds(
    Case,
    id=texts.filter(bool),
    input=texts,
    expected=st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**70), 2**70),
    tags=st.lists(texts).map(tuple),
    source=texts,
)


@given(st.lists(case_values, min_size=1, max_size=6, unique_by=lambda case: case.id), st.booleans())
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case], escaped: bool
) -> None:
    lines = [
        json.dumps({name: getattr(case, name) for name in Case.__struct_fields__}, ensure_ascii=escaped)
        for case in cases
    ]
    assert read_cases(written(tmp_path_factory.getbasetemp(), "\n".join(lines))).cases == tuple(cases)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_the_only_error_is_a_case_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = written(tmp_path_factory.getbasetemp(), data)
    with suppress(CaseError):
        assert read_cases(file).cases
