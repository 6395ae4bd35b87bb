"""vouch.toml as frozen values, every mistake named.

It does not know what the settings do.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from vouch.errors import ConfigError

NAME: Final = "vouch.toml"

Seconds = Annotated[float, Meta(gt=0)]


Dialect = Literal["openai", "anthropic", "google", "mistral", "cohere", "bedrock", "azure", "litellm"]
"""What a provider speaks: `openai` is OpenAI's API and that of every server compatible with it."""


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a provider's models are. `key_env` names the environment variable that holds the key.

    `responses` says that a server of OpenAI's dialect takes OpenAI's responses, too.
    """

    address: str
    key_env: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    dialect: Dialect = "openai"
    responses: bool = False


class PriceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens of one model cost."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name in ("input", "output", "cache_read", "cache_write"):
            price: Decimal | None = getattr(self, name)
            if price is not None and not (price.is_finite() and price >= 0):
                raise ValueError(f"{name} = {price}: a price is 0 or more")


class Local(Struct, frozen=True, forbid_unknown_fields=True):
    """The models on this machine: a folder with the encoder's weights, and where trained heads are kept."""

    weights: str = ""
    cache: str = ".vouch/cache"


class Http(Struct, frozen=True, forbid_unknown_fields=True):
    """How long to wait for a provider, in seconds."""

    connect: Seconds = 10.0
    first_byte: Seconds = 120.0
    between_bytes: Seconds = 60.0


class RetryEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """How patient to be with a provider that fails."""

    attempts: Annotated[int, Meta(ge=1)] = 4
    first: Seconds = 0.5
    longest: Seconds = 30.0


class RouteEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Which models answer under one name, and how one is chosen; `weights` belong to `weighted`, one a model."""

    models: Annotated[tuple[str, ...], Meta(min_length=1)]
    policy: Literal["fallback", "weighted", "least_loaded"] = "fallback"
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.weights and (self.policy != "weighted" or len(self.weights) != len(self.models)):
            raise ValueError(f"weights = {list(self.weights)}: give one a model, with policy = 'weighted'")
        if any(weight < 0 for weight in self.weights) or (self.weights and not sum(self.weights)):
            raise ValueError(f"weights = {list(self.weights)}: they are 0 or more, and not all 0")


class CacheEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers of the gateway are kept, and for how long (seconds); `bytes` is the most that they may take.

    `models` are patterns of what is asked for, `keys` names or ids of keys; without any, all. Answers are given again
    within `scope`: to the same key, to keys of the same team, or to everyone. `threshold` is the least cosine.
    """

    models: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    kind: Literal["exact", "semantic"] = "exact"
    scope: Literal["key", "team", "everyone"] = "key"
    seconds: Seconds = 3600.0
    bytes: Annotated[int, Meta(ge=1)] = 64 * 1024 * 1024
    tools: bool = False
    threshold: Annotated[float, Meta(gt=0, le=1)] = 0.97
    embedder: str = "local/minilm"


GuardName = Literal["injection", "secrets", "personal", "invisible", "deny", "shape"]


class GuardEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """What looks at requests and answers of the gateway; `mask` names the personal data that providers never see.

    `models` are patterns of what is asked for, `keys` names or ids of keys; without any, all. `deny` lists words and
    phrases. `mode` says how streams are judged, and `hold` how many characters `window` holds back.
    """

    models: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    input: tuple[GuardName, ...] = ()
    output: tuple[GuardName, ...] = ()
    input_mode: Literal["block", "detect"] = "block"
    mode: Literal["buffer", "window", "detect"] = "buffer"
    hold: Annotated[int, Meta(ge=64, le=16384)] = 256
    mask: tuple[Literal["email", "phone", "iban", "card", "ip", "national_id"], ...] = ()
    deny: tuple[str, ...] = ()


class ServeEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """How the gateway serves; times in seconds, sizes in bytes. `bodies`: which requests and answers are kept.

    `certificates` names the file with each app's certificate, and `trust` the public keys whose word counts. With
    `certificate = "required"` an app without a valid one is not served.

    `log` says how each request is logged, `metrics` who may read the counters (`local`: this machine alone), `notice`
    how long it says that it is not ready before it takes no more requests, `otel` where spans are sent.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    bodies: Literal["all", "sampled", "none"] = "all"
    sample: Annotated[float, Meta(ge=0, le=1)] = 0.1
    body_limit: Annotated[int, Meta(ge=1)] = 32 * 1024 * 1024
    total: Seconds = 600.0
    first_token: Seconds = 120.0
    between_tokens: Seconds = 60.0
    drain: Seconds = 30.0
    attempts: Annotated[int, Meta(ge=1)] = 3
    certificate: Literal["", "required"] = ""
    certificates: dict[str, str] = field(default_factory=dict[str, str])
    trust: tuple[str, ...] = ()
    log: Literal["json", "text", "off"] = "off"
    metrics: Literal["local", "open", "off"] = "local"
    notice: Annotated[float, Meta(ge=0)] = 0.0
    otel: str = ""
    cache: dict[str, CacheEntry] = field(default_factory=dict[str, CacheEntry])
    guards: dict[str, GuardEntry] = field(default_factory=dict[str, GuardEntry])


class IndexEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """What keeps the index of all knowledge: the address of an engine, such as `edge:.vouch/index`.

    `key_env` names the environment variable that holds the key of a server that wants one.
    """

    engine: str = ""
    key_env: str = ""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All of vouch.toml. `apps` maps a name to `module:attribute`."""

    apps: dict[str, str] = field(default_factory=dict[str, str])
    database: str = ".vouch/journal.db"
    providers: dict[str, Provider] = field(default_factory=dict[str, Provider])
    prices: dict[str, PriceEntry] = field(default_factory=dict[str, PriceEntry])
    local: Local = Local()
    http: Http = Http()
    retry: RetryEntry = RetryEntry()
    routes: dict[str, RouteEntry] = field(default_factory=dict[str, RouteEntry])
    serve: ServeEntry = ServeEntry()
    index: IndexEntry = IndexEntry()

    def __post_init__(self) -> None:
        currencies = sorted({entry.currency for entry in self.prices.values()})
        if len(currencies) > 1:
            raise ValueError(f"prices are in {' and '.join(currencies)}: give all of them in one currency")


def read_config(file: Path) -> Config:
    """The settings in `file`; raises `ConfigError` that names the mistake and, for a misspelt key, the nearest one."""
    try:
        # Editors on Windows like to begin a file with a byte order mark, which is no TOML.
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{file} is not TOML: {error}") from error
    try:
        return msgspec.convert(raw, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}{_hint(str(error))}") from error


_TABLES: Final[dict[str, type[Struct]]] = {
    "providers": Provider,
    "prices": PriceEntry,
    "local": Local,
    "http": Http,
    "retry": RetryEntry,
    "routes": RouteEntry,
    "serve": ServeEntry,
    "index": IndexEntry,
    "serve.cache": CacheEntry,
    "serve.guards": GuardEntry,
}


def _hint(message: str) -> str:
    """For a key that is not known: the nearest that is, or all that are known in its table."""
    unknown = re.search(r"unknown field `([^`]+)`(?: - at `\$\.(serve\.(?:cache|guards)|\w+))?", message)
    if unknown is None:
        return ""
    known = sorted(_TABLES.get(unknown[2], Config).__struct_fields__)
    near = difflib.get_close_matches(unknown[1], known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are: {', '.join(known)}"
