"""`sentence/NAME`: models of sentence-transformers as embedders, where that package is installed.

It does not know how they work.
"""

from __future__ import annotations

from pathlib import Path

from vouch.contracts.embedder import Embedder
from vouch.models.embedders.sentence import SentenceEmbedder
from vouch.project.engines.setup import Setup


def connect_embedder(name: str, setup: Setup) -> Embedder:
    """The embedder of this name, one for the house; a folder may be named from the project's.

    Raises `ConfigError` when package or model is not there: nothing is downloaded.
    """
    model = name.removeprefix("sentence/")
    folder = setup.root / Path(model)
    opened = f"sentence/{folder}" if folder.is_dir() else name
    return setup.shared(name, lambda: SentenceEmbedder.open(opened))
