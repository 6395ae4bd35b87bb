"""One thread for matrix products while we compute, whatever the machine's default is.

It does not know what is computed.

OpenBLAS splits even small products over all cores, and its threads wait for each other by spinning. On a core that
something else uses too, that costs more than it gains: 245 sentences a second become 60. So our computing threads ask
for one BLAS thread each, and are themselves as many as wanted. Only the OpenBLAS that NumPy's and SciPy's own wheels
bring along is known here; any other is left as it is.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

_NAMES: Final = [
    (f"{prefix}openblas_get_num_threads{suffix}", f"{prefix}openblas_set_num_threads{suffix}")
    for prefix in ("scipy_", "")
    for suffix in ("64_", "")
]
_LOADED_ONLY: Final = getattr(os, "RTLD_NOLOAD", ctypes.DEFAULT_MODE)

_lock: Final = threading.Lock()
_inside: Final[list[object]] = []
_before: Final[list[Callable[[], object]]] = []


class _Library(NamedTuple):
    get: Callable[[], int]
    set: Callable[[int], object]


@contextmanager
def one_thread() -> Generator[None]:
    """One BLAS thread inside; the number before is set again when the last of all nested or parallel users leaves."""
    ticket = object()
    with _lock:
        if not _inside:
            _limit()
        _inside.append(ticket)
    try:
        yield
    finally:
        with _lock:
            _inside.remove(ticket)
            while not _inside and _before:
                _before.pop()()


def _limit() -> None:
    for library in libraries():
        threads = library.get()
        if threads > 1:
            library.set(1)
            _before.append(lambda library=library, threads=threads: library.set(threads))


def libraries() -> list[_Library]:
    """Each OpenBLAS of NumPy's and SciPy's wheels that this process has loaded by now."""
    found: list[_Library] = []
    for file in _files():
        try:
            library = ctypes.CDLL(str(file), mode=_LOADED_ONLY)
        except OSError:  # not loaded, so there is nothing to limit
            continue
        found += [
            _Library(getattr(library, get), getattr(library, set_))
            for get, set_ in _NAMES
            if hasattr(library, get) and hasattr(library, set_)
        ]
    return found


@cache
def _files() -> tuple[Path, ...]:
    found: list[Path] = []
    for package in ("numpy", "scipy"):
        spec = find_spec(package)
        if spec and spec.origin:
            folder = Path(spec.origin).parent
            for place in (folder.parent / f"{package}.libs", folder / ".dylibs"):
                found += sorted(place.glob("*openblas*"))
    return tuple(found)
