"""The files below a folder whose paths fit patterns such as `policy/**/*.md`, with what the system says of them.

It does not know what the files hold. It looks at thousands of files in some milliseconds, because that is done while
somebody waits for an answer.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Final

Folders = dict[str, int]
"""When each folder was changed that was looked through, in nanoseconds: by its path."""

_OWN: Final = ".vouch"
"""Where indexes and journals lie: what we wrote ourselves is no document."""

_MAGIC: Final = re.compile(r"[*?\[]")

_Found = tuple[str, os.stat_result]


def fitting(root: Path, patterns: Sequence[str], folders: Folders) -> dict[str, os.stat_result]:
    """By path below `root`, which is resolved: the regular files that fit a pattern; `folders` is added to.

    A step of a pattern knows `*`, `?` and `[...]`; the step `**` stands for any number of folders. Links are followed
    where they do not lead out of `root`, but not by `**`. What cannot be looked at is left out.
    """
    found: dict[str, os.stat_result] = {}
    for pattern in patterns:
        steps = tuple(step for step in pattern.split("/") if step not in ("", "."))
        found.update(_below(str(root), "", steps, str(root), folders))
    return found


def _below(folder: str, name: str, steps: Sequence[str], root: str, folders: Folders) -> Iterator[_Found]:
    step, rest = steps[0], steps[1:]
    if step == "**":
        yield from _at_any_depth(folder, name, rest or ("*",), root, folders)
        return
    fits = _fitting_step(step)
    entries = [entry for entry in _entries(folder, folders) if fits(entry.name)]
    if not rest:
        yield from [(name + entry.name, seen) for entry in entries if (seen := _file(entry, root)) is not None]
        return
    for entry in entries:
        if _is_folder(entry, root):
            yield from _below(entry.path, f"{name}{entry.name}/", rest, root, folders)


def _at_any_depth(folder: str, name: str, rest: Sequence[str], root: str, folders: Folders) -> Iterator[_Found]:
    yield from _below(folder, name, rest, root, folders)
    for entry in _entries(folder, folders):
        if entry.name != _OWN and entry.is_dir(follow_symlinks=False):
            yield from _at_any_depth(entry.path, f"{name}{entry.name}/", rest, root, folders)


def _entries(folder: str, folders: Folders) -> list[os.DirEntry[str]]:
    try:
        # Asked before it is looked through: what comes meanwhile then shows at the next look.
        folders.setdefault(folder, os.stat(folder).st_mtime_ns)  # noqa: PTH116 - a path is slow to make
        return list(os.scandir(folder))
    except OSError:
        return []


@lru_cache(maxsize=256)
def _fitting_step(step: str) -> Callable[[str], object]:
    """Whether a name fits a step of a pattern."""
    if not _MAGIC.search(step):
        return step.__eq__
    match = re.compile(fnmatch.translate(step)).match
    # What we wrote ourselves is found only where it is named.
    return match if match(_OWN) is None else lambda name: name != _OWN and match(name)


def _is_folder(entry: os.DirEntry[str], root: str) -> bool:
    try:
        return entry.is_dir() and (not entry.is_symlink() or _is_inside(entry.path, root))
    except OSError:
        return False


def _file(entry: os.DirEntry[str], root: str) -> os.stat_result | None:
    """What is known of a regular file; None for what is none, or leads out."""
    try:
        if entry.is_symlink() and not _is_inside(entry.path, root):
            return None
        seen = entry.stat()
    except OSError:
        return None
    return seen if S_ISREG(seen.st_mode) else None


def _is_inside(path: str, root: str) -> bool:
    return Path(path).resolve().is_relative_to(root)
