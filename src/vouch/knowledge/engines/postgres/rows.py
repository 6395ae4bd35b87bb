"""Rows in Postgres: a table a shelf, and one with a single row for the catalog.

It does not know versions, documents or words.

The filter is part of the search: an index of neighbours is followed until enough rows that fit were found (pgvector's
iterative scan), and where few rows fit, Postgres reads just these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.knowledge.engines.postgres.client import Connections
from vouch.knowledge.engines.postgres.filters import sql_of
from vouch.knowledge.engines.rows import Catalog, Row, record_of, row_of, vector_of
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.engines.wanted import Wanted, key_of

_DEFAULT: Final = Tuning()
_LONGEST_SCAN: Final = 2_147_483_647


class PostgresRows:
    """Satisfies `Rows`. The tables are called after `name`. Raises `ConfigError` for what pgvector cannot do."""

    alone = True
    cannot = ()

    def __init__(self, address: str, name: str, *, tuning: Tuning = _DEFAULT) -> None:
        check(tuning, "pgvector", kinds=("hnsw", "ivf", "exact"), quantizations=("none", "scalar", "binary"))
        self._connections = Connections(address)
        self._name = f"vouch_{key_of(name)}"
        self._tuning = tuning
        self.place = f"{self._connections.place}, tables {self._name!r}"

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def catalog(self) -> Catalog:
        """The catalog's row; an empty catalog without it."""
        with self._connections.transaction() as cursor:
            cursor.execute("select to_regclass(%s)", [f'"{self._name}_catalog"'])
            if cursor.fetchone()[0] is None:
                return Catalog()
            cursor.execute(f'select catalog from "{self._name}_catalog"')  # noqa: S608 - a name of letters and digits
            found = cursor.fetchone()
        return msgspec.json.decode(found[0], type=Catalog) if found else Catalog()

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Replace the row if it has this revision."""
        text = msgspec.json.encode(catalog).decode()
        table = f'"{self._name}_catalog"'
        with self._connections.transaction() as cursor:
            if revision == 0:
                cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [self._name])
                cursor.execute(f"create table if not exists {table} (one int primary key, revision int, catalog text)")
                new = f"insert into {table} values (1, %s, %s) on conflict do nothing"  # noqa: S608
                cursor.execute(new, [catalog.revision, text])
            else:
                again = f"update {table} set revision = %s, catalog = %s where revision = %s"  # noqa: S608
                cursor.execute(again, [catalog.revision, text, revision])
            return bool(cursor.rowcount == 1)

    def create(self, shelf: str, dimensions: int) -> None:
        """A new table, in the place of one of the same name."""
        table = self._table(shelf)
        with self._connections.transaction() as cursor:
            cursor.execute("create extension if not exists vector")
            cursor.execute(f"drop table if exists {table}")
            cursor.execute(
                f"create table {table} (key uuid primary key, id text not null, tokens text[] not null, "
                "numbers jsonb not null, texts jsonb not null, since int not null, until int not null, "
                f"record text not null, vector vector({int(dimensions)}) not null)"
            )

    def settle(self, shelf: str) -> None:
        """Index the table, when it has its first rows: that is quicker than while they come, and IVF needs them."""
        table, name = self._table(shelf), f"{self._name}_{shelf}"
        with self._connections.transaction() as cursor:
            cursor.execute(f'create index if not exists "{name}_tokens" on {table} using gin (tokens)')
            cursor.execute(f'create index if not exists "{name}_until" on {table} (until)')
            if self._tuning.kind != "exact":
                cursor.execute(self._index(cursor, shelf))
            cursor.execute(f"analyze {table}")

    def drop(self, shelf: str) -> None:
        """Remove the table."""
        with self._connections.transaction() as cursor:
            cursor.execute(f"drop table if exists {self._table(shelf)}")

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Insert the rows, or replace those of the same keys."""
        table = self._table(shelf)
        with self._connections.transaction() as cursor:
            cursor.execute(f"delete from {table} where key = any(%s)", [[row.key for row in rows]])  # noqa: S608
            with cursor.copy(f"copy {table} from stdin") as copy:
                for row in rows:
                    facts = row.facts()
                    copy.write_row(
                        (
                            row.key,
                            row.chunk.id,
                            list(facts.tokens),
                            json.dumps(facts.numbers),
                            json.dumps(facts.texts),
                            row.since,
                            row.until,
                            record_of(row),
                            _written(vector_of(row)),
                        )
                    )

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Set `until` of the rows that fit."""
        fits = sql_of(where)
        with self._connections.transaction() as cursor:
            change = f"update {self._table(shelf)} set until = %s where {fits.text}"  # noqa: S608
            cursor.execute(change, [until, *fits.values])

    def remove(self, shelf: str, where: Wanted) -> None:
        """Delete the rows that fit."""
        fits = sql_of(where)
        with self._connections.transaction() as cursor:
            cursor.execute(f"delete from {self._table(shelf)} where {fits.text}", fits.values)  # noqa: S608

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """The rows that fit, as of one instant."""
        fits = sql_of(where)
        vector = ", vector::text" if vectors else ""
        with self._connections.transaction() as cursor:
            asked = f"select record, since, until{vector} from {self._table(shelf)} where {fits.text}"  # noqa: S608
            cursor.execute(asked, fits.values)
            found = cursor.fetchall()
        for record, since, until, *rest in found:
            yield row_of(record, since, until, np.fromstring(rest[0][1:-1], np.float32, sep=",") if rest else None)

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The nearest rows; the filter is part of the search."""
        fits, asked = sql_of(where), _written(vector)
        order, whole = self._order(len(vector)), f"vector <#> %s::vector({len(vector)})"
        more = 1.0 if self._tuning.quantization == "none" else max(1.0, self._tuning.oversampling)
        inner = f"select id, vector from {self._table(shelf)} where {fits.text} order by {order} limit %s"  # noqa: S608
        outer = f"select id, -({whole}) from ({inner}) as nearest order by {whole}, id limit %s"  # noqa: S608
        with self._connections.transaction() as cursor:
            for setting, value in self._searching().items():
                cursor.execute("select set_config(%s, %s, true)", [setting, str(value)])
            cursor.execute(outer, [asked, *fits.values, asked, int(limit * more), asked, limit])
            return [Found(*row) for row in cursor.fetchall()]

    def _table(self, shelf: str) -> str:
        return f'"{self._name}_{shelf}"'

    def _index(self, cursor: Any, shelf: str) -> str:
        tuning, table = self._tuning, self._table(shelf)
        cursor.execute(f"select vector_dims(vector) from {table} limit 1")  # noqa: S608
        found = cursor.fetchone()
        column, kind = self._column(found[0] if found else 1)
        name = f'"{self._name}_{shelf}_vector"'
        if tuning.kind == "hnsw":
            with_ = f"m = {tuning.links or 16}, ef_construction = {tuning.effort or 64}"
        else:
            cursor.execute(f"select count(*) from {table}")  # noqa: S608
            with_ = f"lists = {tuning.lists or max(1, int(cursor.fetchone()[0] ** 0.5))}"
        method = {"hnsw": "hnsw", "ivf": "ivfflat"}[tuning.kind]
        return f"create index if not exists {name} on {table} using {method} ({column} {kind}) with ({with_})"

    def _column(self, dimensions: int) -> tuple[str, str]:
        """What is indexed, and as what."""
        match self._tuning.quantization:
            case "scalar":
                return f"(vector::halfvec({dimensions}))", "halfvec_ip_ops"
            case "binary":
                return f"(binary_quantize(vector)::bit({dimensions}))", "bit_hamming_ops"
            case _:
                return "vector", "vector_ip_ops"

    def _order(self, dimensions: int) -> str:
        asked = f"%s::vector({dimensions})"
        match self._tuning.quantization:
            case "scalar":
                return f"vector::halfvec({dimensions}) <#> ({asked})::halfvec({dimensions})"
            case "binary":
                bits = f"bit({dimensions})"
                return f"binary_quantize(vector)::{bits} <~> binary_quantize({asked})::{bits}"
            case _:
                return f"vector <#> {asked}"

    def _searching(self) -> dict[str, Any]:
        tuning = self._tuning
        match tuning.kind:
            case "hnsw":
                return {
                    "hnsw.ef_search": min(1_000, tuning.breadth or 40),
                    "hnsw.iterative_scan": "strict_order",
                    "hnsw.max_scan_tuples": _LONGEST_SCAN,
                }
            case "ivf":
                return {"ivfflat.probes": tuning.probes or 10, "ivfflat.iterative_scan": "relaxed_order"}
            case "exact":
                return {}


def _written(vector: NDArray[np.float32]) -> str:
    return f"[{','.join(map(repr, vector.tolist()))}]"
