"""Rows of a database become documents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from vouch.errors import ConfigError
from vouch.knowledge.reading.limits import Limits, Skipped
from vouch.knowledge.reading.rows import Rows, rows_of
from vouch.values.document import Document


@pytest.fixture
def address(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = create_engine(found)
    with engine.begin() as connection:
        connection.execute(text("create table articles (sku text, name text, about text, price numeric, since date)"))
        row = text("insert into articles values (:sku, :name, :about, :price, :since)")
        connection.execute(
            row, {"sku": "L1", "name": "Lamp", "about": "Bright.", "price": 3.5, "since": date(2025, 3, 14)}
        )
        connection.execute(row, {"sku": "B2", "name": "Bulb", "about": None, "price": None, "since": None})
    engine.dispose()
    return found


def test_columns_make_the_text_and_the_others_the_metadata(address):
    rows = Rows(address, "select * from articles where sku like :like", "sku", "shop", ["name", "about"], {"like": "%"})
    first, second = rows_of(rows)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.text, first.metadata) == (
        "shop/L1",
        "Lamp\n\nBright.",
        {"price": 3.5, "since": "2025-03-14"},
    )
    assert (second.id, second.text, second.metadata) == ("shop/B2", "Bulb", {})


def test_without_text_columns_all_are_the_text(address):
    (first, _) = rows_of(Rows(address, "SELECT sku, name, price FROM articles", "sku"))
    assert (first.id, first.text) == ("rows/L1", "name: Lamp\nprice: 3.5")


def test_an_engine_is_taken_and_left_open(address):
    engine = create_engine(address)
    assert len(list(rows_of(Rows(engine, "-- all of them\nselect * from articles", "sku")))) == 2
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from articles")).scalar() == 2
    engine.dispose()


@pytest.mark.parametrize("query", ["delete from articles", "drop table articles", "", "update articles set name = ''"])
def test_what_does_not_read_is_refused(address, query):
    with pytest.raises(ConfigError, match="does not begin with SELECT or WITH; rows are only read"):
        list(rows_of(Rows(address, query, "sku")))


def test_what_a_query_writes_is_taken_back(address):
    with pytest.raises(ConfigError):
        list(rows_of(Rows(address, "with x as (select 1) delete from articles", "sku")))
    assert len(list(rows_of(Rows(address, "select * from articles", "sku")))) == 2


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"id": "nosuch"}, r"the query of 'rows' has no column 'nosuch'; it has sku, name"),
        ({"query": "select * from nosuch"}, r"the query 'select \* from nosuch' failed: .*no such table"),
        ({"address": "nosuch://x"}, r"the database of 'rows' cannot be reached: NoSuchModuleError; write its address"),
    ],
)
def test_mistakes_are_explained(address, rows, why):
    with pytest.raises(ConfigError, match=why):
        list(rows_of(Rows(**{"address": address, "query": "select sku, name from articles", "id": "sku", **rows})))


def test_rows_and_their_texts_have_limits(address):
    rows = Rows(address, "select * from articles", "sku")
    *_, last = rows_of(rows, Limits(rows=1))
    assert last == Skipped("rows", "more than 1 rows, the rest was left out; raise Limits.rows")
    (found, _) = rows_of(rows, Limits(characters=20))
    assert found == Skipped("rows/L1", "it holds more than 20 characters; raise Limits.characters")
