from __future__ import annotations

from pathlib import Path

import pytest

from vouch.proof.whole import replacing, write_lines, write_whole


def test_a_file_is_replaced_when_it_is_whole_and_not_before(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_whole(file, "é")
    with replacing(file) as opened:
        opened.write(b"half")
        opened.flush()
        assert file.read_text(encoding="utf-8") == "é"
    assert file.read_bytes() == b"half"
    write_lines(file, [b"a\n", b"b\n"])
    assert file.read_bytes() == b"a\nb\n"


def test_where_it_fails_the_old_file_stays_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_whole(file, b"old")
    with pytest.raises(ValueError, match="no more"), replacing(file) as opened:  # noqa: PT012 - it breaks half way
        opened.write(b"new")
        raise ValueError("no more")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert file.read_bytes() == b"old"
    with pytest.raises(NotADirectoryError):
        write_whole(file / "below", b"")
