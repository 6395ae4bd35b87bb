"""Packages that one engine alone needs: loaded when it is opened, with a plain word where one is missing.

It does not know what they do.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from vouch.errors import ConfigError


def needed(module: str, *, extra: str) -> Any:
    """The module; raises `ConfigError` that says what to install where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"the index engine {extra!r} needs the package of {module!r}, which cannot be loaded ({error}); install it "
            f"with: pip install 'vouch-llm[{extra}]'"
        ) from error
