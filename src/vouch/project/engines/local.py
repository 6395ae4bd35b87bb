"""Engines on this machine: no key, no network.

It does not know how they work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.models.classifier.classifier import Classifier
from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.planner import Planner
from vouch.project.engines.setup import Setup

CLASSIFIER: Final = "local/classifier"
PLANNER: Final = "local/planner"
NAMES: Final = (CLASSIFIER, PLANNER)


def connect(name: str, setup: Setup) -> Model:
    """The model of this name; raises `ConfigError` when there is none."""
    if name not in NAMES:
        raise ConfigError(f"there is no local model {name!r}; there are: {', '.join(NAMES)}")
    local = setup.config.local
    weights = Path(setup.root, local.weights) if local.weights else None
    embedder = setup.shared("minilm", lambda: MiniLM.open(weights))
    if name == PLANNER:
        return Planner(name, embedder=embedder)
    return Classifier(name, embedder=embedder, cache=setup.root / local.cache)
