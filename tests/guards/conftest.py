"""Every test of guards may ask for the engine, and then runs on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guards.engines import forget, without


@pytest.fixture(params=["re2", "re"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """`re2` where it is installed, and Python's `re`."""
    if request.param == "re":
        without(monkeypatch, "re2")
    else:
        pytest.importorskip("re2")
    yield request.param
    forget()
