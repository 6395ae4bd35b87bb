"""What went wrong with the files of an index, in plain words.

It does not know what was being read or written.
"""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vouch.errors import StoreError, StoreFull, StoreReadOnly

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED: Final = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def translated(folder: Path) -> Generator[None]:
    """Turn the system's errors into a `StoreError` that names the folder of the index."""
    try:
        yield
    except OSError as error:
        place = str(folder)
        if error.errno in _FULL:
            raise StoreFull(
                f"no space left to write the index in {place!r}: its live version goes on answering. Free some space, "
                "then do the same again"
            ) from error
        if error.errno in _CLOSED:
            raise StoreReadOnly(
                f"the index in {place!r} may not be read or written ({error}); change the folder's permissions, or "
                "name another one"
            ) from error
        raise StoreError(f"the index in {place!r} failed: {error}") from error
