"""Reading runs back: whole, the latest, by content, by kind.

It does not know who wrote them. Every function blocks, so it is called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, select, tuple_

from vouch.errors import EventUnreadable, RunNotFound
from vouch.journal.codec import decode_body
from vouch.journal.payload import join
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import Event, RunFinished
from vouch.values.result import Result

_run: Final = schema.run.c
_event: Final = schema.event.c
_CHUNK: Final = 500
_PAGE: Final = 500
BEFORE_ALL: Final = (0, -1)
"""The place before the first event of all."""


class RunRow(Struct, frozen=True):
    """One run at a glance. Times in Unix seconds; a run without `status` has not ended."""

    run: str
    app: str
    version: str
    proof: str
    case: str
    started: float
    finished: float | None
    status: str | None


def read_run(database: Database, run: str, *, first: int = 0, most: int | None = None) -> list[Event]:
    """All events of a run in order, at `most` so many, from number `first` on; empty when there is none."""
    query = (
        select(_event.seq, _event.at, _event.body)
        .join_from(schema.event, schema.run, _event.run == _run.number)
        .where(_run.name == run, _event.seq >= first)
        .order_by(_event.seq)
        .limit(most)
    )
    with database.reading() as connection:
        fetch = _fetcher(connection)
        return [Event(run, seq, at, join(decode_body(body), fetch)) for seq, at, body in connection.execute(query)]


def last_event(database: Database, run: str) -> Event | None:
    """The last event of a run, or None."""
    query = (
        select(_event.seq, _event.at, _event.body)
        .join_from(schema.event, schema.run, _event.run == _run.number)
        .where(_run.name == run)
        .order_by(_event.seq.desc())
        .limit(1)
    )
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
        return None if row is None else Event(run, row.seq, row.at, join(decode_body(row.body), _fetcher(connection)))


def latest(database: Database, *, app: str | None, status: str | None, limit: int) -> list[RunRow]:
    """The latest runs, newest first."""
    columns = (_run.name, _run.app, _run.version, _run.proof, _run.case, _run.started, _run.finished, _run.status)
    query = select(*columns).order_by(_run.started.desc(), _run.number.desc()).limit(limit)
    if app is not None:
        query = query.where(_run.app == app)
    if status is not None:
        query = query.where(_run.status == status)
    with database.reading() as connection:
        return [RunRow(*row) for row in connection.execute(query)]


def find(database: Database, prefix: str) -> str:
    """The one run named by a name, the beginning of a name, or a case's id (then the latest of that case)."""
    pattern = prefix.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    with database.reading() as connection:
        if exact := _newest(connection, _run.name == prefix):
            return exact[0]
        if begins := _newest(connection, _run.name.like(pattern, escape="\\")):
            if len(begins) > 1:
                raise RunNotFound(f"{prefix!r} begins several runs ({', '.join(begins)}, ...); give more of the name")
            return begins[0]
        if of_case := _newest(connection, _run.case == prefix):
            return of_case[0]
    raise RunNotFound(f"no run or case {prefix!r} in {database.place!r}; `vouch trace` lists the latest runs")


def _newest(connection: Connection, condition: ColumnElement[bool]) -> list[str]:
    query = select(_run.name).where(condition).order_by(_run.number.desc()).limit(3)
    return list(connection.execute(query).scalars())


def results(database: Database, keys: Sequence[str]) -> dict[str, Result]:
    """By key: how the latest run of that key ended, where it was answered or handed over."""
    found: dict[str, Result] = {}
    with database.reading() as connection:
        fetch = _fetcher(connection)
        for some in chunks(list(dict.fromkeys(keys))):
            query = (
                select(_run.key, _run.name, _event.body)
                .join_from(schema.run, schema.event, and_(_event.run == _run.number, _event.kind == "run.finished"))
                .where(_run.key.in_(some), _run.status.in_(("answered", "abstained")))
                .order_by(_run.number)
            )
            for key, name, body in connection.execute(query):
                finished = join(decode_body(body), fetch)
                if isinstance(finished, RunFinished):
                    found[key] = result_of(name, finished)
    return found


