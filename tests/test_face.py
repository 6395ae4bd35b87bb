"""The public face: few names, each importable, quick to load; and the tree of errors as it is drawn."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vouch
from vouch import errors


def test_the_public_names_are_these_and_no_more() -> None:
    assert vouch.__all__ == [
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
    assert len(vouch.__all__) <= 16
    assert dir(vouch) == sorted(vouch.__all__)


@pytest.mark.parametrize("name", vouch.__all__)
def test_each_of_them_can_be_imported_and_says_what_it_is(name: str) -> None:
    namespace: dict[str, object] = {}
    exec(f"from vouch import {name}", namespace)
    assert namespace[name] is getattr(vouch, name)
    assert (getattr(vouch, name).__doc__ or "").strip()


def test_a_name_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="module 'vouch' has no attribute 'Agent'; it has: App, Budget,"):
        _ = vouch.Agent
    with pytest.raises(ImportError):
        exec("from vouch import Agent")


def test_importing_vouch_loads_nothing_heavy() -> None:
    code = """
import sys, vouch
def loaded(*names): print(*[name for name in names if name in sys.modules])
loaded("numpy", "scipy", "sqlalchemy", "pydantic", "jinja2", "rich", "typer", "asyncio")
print(*[name for name in sys.modules if name.startswith("vouch.")])
vouch.Case, vouch.Example, vouch.Budget
loaded("numpy", "scipy", "sqlalchemy")
from vouch import *
print(App.__module__, scorers.label().name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["", "", "", "vouch.app.app label"]


def drawn() -> dict[str, str]:
    """By name: the parent of each error in the tree that the docstring draws."""
    found: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.lstrip(" │├└─").split(" ")[0]
        if not (isinstance(getattr(errors, name, None), type) and line.startswith("    ")):
            continue
        depth = line.index(name)
        while path and path[-1][0] >= depth:
            path.pop()
        found[name] = path[-1][1] if path else "Exception"
        path.append((depth, name))
    return found


def test_the_tree_of_errors_is_the_one_that_is_drawn() -> None:
    defined = {
        name: kind.__bases__[0].__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    assert drawn() == defined
    assert len(defined) >= 28
    several = {kind for kind in map(errors.__dict__.get, defined) if kind and len(kind.__bases__) > 1}
    # A tool that is declared wrongly is a TypeError too, as a wrong signature is anywhere in Python.
    assert several == {errors.ToolError}


def test_every_error_can_be_made_from_its_message_alone() -> None:
    for name in drawn():
        error = getattr(errors, name)("what, wanted, next")
        assert isinstance(error, errors.VouchError)
        assert str(error) == "what, wanted, next"
        assert type(error).__doc__


def test_what_the_drawing_calls_retryable_is_and_nothing_else() -> None:
    lines = (errors.__doc__ or "").splitlines()
    marked = {line.strip(" │├└─").split(" ")[0] for line in lines if line.endswith("(retryable)")}
    assert len(marked) == 5
    assert marked == {name for name in drawn() if getattr(getattr(errors, name), "retryable", False)}
