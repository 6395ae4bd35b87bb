"""Equality of what two queries give."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.sql import Sql, ordered

from .given import scored


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Sql]:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "create table sale (id integer primary key, buyer text, amount real);"
            "insert into sale values (1, 'ann', 2.5), (2, 'bob', 0.1), (3, 'ann', 0.2), (4, null, 7);"
        )
    yield scorers.sql(file, seconds=2)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("select count(*) from sale").fetchone() == (4,)


@pytest.mark.parametrize(
    ("expected", "given", "right"),
    [
        ("select buyer from sale", "select buyer from sale order by id desc", True),
        ("select buyer from sale order by id", "select buyer from sale order by id desc", False),
        ("select sum(amount) from sale where id in (2, 3)", "select 0.3", True),
        ("select buyer from sale", "select distinct buyer from sale", False),
        ("select id, buyer from sale", "select buyer, id from sale", False),
        ("select count(*) from sale", "```sql\nSELECT 4;\n```", True),
        ("select 1", "select '1'", False),
        ("select id from sale where id > 9", "select buyer from sale where id > 9", True),
        ("select null", "select 0", False),
        ("select x'00'", "select x'00'", True),
        (
            "with recursive n(x) as (select 1 union all select x + 1 from n where x < 3) select x from n",
            "values (3), (2), (1)",
            True,
        ),
    ],
)
async def test_rows_are_compared(shop: Sql, expected: str, given: str, right: bool) -> None:
    score = await scored(shop, expected, given)
    assert score.right is right, score.why
    assert score.scorer == "sql(database='shop.db')"


@pytest.mark.parametrize(
    "given",
    [
        "delete from sale",
        "insert into sale values (9, 'x', 1)",
        "drop table sale",
        "attach ':memory:' as other",
        "pragma query_only = off",
        "select load_extension('x')",
        "select 1; select 2",
        "select missing from sale",
        "sorry, I cannot",
        "select '\ud800'",
        "select 1 \x00",
        "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n",
        "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n",
        "vacuum into 'copy.db'",
        "",
    ],
)
async def test_what_fails_writes_or_never_ends_is_not_right(shop: Sql, given: str) -> None:
    score = await scored(Sql(shop.database, 0.3), "select 1", given)
    assert score.value == 0.0, score


async def test_a_case_whose_own_query_fails_cannot_be_judged(shop: Sql) -> None:
    assert (await scored(shop, "select missing", "select 1")).unscored
    assert (await scored(shop, " ", "select 1")).unscored
    assert (await scored(shop, 7, "select 1")).unscored
    assert (await scored(shop, "select 1", "select 1", status="failed")).value == 0.0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select a from t ORDER\nBY a", True),
        ("select a from (select a from t order by a)", False),
        ("select 'order by' from t -- order by", False),
        ("select row_number() over (order by a) from t", False),
        ('select "order by" from t /* order by */', False),
        ("select a from t where b in (select (1)) order by 1", True),
    ],
)
def test_only_its_own_order_orders_a_query(query: str, expected: bool) -> None:
    assert ordered(query) is expected


def test_a_missing_file_and_no_time_are_refused(tmp_path: Path, shop: Sql) -> None:
    with pytest.raises(AppError, match="there is no such file"):
        scorers.sql(tmp_path / "none.db")
    with pytest.raises(AppError, match=r"sql\(seconds=0\)"):
        scorers.sql(shop.database, seconds=0)
