"""A reader on real sentence vectors; tests that need one are skipped where the encoder is not installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vouch.errors import ConfigError
from vouch.models.minilm.minilm import MiniLM
from vouch.models.reader.reader import Reader


@pytest.fixture(scope="package")
def encoder() -> Iterator[MiniLM]:
    try:
        opened = MiniLM.open()
    except ConfigError as absent:
        pytest.skip(str(absent))
    yield opened
    opened.close()


@pytest.fixture
def reader(encoder: MiniLM) -> Reader:
    return Reader(embedder=encoder)
