"""Which files were read, and which folders listed, while a command did its work.

It does not know why. What is opened beside Python, such as a database, is not seen.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_LISTED: Final = ("os.listdir", "os.scandir")

_SYSTEM: Final = ("/proc/", "/sys/", "/dev/")

_INSTALLED: Final = tuple(
    f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
"""Where Python and what was installed lie: they change by installing only."""


class Reads:
    """Listens from the moment its block begins until it ends; Python lets no such listener go, so then it is deaf."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._listening = False

    @property
    def files(self) -> list[Path]:
        """The files that were opened for reading, but for the system's and installed ones."""
        return [Path(name) for name in sorted(map(_source, self._files)) if _own(name)]

    @property
    def folders(self) -> list[Path]:
        """The folders that were listed, but for the system's and installed ones."""
        return [Path(name) for name in sorted(self._folders) if _own(name)]

    def __enter__(self) -> Self:
        self._listening = True
        sys.addaudithook(self.hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening = False

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take in what Python says of itself (`sys.addaudithook`)."""
        if not self._listening:
            return
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str | bytes) and _reads(mode, flags):
                self._files.add(_absolute(path))
        elif event in _LISTED:
            path = "." if arguments[0] is None else arguments[0]
            if isinstance(path, str | bytes):
                self._folders.add(_absolute(path))


def _absolute(path: str | bytes) -> str:
    # A path object would cost ten times as much, for each file that Python opens.
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100


def _reads(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return not set(mode) & set("wax+")
    return isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) == 0


def _own(name: str) -> bool:
    return not name.startswith((*_SYSTEM, *_INSTALLED))


def _source(name: str) -> str:
    """Of a module that was loaded from its compiled form, the file that is edited."""
    if not name.endswith(".pyc"):
        return name
    try:
        return importlib.util.source_from_cache(name)
    except ValueError:
        return name
