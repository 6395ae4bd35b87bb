"""Tests of the queue: bounded, ordered, and nobody who waits is ever forgotten."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.errors import JournalError, StoreError
from vouch.journal import queue as queue_module
from vouch.journal.queue import WriteQueue


class Drain(threading.Thread):
    """A writer that only remembers; `trouble` says before which group it fails, and how often."""

    def __init__(self, queue: WriteQueue[int], *, trouble: Callable[[int], bool] = lambda group: False) -> None:
        super().__init__(daemon=True)
        self.queue, self.trouble = queue, trouble
        self.written: list[int] = []
        self.groups = 0

    def run(self) -> None:
        while items := self.queue.take():
            self.groups += 1
            if self.trouble(self.groups):
                self.queue.give_back(items, StoreError("no space"))
                continue
            self.written += items
            self.queue.settle(items)
        self.queue.end(None)


async def flush(queue: WriteQueue[int]) -> None:
    await asyncio.wrap_future(queue.mark())


async def test_items_come_out_in_order_and_a_mark_waits_for_them() -> None:
    queue: WriteQueue[int] = WriteQueue(100, linger=0.01)
    drain = Drain(queue)
    drain.start()
    await queue.put(1, 2, 3)
    await queue.put(4)
    await flush(queue)
    assert drain.written == [1, 2, 3, 4]
    await flush(queue)
    queue.close()
    drain.join(5)
    assert not drain.is_alive()


async def test_nothing_put_is_nothing_to_wait_for() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=0.01)
    await queue.put()
    assert queue.mark().done()


async def test_put_suspends_while_the_queue_is_full_and_no_longer() -> None:
    queue: WriteQueue[int] = WriteQueue(3, linger=60)
    await queue.put(1, 2, 3)
    waiting = asyncio.create_task(queue.put(4))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    taken = queue.take()
    await asyncio.sleep(0.02)
    assert not waiting.done(), "what is being written still takes memory"
    queue.settle(taken)
    await asyncio.wait_for(waiting, 5)
    queue.close()
    assert queue.take() == [4]


async def test_the_bound_is_in_weight() -> None:
    queue: WriteQueue[int] = WriteQueue(100, linger=0.01, weigh=lambda item: item)
    await queue.put(60)
    await queue.put(60)
    waiting = asyncio.create_task(queue.put(1))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    queue.settle(queue.take())
    await asyncio.wait_for(waiting, 5)


async def test_more_than_the_bound_at_once_goes_in_whole() -> None:
    queue: WriteQueue[int] = WriteQueue(3, linger=0.01)
    await asyncio.wait_for(queue.put(*range(10)), 5)
    queue.close()
    assert queue.take() == list(range(10))


async def test_a_full_queue_does_not_wait_for_the_linger() -> None:
    queue: WriteQueue[int] = WriteQueue(3, linger=60)
    drain = Drain(queue)
    drain.start()
    await queue.put(1, 2, 3)
    await asyncio.wait_for(queue.put(4), 5)
    await asyncio.wait_for(flush(queue), 5)
    assert drain.written == [1, 2, 3, 4]


async def test_room_that_comes_free_between_check_and_wait_is_not_missed() -> None:
    """Check and registration are one step: or else the writer settles in between, and the producer sleeps on."""
    queue: WriteQueue[int] = WriteQueue(1, linger=0)
    await queue.put(1)
    taken = queue.take()

    class SettlesAtOnce(threading.Condition):
        """Lets the writer act the moment that the producer lets go of the lock, the worst moment there is."""

        def __exit__(self, *error: object) -> None:
            super().__exit__(*error)  # type: ignore[arg-type]
            if taken:
                items = taken.copy()
                taken.clear()
                queue.settle(items)

    queue._changed = SettlesAtOnce()
    await asyncio.wait_for(queue.put(2), 5)
    queue.close()
    assert queue.take() == [2]


async def test_a_put_that_is_cancelled_while_it_waits_adds_nothing_and_harms_nobody() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=0.01)
    await queue.put(1)
    cancelled = asyncio.create_task(queue.put(2, 3))
    other = asyncio.create_task(queue.put(4))
    await asyncio.sleep(0.02)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    drain = Drain(queue)
    drain.start()
    await asyncio.wait_for(other, 5)
    await asyncio.wait_for(flush(queue), 5)
    assert drain.written == [1, 4]


async def test_a_flush_that_is_cancelled_harms_nobody() -> None:
    queue: WriteQueue[int] = WriteQueue(10, linger=0.01)
    await queue.put(1)
    cancelled, other = asyncio.create_task(flush(queue)), asyncio.create_task(flush(queue))
    await asyncio.sleep(0.02)
    cancelled.cancel()
    Drain(queue).start()
    await asyncio.wait_for(other, 5)
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_items_that_could_not_be_written_come_again_first_and_whoever_waits_is_told() -> None:
    queue: WriteQueue[int] = WriteQueue(4, linger=60)
    await queue.put(1, 2, 3)
    mark = queue.mark()
    taken = queue.take()
    await queue.put(4)
    waits_for_room, waits_for_all = asyncio.create_task(queue.put(5)), asyncio.create_task(flush(queue))
    await asyncio.sleep(0.02)
    queue.give_back(taken, StoreError("no space"))
    for waiting in (waits_for_room, waits_for_all, asyncio.wrap_future(mark)):
        with pytest.raises(StoreError, match="no space"):
            await asyncio.wait_for(waiting, 5)
    assert not queue.closed
    drain = Drain(queue)
    drain.start()
    await asyncio.wait_for(flush(queue), 5)
    assert drain.written == [1, 2, 3, 4], "5 was refused, so it is not written"


async def test_the_writer_wakes_for_the_first_item_though_nobody_waits() -> None:
    queue: WriteQueue[int] = WriteQueue(10, linger=0.001)
    taking = asyncio.create_task(asyncio.to_thread(queue.take))
    await asyncio.sleep(0.05)
    await queue.put(1)
    assert await asyncio.wait_for(taking, 5) == [1]


async def test_nothing_that_somebody_waits_for_is_lingered_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "GROUP", 10)
    queue: WriteQueue[int] = WriteQueue(100, linger=60)
    drain = Drain(queue)
    await queue.put(*range(25))
    waiting = asyncio.create_task(flush(queue))
    await asyncio.sleep(0.02)
    drain.start()
    await asyncio.wait_for(waiting, 5)
    assert drain.written == list(range(25))


async def test_a_mark_waits_only_for_what_was_put_before_it() -> None:
    queue: WriteQueue[int] = WriteQueue(100, linger=0.01)
    await queue.put(1)
    first = queue.mark()
    group = queue.take()
    await queue.put(2)
    second = queue.mark()
    queue.settle(group)
    assert first.done()
    assert not second.done()
    queue.settle(queue.take())
    assert second.done()


async def test_large_groups_are_cut_and_a_full_one_is_not_lingered_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "GROUP", 10)
    queue: WriteQueue[int] = WriteQueue(1000, linger=60)
    taken: list[int] = []
    taker = threading.Thread(target=lambda: taken.extend(queue.take()))
    taker.start()
    await queue.put(1)
    await queue.put(*range(2, 25))
    await asyncio.to_thread(taker.join, 5)
    assert taken == list(range(1, 11))


async def test_the_writer_lingers_for_more_when_nobody_waits() -> None:
    queue: WriteQueue[int] = WriteQueue(1000, linger=0.1)
    taking = asyncio.create_task(asyncio.to_thread(queue.take))
    for number in range(3):
        await queue.put(number)
        await asyncio.sleep(0.005)
    assert await taking == [0, 1, 2]


async def test_closed_means_closed() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=60)
    await queue.put(1)
    waiting = asyncio.create_task(queue.put(2))
    await asyncio.sleep(0.02)
    queue.close()
    drain = Drain(queue)
    drain.start()
    with pytest.raises(JournalError, match="closed"):
        await asyncio.wait_for(waiting, 5)
    with pytest.raises(JournalError, match="closed"):
        await queue.put(3)
    await flush(queue)
    assert drain.written == [1]
    assert queue.ended is None


async def test_an_end_with_items_left_fails_every_mark_from_then_on() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=0.01)
    await queue.put(1)
    before, room = asyncio.create_task(flush(queue)), asyncio.create_task(queue.put(2))
    await asyncio.sleep(0.02)
    queue.end(StoreError("no space"))
    for task in (before, room):
        with pytest.raises(StoreError, match="no space"):
            await asyncio.wait_for(task, 5)
    with pytest.raises(StoreError, match="no space"):
        await flush(queue)
    with pytest.raises(JournalError, match="closed"):
        await queue.put(3)
    assert isinstance(queue.ended, StoreError)


async def test_an_end_without_a_reason_still_says_that_items_are_left() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=0.01)
    await queue.put(1)
    queue.end(None)
    with pytest.raises(JournalError, match="before everything was written"):
        await flush(queue)


async def test_a_pause_ends_with_the_queue() -> None:
    queue: WriteQueue[int] = WriteQueue(1, linger=0.01)
    begin = time.monotonic()
    queue.pause(0.02)
    assert time.monotonic() - begin >= 0.02
    paused = asyncio.create_task(asyncio.to_thread(queue.pause, 60))
    await asyncio.sleep(0.02)
    queue.close()
    await asyncio.wait_for(paused, 5)


def test_several_event_loops_share_one_queue() -> None:
    queue: WriteQueue[int] = WriteQueue(5, linger=0.001)
    drain = Drain(queue)
    drain.start()

    async def produce(name: int) -> None:
        for number in range(100):
            await queue.put(name * 1000 + number)
        await flush(queue)

    threads = [threading.Thread(target=lambda name=name: asyncio.run(produce(name))) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert sorted(drain.written) == sorted(name * 1000 + number for name in range(3) for number in range(100))


@settings(max_examples=60, deadline=None, database=None)
@given(
    bound=st.integers(1, 20),
    linger=st.sampled_from([0.0, 0.0005]),
    batches=st.lists(st.lists(st.integers(1, 6), max_size=12), min_size=1, max_size=5),
    failing=st.sets(st.integers(1, 12), max_size=4),
    flushes=st.integers(1, 4),
)
def test_whatever_producers_do_everything_comes_out_once_and_in_their_order(
    bound: int, linger: float, batches: list[list[int]], failing: set[int], flushes: int
) -> None:
    queue: WriteQueue[tuple[int, int]] = WriteQueue(bound, linger=linger)
    drain = Drain(queue, trouble=lambda group: group in failing)  # type: ignore[arg-type]
    drain.start()

    async def again(action: Callable[[], object]) -> None:
        while True:
            try:
                return await action()  # type: ignore[misc]
            except StoreError:
                continue

    async def produce(name: int, sizes: list[int]) -> None:
        number = 0
        for count, size in enumerate(sizes):
            items = [(name, number + place) for place in range(size)]
            await again(lambda items=items: queue.put(*items))
            number += size
            if count % flushes == 0:
                await again(lambda: flush(queue))  # type: ignore[arg-type]
                assert drain.written.count((name, number - 1)) == 1  # type: ignore[arg-type]
        await again(lambda: flush(queue))  # type: ignore[arg-type]

    async def all_of_them() -> None:
        await asyncio.gather(*(produce(name, sizes) for name, sizes in enumerate(batches)))

    asyncio.run(asyncio.wait_for(all_of_them(), 20))
    queue.close()
    drain.join(5)
    for name, sizes in enumerate(batches):
        assert [item for item in drain.written if item[0] == name] == [(name, n) for n in range(sum(sizes))]  # type: ignore[index]