def result_of(run: str, finished: RunFinished) -> Result:
    """A run's last event as its result."""
    return Result(
        run,
        finished.status,
        str(finished.output),
        finished.confidence,
        finished.model,
        finished.usage,
        finished.cost,
        finished.seconds,
        finished.steps,
        finished.why,
        rests_on=finished.rests_on,
    )


def last_kept(database: Database, app: str, proof: str) -> str | None:
    """The newest kept proof of this app and name."""
    query = (
        select(_run.name)
        .where(schema.OPEN_OR_KEPT, _run.kept.is_(True), _unindexed(_run.app) == app, _run.proof == proof)
        .order_by(_run.number.desc())
        .limit(1)
    )
    with database.reading() as connection:
        return connection.execute(query).scalar()


def last_of_key(database: Database, key: str) -> str | None:
    """The newest run of this key that has ended, and was not stopped."""
    ended = (_run.key == key, _run.finished.is_not(None), _run.status != "stopped")
    query = select(_run.name).where(*ended).order_by(_run.number.desc()).limit(1)
    with database.reading() as connection:
        return connection.execute(query).scalar()


def open_of_key(database: Database, key: str, *, limit: int) -> list[str]:
    """The newest runs of this key that have not ended."""
    query = select(_run.name).where(_run.key == key, _run.finished.is_(None)).order_by(_run.number.desc()).limit(limit)
    with database.reading() as connection:
        return list(connection.execute(query).scalars())


def open_of_proof(database: Database, proof: str) -> list[str]:
    """The runs of a proof's cases that have not ended, oldest first."""
    query = select(_run.name).where(_run.finished.is_(None), _run.proof == proof).order_by(_run.number)
    with database.reading() as connection:
        return list(connection.execute(query).scalars())


def open_proofs(database: Database, app: str, proof: str) -> list[str]:
    """The proofs of this app and name that have not ended, oldest first."""
    proofs = select(_event.run).where(_event.run == _run.number, _event.seq == 0, _event.kind == "proof.started")
    query = (
        select(_run.name)
        .where(schema.OPEN_OR_KEPT, _run.finished.is_(None), _unindexed(_run.app) == app, _run.proof == proof)
        .where(proofs.exists())
        .order_by(_run.number)
    )
    with database.reading() as connection:
        return list(connection.execute(query).scalars())


def existing(database: Database, runs: Sequence[str]) -> frozenset[str]:
    """Which of these runs there are."""
    found: set[str] = set()
    with database.reading() as connection:
        for some in chunks(runs):
            found.update(connection.execute(select(_run.name).where(_run.name.in_(some))).scalars())
    return frozenset(found)


def page_of_kind(
    database: Database, kind: str, *, app: str | None, after: tuple[int, int]
) -> list[tuple[tuple[int, int], Event]]:
    """The next events of one kind after a place, with the place of each: its run's number and its own in the run."""
    runs: Select[Any] = select(_run.number).order_by(_run.number).limit(_PAGE)
    if app is not None:
        runs = runs.where(_run.app == app)
    events = (
        select(_run.number, _run.name, _event.seq, _event.at, _event.body)
        .join_from(schema.run, schema.event, _event.run == _run.number)
        .where(_event.kind == kind, tuple_(_event.run, _event.seq) > after)
        .order_by(_event.run, _event.seq)
        .limit(_PAGE)
    )
    with database.reading() as connection:
        fetch = _fetcher(connection)
        numbers = list(connection.execute(runs.where(_run.number >= after[0])).scalars())
        while numbers:
            rows = connection.execute(events.where(_event.run.in_(numbers)))
            if found := [
                ((n, seq), Event(run, seq, at, join(decode_body(body), fetch))) for n, run, seq, at, body in rows
            ]:
                return found
            numbers = list(connection.execute(runs.where(_run.number > numbers[-1])).scalars())
    return []


def _unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same, but off its index: where few rows are open or kept, they are found sooner than all of an app."""
    return column + ""


def _fetcher(connection: Connection) -> Callable[[str], bytes]:
    def fetch(address: str) -> bytes:
        data = connection.execute(select(schema.blob.c.data).where(schema.blob.c.digest == address)).scalar()
        if data is None:
            raise EventUnreadable(f"content {address!r} is gone from the database; put back a backup")
        return bytes(data)

    return fetch


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """`values` in pieces short enough for one `IN (...)`."""
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
