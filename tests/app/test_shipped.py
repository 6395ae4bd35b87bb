from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from vouch.app import shipped
from vouch.app.shipped import version_of


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("planner", "minilm"):
        (tmp_path / name / "__pycache__").mkdir(parents=True)
        (tmp_path / name / "a.py").write_text("A = 1\n")
    monkeypatch.setattr(shipped, "_MODELS", tmp_path)
    version_of.cache_clear()
    yield tmp_path
    version_of.cache_clear()


def version() -> str:
    version_of.cache_clear()
    return version_of("local/planner")


def test_a_version_changes_with_its_files_those_of_the_encoder_and_the_weights(
    rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [version()]
    for name in ("planner", "minilm"):
        (rooms / name / "a.py").write_text("A = 2\n")
        versions.append(version())
    (rooms / "planner" / "b.json").write_text("{}")
    versions.append(version())
    monkeypatch.setattr(metadata, "version", lambda name: "9.9")
    versions.append(version())
    assert len(set(versions)) == 5
    (rooms / "planner" / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    assert version() == versions[-1]


def test_a_model_elsewhere_has_none(rooms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (version_of("openai/planner"), version_of("local/nothing")) == ("", "")

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    assert version() != ""
