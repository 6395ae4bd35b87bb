"""Reading runs back: whole, the latest, by content, by kind; and deleting old ones.

It does not know who wrote them. Every function blocks, so it is called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, Select, and_, delete, exists, select

from vouch.errors import RunNotFound
from vouch.journal.codec import decode_body
from vouch.journal.payload import join
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import Event, RunFinished, ScoreGiven
from vouch.values.result import Result

_run: Final = schema.run.c
_event: Final = schema.event.c
_CHUNK: Final = 500
_PAGE: Final = 1000


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


def read_run(database: Database, run: str) -> list[Event]:
    """All events of a run in order; empty when there is none."""
    query = (
        select(_event.seq, _event.at, _event.body)
        .join_from(schema.event, schema.run, _event.run == _run.number)
        .where(_run.name == run)
        .order_by(_event.seq)
    )
    with database.reading() as connection:
        fetch = _fetcher(connection)
        return [Event(run, seq, at, join(decode_body(body), fetch)) for seq, at, body in connection.execute(query)]


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
    with database.reading() as connection:
        pattern = prefix.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        query = select(_run.name).where(_run.name.like(pattern, escape="\\")).order_by(_run.number.desc()).limit(3)
        names = list(connection.execute(query).scalars())
        if not names:
            of_case = select(_run.name).where(_run.case == prefix).order_by(_run.number.desc()).limit(1)
            names = list(connection.execute(of_case).scalars())
    if not names:
        raise RunNotFound(f"no run or case {prefix!r} in {database.place!r}; `vouch trace` lists the latest runs")
    if len(names) > 1 and prefix not in names:
        raise RunNotFound(f"{prefix!r} begins several runs ({', '.join(names)}, ...); give more of the name")
    return prefix if prefix in names else names[0]


def results(database: Database, keys: Sequence[str]) -> dict[str, Result]:
    """By key: how the latest run of that key ended, where it was answered or handed over."""
    found: dict[str, Result] = {}
    with database.reading() as connection:
        fetch = _fetcher(connection)
        for some in _chunks(list(dict.fromkeys(keys))):
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
    )


def last_kept(database: Database, app: str, proof: str) -> str | None:
    """The newest kept proof of this app and name."""
    query = (
        select(_run.name)
        .where(_run.app == app, _run.proof == proof, _run.kept.is_(True))
        .order_by(_run.number.desc())
        .limit(1)
    )
    with database.reading() as connection:
        return connection.execute(query).scalar()


def page_of_kind(database: Database, kind: str, *, app: str | None, after: int) -> list[tuple[int, Event]]:
    """Events of one kind in the next runs whose number is above `after`, with those numbers."""
    runs: Select[Any] = select(_run.number).where(_run.number > after).order_by(_run.number).limit(_PAGE)
    if app is not None:
        runs = runs.where(_run.app == app)
    with database.reading() as connection:
        numbers = list(connection.execute(runs).scalars())
        found: list[tuple[int, Event]] = []
        while numbers and not found:
            query = (
                select(_run.number, _run.name, _event.seq, _event.at, _event.body)
                .join_from(schema.run, schema.event, _event.run == _run.number)
                .where(_run.number.in_(numbers), _event.kind == kind)
                .order_by(_run.number, _event.seq)
            )
            fetch = _fetcher(connection)
            found = [
                (number, Event(name, seq, at, join(decode_body(body), fetch)))
                for number, name, seq, at, body in connection.execute(query)
            ]
            last = numbers[-1]
            numbers = list(connection.execute(runs.where(_run.number > last)).scalars()) if not found else []
    return found


def protected(database: Database) -> frozenset[str]:
    """The runs that kept proofs rest on, and those proofs themselves."""
    query = (
        select(_run.name, _event.body)
        .join_from(schema.run, schema.event, and_(_event.run == _run.number, _event.kind == "score.given"))
        .where(_run.kept.is_(True))
    )
    names: set[str] = set()
    with database.reading() as connection:
        for name, body in connection.execute(query):
            score = decode_body(body)
            if isinstance(score, ScoreGiven):
                names.update((name, score.run))
        names.update(connection.execute(select(_run.name).where(_run.kept.is_(True))).scalars())
    return frozenset(names)


def delete_some(database: Database, before: float, protected: frozenset[str], chunk: int) -> int:
    """Delete up to `chunk` finished, unprotected runs older than `before`, and content that nothing else uses."""
    with database.writing() as connection:
        query = (
            select(_run.number, _run.name)
            .where(_run.started < before, _run.finished.is_not(None))
            .order_by(_run.number)
        )
        numbers: list[int] = []
        for number, name in connection.execute(query):
            if name not in protected:
                numbers.append(number)
            if len(numbers) >= chunk:
                break
        if not numbers:
            return 0
        use = schema.blob_use.c
        touched = list(connection.execute(select(use.digest).where(use.run.in_(numbers)).distinct()).scalars())
        for table, column in ((schema.event, _event.run), (schema.blob_use, use.run), (schema.run, _run.number)):
            for some in _chunks(numbers):
                connection.execute(delete(table).where(column.in_(some)))
        for some in _chunks(touched):
            unused = ~exists().where(use.digest == schema.blob.c.digest)
            connection.execute(delete(schema.blob).where(schema.blob.c.digest.in_(some), unused))
    return len(numbers)


def _fetcher(connection: Connection) -> Callable[[str], bytes]:
    def fetch(address: str) -> bytes:
        data = connection.execute(select(schema.blob.c.data).where(schema.blob.c.digest == address)).scalar()
        if data is None:
            raise RunNotFound(f"content {address!r} is gone from the database")
        return bytes(data)

    return fetch


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
