from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch


def test_the_package_and_a_program_to_speak_with_are_needed(
    vouch: Vouch, parity: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "mcp", None)
        without.delitem(sys.modules, "vouch.project.mcp", raising=False)
        done = vouch("mcp", parity())
    assert done.exit_code == 2
    assert "install it: pip install vouch-llm[mcp]" in done.stderr


def test_an_app_that_is_not_there_is_one_line_and_code_2(vouch: Vouch, parity: Callable[..., Path]) -> None:
    done = vouch("mcp", f"{parity()}:even")
    assert done.exit_code == 2
    assert "no app 'even' in" in done.stderr
