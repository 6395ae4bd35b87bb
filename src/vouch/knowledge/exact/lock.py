"""One writer at a time: a lock on a file, which the system takes away from a process that is gone.

It does not know what is written.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vouch.errors import StoreBusy

_PAUSE: Final = 0.02


@contextmanager
def writing(folder: Path, *, patience: float) -> Generator[None]:
    """Hold the folder's lock; raises `StoreBusy` if another writer still has it after `patience` seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(file, folder, patience)
        yield
    finally:
        os.close(file)


def _acquire(file: int, folder: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise StoreBusy(
                    f"another process has been writing the index in {str(folder)!r} for {patience:g} s; its live "
                    "version answers meanwhile. Wait for it to end, or end it: what it has done so far is kept"
                ) from None
        time.sleep(_PAUSE)
