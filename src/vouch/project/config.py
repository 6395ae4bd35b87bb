"""vouch.toml as frozen values, every mistake named.

It does not know what the settings do.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, field

from vouch.errors import ConfigError

NAME: Final = "vouch.toml"

Seconds = Annotated[float, Meta(gt=0)]


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a provider's models are. `key_env` names the environment variable that holds the key."""

    address: str
    key_env: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])


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


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All of vouch.toml. `apps` maps a name to `module:attribute`."""

    apps: dict[str, str] = field(default_factory=dict[str, str])
    database: str = ".vouch/journal.db"
    providers: dict[str, Provider] = field(default_factory=dict[str, Provider])
    prices: dict[str, PriceEntry] = field(default_factory=dict[str, PriceEntry])
    local: Local = Local()
    http: Http = Http()
    retry: RetryEntry = RetryEntry()

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
}


def _hint(message: str) -> str:
    """For a key that is not known: the nearest that is, or all that are known in its table."""
    unknown = re.search(r"unknown field `([^`]+)`(?: - at `\$\.(\w+))?", message)
    if unknown is None:
        return ""
    known = sorted(_TABLES.get(unknown[2], Config).__struct_fields__)
    near = difflib.get_close_matches(unknown[1], known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are: {', '.join(known)}"
