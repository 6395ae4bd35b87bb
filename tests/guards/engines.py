"""Both engines that guards may run on, one after the other."""

from __future__ import annotations

import sys

import pytest

from vouch.guards import injection as injecting
from vouch.guards import secrets as hiding
from vouch.guards.plain import compared
from vouch.guards.scan import scanner


def without(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """As if these packages were not installed, until the test ends."""
    for package in packages:
        for loaded in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setitem(sys.modules, package, None)
    forget()


def forget() -> None:
    """Let go of whatever was made with one of the engines."""
    sets = (sys.modules[injecting.__module__]._all_signs, sys.modules[hiding.__module__]._forms)
    for kept in (scanner, compared, *sets):
        kept.cache_clear()
