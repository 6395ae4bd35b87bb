"""Engines behind an address: models and embedders of providers.

It does not know how the API is spoken.
"""

from __future__ import annotations

from typing import Any, Final

from vouch.contracts.embedder import Embedder
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.models.http.pool import HttpPool
from vouch.models.openai.embed import OpenAIEmbedder
from vouch.project.engines.dialects import model_at
from vouch.project.engines.setup import Setup

LENGTHS: Final = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""The length of the vectors of embedding models that are known; of others it stands in the name, after an @."""


def connect(name: str, setup: Setup) -> Model:
    """The model of this name; raises `ConfigError` when its key is missing."""
    provider, line = name.split("/", 1)[0], _line(name, setup)
    try:
        return model_at(setup.providers[provider], name, http=line["http"], key=line["key"])
    except ConfigError as error:
        raise ConfigError(f"[providers.{provider}]: {error}") from error


def connect_embedder(name: str, setup: Setup) -> Embedder:
    """The embedder `provider/model`, or `provider/model@LENGTH`; raises `ConfigError` when key or length is missing."""
    model, _, length = name.partition("@")
    known = str(LENGTHS.get(model.partition("/")[2], ""))
    length = length or known
    if not (length.isascii() and length.isdigit()):
        raise ConfigError(
            f"embedder {name!r}: the length of its vectors is not known; write it behind the name, such as "
            f"'{model}@768'"
        )
    line = _line(model, setup)
    try:
        return OpenAIEmbedder(model, **line, dimensions=int(length))
    except ConfigError as error:
        raise ConfigError(f"[providers.{model.split('/', 1)[0]}]: {error}") from error


def _line(name: str, setup: Setup) -> dict[str, Any]:
    """How the provider of a name is reached: its address, its key, and the connections that all share."""
    provider = setup.providers[name.split("/", 1)[0]]
    http = setup.config.http
    pool = setup.shared(
        "http",
        lambda: HttpPool(
            connect_timeout=http.connect, first_byte_timeout=http.first_byte, idle_timeout=http.between_bytes
        ),
    )
    return {"http": pool, "address": provider.address, "key": setup.key(name, provider)}
