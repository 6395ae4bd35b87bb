"""What went wrong with the database, in plain words.

It does not know what was being read or written.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vouch.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly

_LEAST_FREE_BYTES = 1_000_000


@contextmanager
def translated(place: str) -> Generator[None]:
    """Turn the driver's exceptions into a `StoreError` that names `place`.

    `IntegrityError` and `DataError` pass: they are about the rows that were given, not about the database.
    """
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except PoolTimeout as error:
        raise StoreBusy(f"too many readers of {place!r} at once; try again") from error
    except DBAPIError as error:
        raise _store_error(error.orig or error, place) from error
    except sqlite3.Error as error:
        raise _store_error(error, place) from error


def _store_error(error: BaseException, place: str) -> StoreError:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _disk_is_full(place)):
        return StoreFull(f"no space left to write to {place!r}; free some space, then run the same command again")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreReadOnly(f"{place!r} may not be written to; change its permissions or name another database")
    if name.startswith("SQLITE_CANTOPEN"):
        return StoreReadOnly(f"{place!r} cannot be opened or made; check that its folder exists and may be written to")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreCorrupt(
            f"{place!r} is damaged or not a database; move it away (a new one is made), or put back a backup: "
            f"{place}.backup-* if there is one"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"another process has locked {place!r} for too long; end it, or try again")
    return StoreError(f"the database {place!r} failed: {error}")


def _disk_is_full(place: str) -> bool:
    folder = Path(place).parent
    return folder.is_dir() and shutil.disk_usage(folder).free < _LEAST_FREE_BYTES
