"""Embedders of sentence-transformers in a project."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from vouch.errors import ConfigError
from vouch.project.engines.sentence import connect_embedder
from vouch.project.engines.setup import Setup


def setup_at(root: Path) -> Setup:
    kept: dict[str, Any] = {}

    def shared(name: str, make: Any) -> Any:
        if name not in kept:
            kept[name] = make()
        return kept[name]

    return cast("Setup", SimpleNamespace(root=root, shared=shared))


class Model:
    max_seq_length = 8

    def get_embedding_dimension(self) -> int:
        return 3

    def state_dict(self) -> dict[str, Any]:
        return {}


def test_one_for_the_house_and_folders_are_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []

    class Package(ModuleType):
        @staticmethod
        def SentenceTransformer(name: str, *, device: str, local_files_only: bool) -> Model:  # noqa: N802
            asked.append((name, local_files_only))
            return Model()

    monkeypatch.setitem(sys.modules, "sentence_transformers", Package("sentence_transformers"))
    (tmp_path / "weights").mkdir()
    setup = setup_at(tmp_path)
    one = connect_embedder("sentence/weights", setup)
    assert connect_embedder("sentence/weights", setup) is one
    assert one.dimensions == 3
    assert connect_embedder("sentence/some/model", setup).name == "sentence/some/model"
    assert asked == [(str(tmp_path / "weights"), True), ("some/model", True)]


def test_without_the_package_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="pip install sentence-transformers"):
        connect_embedder("sentence/x", setup_at(tmp_path))
