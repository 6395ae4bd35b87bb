"""Sources become documents, one after the other, while files are read and parsed in a thread.

It does not know what is done with them. What cannot be read is `Skipped`, with the reason, and the rest goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from vouch.errors import ConfigError
from vouch.knowledge.reading.folder import files_of
from vouch.knowledge.reading.formats import read_file
from vouch.knowledge.reading.labels import Label, labelled
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped, Unreadable
from vouch.knowledge.reading.rows import Rows, rows_of
from vouch.knowledge.reading.store import stored
from vouch.knowledge.reading.web import Visitor, Web
from vouch.values.document import Document

Source = str | Path | Rows
"""A file or folder, the address of a page (`https://...`) or of a store (`s3://...`), or a query."""

Found = Document | Skipped

_AT_A_TIME: Final = 64
"""Documents that a thread reads before it hands them over, or fewer in `_SECONDS`."""
_SECONDS: Final = 0.05


class _Wishes(Struct, frozen=True):
    include: Sequence[str]
    exclude: Sequence[str]
    limits: Limits
    options: Mapping[str, Any]
    visitor: Visitor


async def read(
    source: Source | Sequence[Source],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    labels: Sequence[Label] = (),
    limits: Limits = LIMITS,
    web: Web | None = None,
    options: Mapping[str, Any] | None = None,
) -> AsyncIterator[Found]:
    """The documents of a source, or of several, and what had to be skipped.

    A document is named by its path in its folder or store, by its address, or by its query and row. `include` and
    `exclude` are patterns for these paths, as in a `.gitignore`; `options` go to the package of a store. Raises
    `ConfigError` for a source that is not there.
    """
    sources: Sequence[Source] = [source] if isinstance(source, str | Path | Rows) else source
    wishes = _Wishes(include, exclude, limits, options or {}, Visitor(web, limits))
    found = (document for each in sources for document in _of(each, wishes))
    async with aclosing(_in_thread(found)) as documents:
        async for document in documents:
            yield labelled(document, labels) if isinstance(document, Document) else document


async def _in_thread(found: Generator[Found]) -> AsyncGenerator[Found]:
    """What an iterator yields, taken from it in a thread, always some ahead of who asks."""
    task = asyncio.create_task(asyncio.to_thread(_taken, found))
    try:
        while True:
            # Waiting so, and not for the task itself, a cancelled reader does not leave it alone with the iterator.
            await asyncio.wait([task])
            batch, is_last = task.result()
            if not is_last:
                task = asyncio.create_task(asyncio.to_thread(_taken, found))
            for document in batch:
                yield document
            if is_last:
                return
    finally:
        # A thread cannot be interrupted: it ends its handful first.
        await asyncio.wait([task])
        task.exception()
        found.close()


def _taken(found: Iterator[Found]) -> tuple[list[Found], bool]:
    batch: list[Found] = []
    until = time.monotonic() + _SECONDS
    for document in found:
        batch.append(document)
        if len(batch) >= _AT_A_TIME or time.monotonic() > until:
            return batch, False
    return batch, True


def _of(source: Source, wishes: _Wishes) -> Iterator[Found]:
    if isinstance(source, Rows):
        yield from rows_of(source, wishes.limits)
    elif isinstance(source, str) and source.startswith(("http://", "https://")):
        yield from _page(source, wishes)
    elif isinstance(source, str) and "://" in source:
        yield from _store(source, wishes)
    else:
        yield from _local(Path(source), wishes)


def _local(path: Path, wishes: _Wishes) -> Iterator[Found]:
    if path.is_dir():
        for found in files_of(path, include=wishes.include, exclude=wishes.exclude, limits=wishes.limits):
            if isinstance(found, Skipped):
                yield found
            else:
                yield from _file(found, found.relative_to(path).as_posix(), wishes.limits)
    elif path.is_file():
        yield from _file(path, path.name, wishes.limits)
    else:
        raise ConfigError(f"there is no file or folder {str(path)!r}; give a path, an https:// address, or Rows(...)")


def _file(path: Path, name: str, limits: Limits) -> Iterator[Found]:
    try:
        about = path.stat()
        if about.st_size > limits.bytes:
            yield Skipped(name, f"it has {about.st_size:,} bytes, more than {limits.bytes:,}; raise Limits.bytes")
            return
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(name, f"it cannot be opened: {error.strerror}")
        return
    modified = datetime.fromtimestamp(about.st_mtime, UTC).isoformat(timespec="seconds")
    yield from _dated(read_file(data, name, limits), modified)


def _page(address: str, wishes: _Wishes) -> Iterator[Found]:
    name = address.partition("#")[0]
    try:
        page = wishes.visitor.page(name)
    except Unreadable as error:
        yield Skipped(name, str(error))
        return
    path = name.partition("?")[0]
    kind = page.kind or ("" if "." in path.rpartition("/")[2] and path.count("/") > 2 else ".html")
    for found in _dated(read_file(page.data, name, wishes.limits, kind=kind), page.modified):
        is_page = isinstance(found, Document)
        yield replace(found, metadata={**found.metadata, "address": page.address}) if is_page else found


def _store(address: str, wishes: _Wishes) -> Iterator[Found]:
    files = stored(
        address, include=wishes.include, exclude=wishes.exclude, limits=wishes.limits, options=wishes.options
    )
    for found in files:
        if isinstance(found, Skipped):
            yield found
        else:
            name, data, modified = found
            yield from _dated(read_file(data, name, wishes.limits), modified)


def _dated(files: Iterator[Found], modified: str) -> Iterator[Found]:
    """Documents with the time of change of their file, unless they know their own."""
    for found in files:
        if isinstance(found, Document) and modified and "modified" not in found.metadata:
            yield replace(found, metadata={**found.metadata, "modified": modified})
        else:
            yield found
