"""One BLAS thread while somebody computes, and the number before afterwards."""

from __future__ import annotations

import threading

from threadpoolctl import threadpool_info

from vouch.models.blas import one_thread


def threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_nested_and_parallel_users_leave_the_number_as_it_was() -> None:
    before = threads()
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_thread():
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=other)
    with one_thread():
        with one_thread():
            assert threads() == {1}
        thread.start()
        assert inside.wait(5)
    assert threads() == {1}
    leave.set()
    thread.join()
    assert threads() == before
