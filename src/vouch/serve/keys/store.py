"""Virtual keys in the database: made, listed, changed, revoked. Every function blocks.

It does not know who asks. Of a key itself only the SHA-256 is kept: 256 random bits need no slower hash.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Row, insert, select, update

from vouch.errors import ConfigError
from vouch.serve.keys.terms import Key, Terms
from vouch.store import schema
from vouch.store.database import Database

BEGINNING: Final = "vk-"
"""How every virtual key begins, so that one that leaked is known for what it is."""

_SHOWN: Final = 9
_key: Final = schema.api_key.c
_terms: Final = msgspec.json.Decoder(Terms)


def hash_of(token: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_key(database: Database, terms: Terms, *, expires: float = 0.0) -> tuple[Key, str]:
    """A new key, and the token that its holder sends: it is shown this once."""
    token = BEGINNING + secrets.token_urlsafe(32)
    key = Key(secrets.token_hex(4), token[:_SHOWN], terms, time.time(), expires)
    row = {"id": key.id, "hash": hash_of(token), "shown": key.shown, "created": key.created, "expires": expires}
    with database.writing() as connection:
        connection.execute(insert(schema.api_key), [row | {"revoked": 0.0, "terms": msgspec.json.encode(terms)}])
    return key, token


def rotate_key(database: Database, name: str, *, grace: float) -> tuple[Key, str]:
    """A new key on the terms of an old one, which ends in `grace` seconds; raises `ConfigError` when there is none."""
    old = find_key(database, name)
    new = make_key(database, old.terms, expires=old.expires)
    revoke_key(database, name, at=time.time() + grace)
    return new


def revoke_key(database: Database, name: str, *, at: float | None = None) -> Key:
    """End a key now, or at a time; raises `ConfigError` when there is none."""
    key = find_key(database, name)
    with database.writing() as connection:
        values = {"revoked": time.time() if at is None else at}
        connection.execute(update(schema.api_key).where(_key.id == key.id).values(values))
    return find_key(database, name)


def find_key(database: Database, name: str) -> Key:
    """The key of this id, or whose token begins so; raises `ConfigError` when there is none, or several."""
    found = [key for key in all_keys(database).values() if name in (key.id, key.shown)]
    if len(found) != 1:
        raise ConfigError(
            f"{'several keys are' if found else 'no key is'} called {name!r}; `vouch keys list` shows them"
        )
    return found[0]


def all_keys(database: Database) -> Mapping[str, Key]:
    """All keys by the hash of their token, oldest first."""
    with database.reading() as connection:
        rows = connection.execute(select(schema.api_key).order_by(_key.created)).all()
    return {row.hash: _read(row) for row in rows}


def _read(row: Row[Any]) -> Key:
    return Key(row.id, row.shown, _terms.decode(row.terms), row.created, row.expires, row.revoked)
