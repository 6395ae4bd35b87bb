"""Vouch: the system around the model.

Everything an app is made of can be imported from here; each name is loaded when it is first used, so that importing
`vouch` is quick and a project pays only for what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vouch import scorers
    from vouch.app.app import App
    from vouch.app.budget import Budget
    from vouch.app.declaration import Gate, Proof
    from vouch.errors import VouchError
    from vouch.models.scripted import Scripted
    from vouch.prompts.prompt import Prompt
    from vouch.sync import prove, run
    from vouch.tools.approvals import above
    from vouch.tools.function import tool
    from vouch.tools.policy import policy
    from vouch.values.case import Case, Dataset
    from vouch.values.request import Example

_HOMES: Final = {
    "App": "vouch.app.app",
    "Budget": "vouch.app.budget",
    "Case": "vouch.values.case",
    "Dataset": "vouch.values.case",
    "Example": "vouch.values.request",
    "Gate": "vouch.app.declaration",
    "Prompt": "vouch.prompts.prompt",
    "Proof": "vouch.app.declaration",
    "Scripted": "vouch.models.scripted",
    "VouchError": "vouch.errors",
    "above": "vouch.tools.approvals",
    "policy": "vouch.tools.policy",
    "prove": "vouch.sync",
    "run": "vouch.sync",
    "tool": "vouch.tools.function",
}

__all__ = [
    "App",
    "Budget",
    "Case",
    "Dataset",
    "Example",
    "Gate",
    "Prompt",
    "Proof",
    "Scripted",
    "VouchError",
    "above",
    "policy",
    "prove",
    "run",
    "scorers",
    "tool",
]


def __getattr__(name: str) -> Any:
    if name == "scorers":
        return import_module("vouch.scorers")
    if name not in _HOMES:
        raise AttributeError(f"module 'vouch' has no attribute {name!r}; it has: {', '.join(__all__)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
