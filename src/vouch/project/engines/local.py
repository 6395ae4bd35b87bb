"""Engines on this machine: no key, no network.

It does not know how they work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.contracts.embedder import Embedder
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.models.classifier.classifier import Classifier
from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.planner import Planner
from vouch.models.reader.reader import Reader
from vouch.project.engines.setup import Setup

CLASSIFIER: Final = "local/classifier"
PLANNER: Final = "local/planner"
READER: Final = "local/reader"
NAMES: Final = (CLASSIFIER, PLANNER, READER)


def connect(name: str, setup: Setup) -> Model:
    """The model of this name; raises `ConfigError` when there is none."""
    if name not in NAMES:
        raise ConfigError(f"there is no local model {name!r}; there are: {', '.join(NAMES)}")
    embedder = _minilm(setup)
    if name == PLANNER:
        return Planner(name, embedder=embedder)
    if name == READER:
        return Reader(name, embedder=embedder)
    return Classifier(name, embedder=embedder, cache=setup.root / setup.config.local.cache)


def connect_embedder(name: str, setup: Setup) -> Embedder:
    """The embedder of this name; raises `ConfigError` when there is none."""
    if name != MiniLM.name:
        raise ConfigError(f"there is no local embedder {name!r}; there is: {MiniLM.name}")
    return _minilm(setup)


def _minilm(setup: Setup) -> MiniLM:
    """The one that all local models share."""
    weights = Path(setup.root, setup.config.local.weights) if setup.config.local.weights else None
    return setup.shared("minilm", lambda: MiniLM.open(weights))
