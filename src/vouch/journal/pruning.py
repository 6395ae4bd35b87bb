"""Deleting old runs, but for those that kept proofs rest on.

It does not know how old is old. Every function blocks, so it is called in a thread.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, exists, func, select

from vouch.journal.codec import decode_body
from vouch.journal.reader import chunks
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import ScoreGiven

TURN_SECONDS: Final = 0.12
"""How long to leave the database to others between two transactions: SQLite looks for the lock every 0.1 s."""

_run: Final = schema.run.c
_event: Final = schema.event.c
_use: Final = schema.blob_use.c


class Pruning:
    """Deletes the ended runs that started before a time (Unix seconds), some at a time, the oldest first."""

    def __init__(self, database: Database, before: float) -> None:
        self._database = database
        self._before = before
        self._read: dict[int, int] = {}
        self._protected: set[str] = set()
        self._after = 0

    def delete_some(self, limit: int) -> int:
        """Delete up to `limit` of them, and content that nothing else uses; gives their number, at the end 0."""
        with self._database.writing() as connection:
            self._protect(connection)
            numbers = self._next(connection, limit)
            touched: set[str] = set()
            for some in chunks(numbers):
                touched.update(connection.execute(select(_use.digest).where(_use.run.in_(some))).scalars())
                # Their events and uses of content go with them.
                connection.execute(delete(schema.run).where(_run.number.in_(some)))
            for some in chunks(sorted(touched)):
                unused = ~exists().where(_use.digest == schema.blob.c.digest)
                connection.execute(delete(schema.blob).where(schema.blob.c.digest.in_(some), unused))
        return len(numbers)

    def _next(self, connection: Connection, limit: int) -> list[int]:
        query = (
            select(_run.number, _run.name)
            .where(_run.number > self._after, _run.started < self._before, _run.finished.is_not(None))
            .order_by(_run.number)
        )
        numbers: list[int] = []
        for number, name in connection.execute(query):
            self._after = number
            if name not in self._protected:
                numbers.append(number)
            if len(numbers) >= limit:
                break
        return numbers

    def _protect(self, connection: Connection) -> None:
        """Take in what proofs rest on that are kept or go on, in the same transaction: one may just have been kept."""
        last_event = select(func.max(_event.seq)).where(_event.run == _run.number).scalar_subquery()
        proofs = select(_run.number, _run.name, last_event).where(schema.OPEN_OR_KEPT)
        for number, name, last in connection.execute(proofs).all():
            self._protected.add(name)
            read = self._read.get(number, -1)
            if last > read:
                self._protected |= _rests_on(connection, number, read)
                self._read[number] = last


def _rests_on(connection: Connection, number: int, after: int) -> set[str]:
    scores = select(_event.body).where(_event.run == number, _event.seq > after, _event.kind == "score.given")
    bodies = (decode_body(body) for body in connection.execute(scores).scalars())
    return {body.run for body in bodies if isinstance(body, ScoreGiven)}
