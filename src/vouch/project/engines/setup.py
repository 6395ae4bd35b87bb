"""What an engine may need to be wired: settings, folder, journal, shared connections.

It does not know any engine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.project.config import Config, Provider
from vouch.project.providers import KNOWN


@dataclass(frozen=True)
class Setup:
    """One house being wired. `shared` gives what several models use, made at the first call for its name."""

    config: Config
    root: Path
    journal: Journal
    shared: Callable[[str, Callable[[], Any]], Any]

    @property
    def providers(self) -> Mapping[str, Provider]:
        """All providers behind an address, by name: the known ones, and those of vouch.toml, which come first."""
        return {**KNOWN, **self.config.providers}

    def keys(self) -> Iterator[str]:
        """Every key that the environment holds: those of providers, and that of the index."""
        for provider in self.providers.values():
            if key := key_in(provider.key_env):
                yield key
        if key := key_in(self.config.index.key_env):
            yield key

    def key(self, name: str, provider: Provider) -> str | None:
        """The provider's key from the environment, hidden from the journal from now on; raises `ConfigError`."""
        if not provider.key_env:
            return None
        key = key_in(provider.key_env)
        if not key:
            raise ConfigError(
                f"model {name!r} needs a key, and the environment variable {provider.key_env} is not set; "
                f"set it: export {provider.key_env}=..."
            )
        self.journal.hide(key)
        return key


def key_in(variable: str) -> str:
    """The key that an environment variable holds; "" where it is not set, or there is no variable."""
    # A key that was read from a file often ends in a line break, which no header may hold.
    return os.environ.get(variable, "").strip() if variable else ""
