"""Items of a source read and cut, by several processes where that takes long.

It does not know what becomes of the chunks.

The first second is worked alone: starting processes costs about as much as reading three thousand short documents.
Helpers end with whoever started them, also where that was killed.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Thread
from typing import Final, NamedTuple

from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.source import Source
from vouch.values.document import Chunk, Document

Cut = Callable[[Document], Sequence[Chunk]]
"""How a document becomes chunks."""

ALONE: Final = 1.0
"""Seconds."""

_PORTION: Final = 16
"""Items that a helper is given at a time."""


class ItemRead(NamedTuple):
    """An item: the chunks of each of its documents by id, and what could not be read."""

    name: str
    documents: dict[str, Sequence[Chunk]]
    skipped: tuple[Skipped, ...]


class Reader(NamedTuple):
    """Reads an item and cuts it."""

    source: Source
    cut: Cut

    def read(self, name: str) -> ItemRead:
        """All that is in the item."""
        documents: dict[str, Sequence[Chunk]] = {}
        skipped: list[Skipped] = []
        for found in self.source.read(name):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                documents[found.id] = self.cut(found)
        return ItemRead(name, documents, tuple(skipped))


def read_items(reader: Reader, names: Sequence[str], *, processes: int = 1, alone: float = ALONE) -> Iterator[ItemRead]:
    """The items in their order; after `alone` seconds with up to `processes` helpers, where the reader can be sent.

    Whatever keeps helpers from working is no error: then it is done here.
    """
    until = time.monotonic() + alone
    done = 0
    while done < len(names) and (processes < 2 or time.monotonic() < until):
        yield reader.read(names[done])
        done += 1
    if done < len(names):
        yield from _with_helpers(reader, names[done:], processes)


def _with_helpers(reader: Reader, names: Sequence[str], processes: int) -> Iterator[ItemRead]:
    portions = [names[start : start + _PORTION] for start in range(0, len(names), _PORTION)]
    try:
        sent = pickle.dumps(reader)
    except (pickle.PicklingError, AttributeError, TypeError):
        yield from map(reader.read, names)
        return
    # Forked processes would share the locks of threads that they do not have.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(portions)), context, initializer=_begin, initargs=(sent,)) as pool:
        try:
            waiting = [pool.submit(_read, portion) for portion in portions]
            for portion, future in zip(portions, waiting, strict=True):
                yield from _result(future) or map(reader.read, portion)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _result(future: Future[list[ItemRead] | None]) -> list[ItemRead] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


_readers: Final[list[Reader]] = []
"""In a helper: the one that it was given."""


def _begin(sent: bytes) -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    try:
        _readers.append(pickle.loads(sent))  # noqa: S301 - it comes from the process that started this one
    except (ImportError, AttributeError, pickle.UnpicklingError):
        return  # a way to cut that only the app's own module knows


def _read(names: Sequence[str]) -> list[ItemRead] | None:
    return [_readers[0].read(name) for name in names] if _readers else None
