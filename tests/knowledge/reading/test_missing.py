"""What is said when an optional package is not installed."""

from __future__ import annotations

import sys

import pytest

from vouch.errors import ConfigError
from vouch.knowledge.reading.formats import read_file
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.reading.store import stored


@pytest.mark.parametrize(
    ("name", "module", "why"),
    [
        ("a.pdf", "pypdfium2", "PDF needs the package `pypdfium2`: pip install vouch-llm[documents]"),
        ("a.html", "selectolax.lexbor", "HTML needs the package `selectolax`: pip install vouch-llm[documents]"),
        ("a.xlsx", "python_calamine", "workbooks need the package `python-calamine`: pip install vouch-llm[documents]"),
    ],
)
def test_the_message_says_what_to_install(monkeypatch, name, module, why):
    monkeypatch.setitem(sys.modules, module, None)
    assert list(read_file(b"x", name)) == [Skipped(name, why)]


def test_stores_say_so_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ConfigError, match="stores need the package `fsspec`"):
        list(stored("memory://x"))
