"""The files of a folder, in the order of their names, without what its ignore files leave out.

It does not know what the files hold. Links that lead out of the folder are not followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped
from vouch.knowledge.reading.patterns import matches

IGNORE_FILES: Final = (".gitignore", ".vouchignore")
"""Files in any folder, with patterns of what to leave out below it."""

_IGNORE_MOST: Final = 1_000_000
"""Bytes of an ignore file."""


def files_of(
    folder: Path, *, include: Sequence[str] = (), exclude: Sequence[str] = (), limits: Limits = LIMITS
) -> Iterator[Path | Skipped]:
    """Regular files that fit a pattern of `include`, or all, and none of `exclude`; hidden ones only if included.

    What cannot be looked at is `Skipped`, and so are the files beyond `limits.files`.
    """
    for count, found in enumerate(_walked(folder, folder, (), include, exclude), 1):
        if count > limits.files:
            yield Skipped(".", f"it holds more than {limits.files:,} files, the rest was left out; raise Limits.files")
            return
        yield found


def _walked(
    root: Path,
    folder: Path,
    ignored: tuple[tuple[str, tuple[str, ...]], ...],
    include: Sequence[str],
    exclude: Sequence[str],
) -> Iterator[Path | Skipped]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(_named(root, folder), f"the folder cannot be opened: {error.strerror}")
        return
    own = _patterns(folder)
    ignored = (*ignored, (_prefix(root, folder), own)) if own else ignored
    for entry in entries:
        path = Path(entry.path)
        name = _named(root, path)
        is_folder = entry.is_dir(follow_symlinks=False)
        if _is_left_out(name, is_folder, ignored, exclude):
            continue
        if entry.name.startswith(".") and not matches(name, include, is_folder=is_folder):
            continue
        if is_folder:
            yield from _walked(root, path, ignored, include, exclude)
        elif not include or matches(name, include):
            yield from _looked_at(root, path, name)


def _looked_at(root: Path, path: Path, name: str) -> Iterator[Path | Skipped]:
    """The file itself, if it is a regular one within the folder."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
            yield Skipped(name, "it is a link that leads out of the folder; give its target as a source of its own")
        elif stat.S_ISREG(path.stat().st_mode):
            yield path
        elif not path.is_symlink():
            yield Skipped(name, "it is no regular file")
    except (OSError, RuntimeError) as error:
        yield Skipped(name, f"it cannot be looked at: {error}")


def _is_left_out(
    name: str, is_folder: bool, ignored: tuple[tuple[str, tuple[str, ...]], ...], exclude: Sequence[str]
) -> bool:
    if matches(name, exclude, is_folder=is_folder):
        return True
    patterns: list[str] = []
    for prefix, own in ignored:
        patterns += [_moved(prefix, pattern) for pattern in own]
    return matches(name, patterns, is_folder=is_folder)


def _moved(prefix: str, pattern: str) -> str:
    """A pattern of the ignore file in a folder, as one from the top."""
    if not prefix or pattern.startswith("#"):
        return pattern
    sign, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    anchored = "/" in body.rstrip().rstrip("/")
    return f"{sign}/{prefix}{body.removeprefix('/')}" if anchored else f"{sign}/{prefix}**/{body}"


def _patterns(folder: Path) -> tuple[str, ...]:
    lines: list[str] = []
    for name in IGNORE_FILES:
        file = folder / name
        try:
            if file.is_file() and file.stat().st_size <= _IGNORE_MOST:
                lines += file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def _prefix(root: Path, folder: Path) -> str:
    return "" if folder == root else f"{_named(root, folder)}/"


def _named(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
