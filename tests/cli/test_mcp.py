from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch


def test_the_package_is_needed(vouch: Vouch, parity: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mcp", *(name for name in sys.modules if name.startswith("mcp."))):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "vouch.project.mcp", raising=False)
    done = vouch("mcp", parity())
    assert done.exit_code == 2
    assert "install it: pip install vouch-llm[mcp]" in done.stderr


def test_a_person_is_told_that_programs_speak_here(
    vouch: Vouch, parity: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.cli.mcp.is_terminal", lambda: True)
    done = vouch("mcp", parity())
    assert done.exit_code == 2
    assert "`vouch mcp` speaks with a program" in done.stderr


def test_an_app_that_is_not_there_is_one_line_and_code_2(vouch: Vouch, parity: Callable[..., Path]) -> None:
    done = vouch("mcp", f"{parity()}:even")
    assert done.exit_code == 2
    assert "no app 'even' in" in done.stderr


def test_a_client_that_says_nothing_is_served_until_it_goes(vouch: Vouch, parity: Callable[..., Path]) -> None:
    done = vouch("mcp", parity(), input="")
    assert (done.exit_code, done.stdout) == (0, "")
