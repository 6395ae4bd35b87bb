"""vouch.toml as frozen values, every mistake named.

It does not know what the settings do.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from vouch.errors import ConfigError

NAME: Final = "vouch.toml"


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


class Local(Struct, frozen=True, forbid_unknown_fields=True):
    """The models on this machine: a folder with the encoder's weights, and where trained heads are kept."""

    weights: str = ""
    cache: str = ".vouch/cache"


class Http(Struct, frozen=True, forbid_unknown_fields=True):
    """How long to wait for a provider, in seconds."""

    connect: float = 10.0
    first_byte: float = 120.0
    between_bytes: float = 60.0


class RetryEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """How patient to be with a provider that fails."""

    attempts: int = 4
    first: float = 0.5
    longest: float = 30.0


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All of vouch.toml. `apps` maps a name to `module:attribute`."""

    apps: dict[str, str] = field(default_factory=dict[str, str])
    database: str = ".vouch/journal.db"
    providers: dict[str, Provider] = field(default_factory=dict[str, Provider])
    prices: dict[str, PriceEntry] = field(default_factory=dict[str, PriceEntry])
    local: Local = Local()
    http: Http = Http()
    retry: RetryEntry = RetryEntry()


def read_config(file: Path) -> Config:
    """The settings in `file`; raises `ConfigError` that names the mistake and, for a misspelt key, the nearest one."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {error}") from error
    try:
        return msgspec.convert(raw, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}{_hint(str(error))}") from error


def _hint(message: str) -> str:
    unknown = re.search(r"unknown field `(\w+)`", message)
    if unknown is None:
        return ""
    structs: tuple[Any, ...] = (Config, Provider, PriceEntry, Local, Http, RetryEntry)
    known = {name for struct in structs for name in struct.__struct_fields__}
    near = difflib.get_close_matches(unknown.group(1), sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are: {', '.join(sorted(Config.__struct_fields__))}"
