from __future__ import annotations

from pathlib import Path

import pytest

from vouch.prompts.source import fault, lines_of, read_text, shown, suggest, unified

from .conftest import Folder, problem_of


def test_a_fault_names_file_and_line() -> None:
    assert str(fault("prompts/a.prompt.md", 14, "it is wrong")) == "prompts/a.prompt.md:14: it is wrong"


def test_the_nearest_name_is_suggested_or_all_are_listed() -> None:
    assert suggest("setings", {"settings", "inputs"}) == "did you mean 'settings'?"
    assert suggest("zzz", {"b", "a"}) == "known are a, b"
    assert suggest("zzz", ()) == "none is known"


def test_paths_are_shown_relative_to_the_current_folder(folder: Folder) -> None:
    assert shown(folder.path / "prompts" / "a.md") == "prompts/a.md"
    assert shown(Path("/elsewhere/a.md")) == "/elsewhere/a.md"


def test_lines_count_from_one_and_are_cut_at_line_ends_only() -> None:
    lines = lines_of("a\x0b\u2028b\nc", "f", first=3)
    assert [(line.text, line.file, line.number) for line in lines] == [("a\x0b\u2028b", "f", 3), ("c", "f", 4)]


def test_line_ends_of_all_systems_are_one() -> None:
    assert unified("a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "f: the file is empty; write text into it"),
        (b" \n\t\n", "f: the file is empty"),
        (b"\xef\xbb\xbf\n", "f: the file is empty"),
        (b"one\ntwo \xff", "f:2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"abcdefghijk", "f: larger than 10 bytes"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    assert problem_of(lambda: read_text(path, "f", largest=10)).startswith(problem)


def test_a_folder_and_a_missing_file_are_refused_by_name(tmp_path: Path) -> None:
    assert "parts: cannot be read (Is a directory)" in problem_of(lambda: read_text(tmp_path, "parts"))
    assert "gone: cannot be read (No such file" in problem_of(lambda: read_text(tmp_path / "gone", "gone"))
    assert "odd: cannot be read (embedded null byte)" in problem_of(lambda: read_text(tmp_path / "a\0b", "odd"))


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfhello\r\n")
    assert read_text(tmp_path / "f", "f") == "hello\n"
