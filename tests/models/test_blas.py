"""One BLAS thread while somebody computes, and the number before afterwards."""

from __future__ import annotations

import ctypes
import threading

import pytest
import scipy.optimize  # noqa: F401 - loads the second library

from vouch.models import blas
from vouch.models.blas import libraries, one_thread


def threads() -> list[int]:
    return [library.get() for library in libraries()]


@pytest.fixture
def two_threads() -> list[int]:
    if not libraries():
        pytest.skip("NumPy was not installed from its wheel")
    for library in libraries():
        library.set(2)
    return [2] * len(libraries())


def test_nested_and_parallel_users_leave_the_number_as_it_was(two_threads: list[int]) -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_thread():
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=other)
    with one_thread():
        with one_thread():
            assert set(threads()) == {1}
        thread.start()
        assert inside.wait(5)
    assert set(threads()) == {1}
    leave.set()
    thread.join()
    assert threads() == two_threads


def test_an_error_inside_gives_the_number_back(two_threads: list[int]) -> None:
    with pytest.raises(RuntimeError), one_thread():
        raise RuntimeError
    assert threads() == two_threads


def test_a_library_that_is_not_loaded_is_left_alone(two_threads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str, mode: int) -> ctypes.CDLL:
        raise OSError(f"not loaded, asked with mode {mode}")

    monkeypatch.setattr(blas.ctypes, "CDLL", absent)
    with one_thread():
        assert libraries() == []
    monkeypatch.undo()
    assert threads() == two_threads
