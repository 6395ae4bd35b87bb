"""The files of a zip, one after the other, each with its name in it.

It does not know what they hold. Nothing is written to the disk, so no name can lead out of anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped, Unreadable
from vouch.knowledge.reading.package import opened, unpacked


def inner_name(name: str) -> str:
    """The name of a file within another, without steps that would lead out of it."""
    return "/".join(step for step in name.replace("\\", "/").split("/") if step not in {"", ".", ".."})


def members(data: bytes, limits: Limits = LIMITS) -> Iterator[tuple[str, bytes] | Skipped]:
    """Name and content of every file; raises `Unreadable` if the archive itself is broken or too large."""
    with opened(data, limits) as archive:
        seen: set[str] = set()
        for info in archive.infolist():
            name = inner_name(info.filename)
            if info.is_dir() or not name:
                continue
            if name in seen:
                yield Skipped(name, "another file of the archive has the same name")
                continue
            seen.add(name)
            if info.file_size > limits.bytes:
                yield Skipped(name, f"it has {info.file_size:,} bytes, more than {limits.bytes:,}; raise Limits.bytes")
                continue
            try:
                yield name, unpacked(archive, info)
            except Unreadable as error:
                yield Skipped(name, str(error))
