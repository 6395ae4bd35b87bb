from __future__ import annotations

import os
from pathlib import Path

from vouch.cli.reads import Reads


def test_files_that_are_read_and_folders_that_are_listed_are_heard(tmp_path: Path) -> None:
    (tmp_path / "before").write_text("x")
    with Reads() as reads:
        (tmp_path / "before").read_text()
        (tmp_path / "written").write_text("x")
        os.close(os.open(bytes(tmp_path / "before"), os.O_RDONLY))
        os.close(os.open(tmp_path / "both", os.O_RDWR | os.O_CREAT))
        with (tmp_path / "written").open("a"):
            pass
        list(tmp_path.iterdir())
        Path("/proc/self/stat").read_text()
        Path(os.__file__).read_bytes()
        try:
            (tmp_path / "missing").read_text()
        except FileNotFoundError:
            os.listdir()  # noqa: PTH208 - without a name, as glob does it
    (tmp_path / "both").read_text()
    assert reads.files == [tmp_path / "before", tmp_path / "missing"]
    assert reads.folders == sorted([tmp_path, Path.cwd()])


def test_of_a_compiled_module_the_source_counts(tmp_path: Path) -> None:
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    (cache / "one.cpython-311.pyc").touch()
    (tmp_path / "other.pyc").touch()
    with Reads() as reads:
        (cache / "one.cpython-311.pyc").read_bytes()
        (tmp_path / "other.pyc").read_bytes()
    assert reads.files == [tmp_path / "one.py", tmp_path / "other.pyc"]


def test_what_python_says_is_heard_in_every_form(tmp_path: Path) -> None:
    reads = Reads()
    reads.hear("open", (str(tmp_path / "before"), "r", 0))
    with reads:
        for name, mode, flags in (
            ("text", "r", 0),
            ("bytes", "rb", 0),
            ("raw", None, os.O_RDONLY | os.O_CLOEXEC),
            ("written", "w", 0),
            ("more", "a", 0),
            ("new", "x", 0),
            ("both", "r+", 0),
            ("raw-both", None, os.O_RDWR),
            ("neither", None, None),
        ):
            reads.hear("open", (str(tmp_path / name), mode, flags))
        reads.hear("open", (3, "r", 0))
        reads.hear("os.listdir", (4,))
        reads.hear("os.scandir", (str(tmp_path),))
        reads.hear("os.listdir", (None,))
        reads.hear("socket.bind", ())
    assert [path.name for path in reads.files] == ["bytes", "raw", "text"]
    assert reads.folders == sorted([tmp_path, Path.cwd()])
