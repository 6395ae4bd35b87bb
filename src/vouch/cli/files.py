"""The files that a project is made of, and which of them changed.

It does not know what the files say.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

KINDS: Final = (
    *(".py", ".toml", ".md", ".txt", ".jinja", ".yaml", ".yml"),
    *(".json", ".jsonl", ".csv", ".tsv", ".parquet", ".arrow"),
)
"""Endings of files that are looked at: code, settings, prompts, examples and cases. Journals, logs and the like are
written by what is watched."""

_LEFT_OUT: Final = ("__pycache__", "node_modules", "site-packages")

Stamp = tuple[int, int]
"""When a file was last written, in nanoseconds, and its size."""


def stamps(root: Path, *, also: Iterable[Path] = (), without: Iterable[Path] = ()) -> dict[Path, Stamp]:
    """All files of these kinds in `root` and below, and the files `also`, whatever their kind.

    Hidden folders and files are left out, and the folders `without`. What disappears meanwhile is not there.
    """
    left_out = {path.absolute() for path in without}
    found = {path: stamp for path in also if (stamp := stamp_of(path)) is not None}
    for entry in _files(root.absolute(), left_out):
        if entry.name.endswith(KINDS) and (stamp := stamp_of(Path(entry.path))) is not None:
            found[Path(entry.path)] = stamp
    return found


def stamp_of(path: Path) -> Stamp | None:
    """When it was written and how large it is; None where it cannot be seen."""
    try:
        seen = path.stat()
    except (OSError, ValueError):
        return None
    return seen.st_mtime_ns, seen.st_size


def changed(before: Mapping[Path, Stamp], after: Mapping[Path, Stamp]) -> list[Path]:
    """The files that were written, are new or are gone."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _files(folder: Path, left_out: set[Path]) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _LEFT_OUT or Path(entry.path) in left_out:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), left_out)
        else:
            yield entry
