"""The encoder, opened once for all baselines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vouch.models.minilm.minilm import MiniLM


@pytest.fixture(scope="package")
def embedder() -> Iterator[MiniLM]:
    opened = MiniLM.open()
    yield opened
    opened.close()
