"""From settings to a wired house: which engine stands behind which name.

It does not know how any engine works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vouch.app.house import House
from vouch.app.retry import Retry
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.models.prices import Prices
from vouch.project.config import Config
from vouch.project.engines.setup import Setup
from vouch.values.money import Price

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy

ENGINES: Final = {
    "local": "vouch.project.engines.local",
    "replay": "vouch.project.engines.recorded",
}
"""By provider: the module whose `connect(name, setup)` gives the model. To add a kind, add a line and a module."""

EMBEDDERS: Final = {
    "local": "vouch.project.engines.local",
    "sentence": "vouch.project.engines.sentence",
}
"""By provider: the module whose `connect_embedder(name, setup)` gives the embedder."""

COMPATIBLE: Final = "vouch.project.engines.compatible"
"""The module for every provider that speaks OpenAI's API."""


async def wire(config: Config, root: Path) -> House:
    """The house of these settings, with the project's folder as `root`. Engines are loaded when first asked for."""
    place = config.database if "://" in config.database else str(root / config.database)
    journal = await Journal.open(place)
    kept: dict[str, Any] = {}

    def shared(name: str, make: Callable[[], Any]) -> Any:
        if name not in kept:
            kept[name] = make()
        return kept[name]

    setup = Setup(config, root, journal, shared)
    # Before anything is recorded, because a question may hold a key long before its model is asked.
    journal.hide(*setup.keys())
    prices = {name: Price(**_fields(entry)) for name, entry in config.prices.items()}
    return House(
        journal=journal,
        open_model=lambda name: open_model(name, setup),
        open_embedder=lambda name: open_embedder(name, setup),
        cost=Prices(prices).cost,
        retry=Retry(attempts=config.retry.attempts, first=config.retry.first, longest=config.retry.longest),
        shared=kept,
    )


def open_model(name: str, setup: Setup) -> Model:
    """The model of a `provider/model` name; raises `ConfigError` that lists the providers there are."""
    connect: Callable[[str, Setup], Model] = _engine("model", name, setup, ENGINES).connect
    return connect(name, setup)


def open_embedder(name: str, setup: Setup) -> Embedder:
    """The embedder of a `provider/model` name; raises `ConfigError` that lists the providers there are."""
    connect: Callable[[str, Setup], Embedder] = _engine("embedder", name, setup, EMBEDDERS).connect_embedder
    return connect(name, setup)


def _engine(kind: str, name: str, setup: Setup, engines: Mapping[str, str]) -> Any:
    """The module that knows the provider of a name."""
    provider = name.split("/", 1)[0]
    known = dict(engines) | dict.fromkeys(setup.providers, COMPATIBLE)
    if provider not in known:
        raise ConfigError(
            f"{kind} {name!r}: there is no provider {provider!r}; there are: {', '.join(sorted(known))}. "
            f'Any server that speaks OpenAI\'s API can be added: [providers.{provider}] address = "..." in vouch.toml'
        )
    # Engines are heavy to import (SciPy, tokenizers, TLS), and a project uses few of them: hence by name.
    return import_module(known[provider])


def _fields(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
