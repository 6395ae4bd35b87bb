"""Connections to Postgres, as many as threads ask at once, and its errors in plain words.

It does not know what is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from vouch.errors import StoreBusy, StoreError, StoreFull, StoreReadOnly
from vouch.knowledge.engines.needed import needed


class Connections:
    """Connections to one database, which are kept open for whoever asks next."""

    def __init__(self, address: str) -> None:
        self._psycopg = needed("psycopg", extra="pgvector")
        self._address = address
        self._free: list[Any] = []
        self._lock = threading.Lock()
        parts = urlsplit(address)
        self.place = f"Postgres {(parts.hostname or 'local')!r}, database {parts.path.lstrip('/')!r}"

    @contextmanager
    def transaction(self) -> Generator[Any]:
        """A cursor in a transaction; raises a `StoreError` for whatever the server refuses."""
        errors = self._psycopg.errors
        connection: Any = None
        try:
            connection = self._taken()
            with connection.transaction(), connection.cursor() as cursor:
                yield cursor
        except (errors.DiskFull, errors.OutOfMemory) as error:
            raise StoreFull(f"{self.place} has no space left: {error}; free some, then do the same again") from error
        except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
            raise StoreReadOnly(f"{self.place} may not be written by this user: {error}; grant the right") from error
        except (errors.LockNotAvailable, errors.QueryCanceled, errors.SerializationFailure) as error:
            raise StoreBusy(f"{self.place} is busy: {error}; do the same again") from error
        except self._psycopg.Error as error:
            raise StoreError(
                f"{self.place} did not do as told: {type(error).__name__}: {error}; see whether the address is right, "
                "and whether the extension pgvector is installed there (0.8 or later)"
            ) from error
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            while self._free:
                self._free.pop().close()

    def _give_back(self, connection: Any) -> None:
        """Keep a connection for whoever asks next, unless it broke."""
        if connection is not None and not connection.closed:
            with self._lock:
                self._free.append(connection)

    def _taken(self) -> Any:
        with self._lock:
            while self._free:
                connection = self._free.pop()
                if not connection.closed:
                    return connection
        return self._psycopg.connect(self._address, autocommit=True, connect_timeout=10)
