"""Tests of keys in the database: what is kept of them, and how they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from vouch.errors import ConfigError
from vouch.serve.keys.store import all_keys, find_key, hash_of, make_key, revoke_key, rotate_key
from vouch.serve.keys.terms import Terms
from vouch.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "j.db")
    yield opened
    opened.close()


def test_a_key_is_kept_as_its_hash_alone(database: Database, tmp_path: Path) -> None:
    terms = Terms(name="web", models=("up/*",), budget=Decimal("12.50"), tags=("a", "b"), tokens_per_minute=9)
    key, token = make_key(database, terms, expires=5.0)
    assert token.startswith("vk-")
    assert len(token) > 40
    assert all_keys(database) == {hash_of(token): key}
    assert key.terms == terms
    assert find_key(database, key.id) == find_key(database, key.shown) == key
    assert not key.usable(time.time())
    database.close()
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode() not in held
    assert hash_of(token).encode() in held


def test_a_rotated_key_ends_after_its_grace_and_a_revoked_one_at_once(database: Database) -> None:
    old, _ = make_key(database, Terms(name="web"))
    new, token = rotate_key(database, old.id, grace=100)
    assert new.terms == old.terms
    ending = find_key(database, old.id)
    assert ending.usable(time.time())
    assert not ending.usable(time.time() + 101)
    ended = revoke_key(database, new.id)
    assert not ended.usable(time.time())
    assert all_keys(database)[hash_of(token)] == ended


def test_a_key_that_is_not_there(database: Database) -> None:
    with pytest.raises(ConfigError, match="no key is called 'nobody'"):
        revoke_key(database, "nobody")


def test_a_budget_below_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="a budget is 0 or more"):
        Terms(budget=Decimal(-1))
