"""One BLAS thread, as the classifier itself computes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vouch.models.blas import one_thread


@pytest.fixture(autouse=True)
def as_the_classifier_computes() -> Iterator[None]:
    with one_thread():
        yield
