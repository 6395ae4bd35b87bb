"""Engines behind an address that speaks OpenAI's API.

It does not know how the API is spoken.
"""

from __future__ import annotations

from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.project.engines.setup import Setup


def connect(name: str, setup: Setup) -> Model:
    """The model of this name; raises `ConfigError` when its key is missing."""
    provider_name = name.split("/", 1)[0]
    provider = setup.providers[provider_name]
    http = setup.config.http
    pool = setup.shared(
        "http",
        lambda: HttpPool(
            connect_timeout=http.connect, first_byte_timeout=http.first_byte, idle_timeout=http.between_bytes
        ),
    )
    key = setup.key(name, provider)
    try:
        return OpenAI(name, http=pool, address=provider.address, key=key, headers=provider.headers)
    except ConfigError as error:
        raise ConfigError(f"[providers.{provider_name}]: {error}") from error
