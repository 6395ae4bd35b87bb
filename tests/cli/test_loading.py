"""Tests of loading without a search for garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from vouch.cli.loading import loading


class Round:
    """Something that only a search for garbage finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nobody_looks_within_and_what_is_there_stays() -> None:
    with loading():
        assert not gc.isenabled()
        within = weakref.ref(Round())
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    after = weakref.ref(Round())
    gc.collect()
    assert (within() is None, after() is None) == (False, True)


def test_who_never_looks_does_not_begin_to_and_an_error_passes() -> None:
    gc.disable()
    try:
        with pytest.raises(ValueError, match="no such module"), loading():
            raise ValueError("no such module")
        assert not gc.isenabled()
    finally:
        gc.enable()
