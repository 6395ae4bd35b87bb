"""Keeping what was learned: whole or not at all, never run, and never an obstacle."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from tests.models.classifier.words import sentences, vectors

from vouch.models.classifier.head import Head, learn
from vouch.models.classifier.shelf import put, take


@pytest.fixture
def head() -> Head:
    examples = sentences(4)
    return learn(vectors([e.input for e in examples]), [f"{e.output} é" for e in examples])


def test_what_was_put_is_taken(tmp_path: Path, head: Head) -> None:
    put(tmp_path / "new" / "folder", "key", head)
    found = take(tmp_path / "new" / "folder", "key")
    assert found is not None
    assert (found.classes, found.pool) == (head.classes, head.pool)
    x = vectors(["refund please", "parcel"])
    assert np.array_equal(found.judge(x).confidence, head.judge(x).confidence)
    assert np.array_equal(found.trials.confidence, head.trials.confidence)
    assert [file.name for file in (tmp_path / "new" / "folder").iterdir()] == ["key.npz"]


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('a file was run')",))


def test_what_cannot_be_read_is_nothing(tmp_path: Path, head: Head) -> None:
    assert take(tmp_path, "absent") is None
    put(tmp_path, "key", head)
    whole = (tmp_path / "key.npz").read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2], pickle.dumps(Bomb())):
        (tmp_path / "key.npz").write_bytes(content)
        assert take(tmp_path, "key") is None
    np.savez(tmp_path / "other.npz", classes=np.frombuffer(b"[1]", np.uint8))
    assert take(tmp_path, "other") is None
    np.savez(tmp_path / "evil.npz", classes=np.array([Bomb()], dtype=object), allow_pickle=True)
    assert take(tmp_path, "evil") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, head: Head) -> None:
    (tmp_path / "file").touch()
    put(tmp_path / "file", "key", head)
    assert take(tmp_path / "file", "key") is None


def test_an_unfinished_file_is_taken_away(tmp_path: Path, head: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    put(tmp_path, "key", head)
    assert list(tmp_path.iterdir()) == []
