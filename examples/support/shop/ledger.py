"""The ledger: a change is made once per key, whoever asks for it and however often.

It does not know what a change does.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3

from .database import Row
from .lookups import Refusal, one
from .orders import ACTIONS


def make(shop: sqlite3.Connection, action: str, request: Row, key: str) -> str:
    """Make a change and its entry, both or neither, and give the answer as JSON; a known key gives its first answer.

    Raises `Refusal` for a key that already stands for something else, and when the change itself is refused.
    """
    content = hashlib.sha256(json.dumps([action, request], sort_keys=True).encode()).hexdigest()
    shop.execute("BEGIN IMMEDIATE")
    with shop:
        known = one(shop, "SELECT content, answer FROM effects WHERE key = ?", key)
        if known is not None:
            if known["content"] != content:
                raise Refusal(422, f"The key {key!r} was already used for something else; use a new one.")
            return known["answer"]
        answer = json.dumps(ACTIONS[action](shop, request))
        shop.execute("INSERT INTO effects VALUES (?, ?, ?, ?)", (key, action, content, answer))
    return answer


def look_up(shop: sqlite3.Connection, key: str) -> str:
    """The answer that the change under this key gave; raises `Refusal` (404) when it was not made."""
    known = one(shop, "SELECT answer FROM effects WHERE key = ?", key)
    if known is None:
        raise Refusal(404, f"Nothing was done under the key {key!r}.")
    return known["answer"]


def entries(shop: sqlite3.Connection) -> list[Row]:
    """All changes that were made, oldest first."""
    return [dict(row) for row in shop.execute("SELECT key, action FROM effects ORDER BY rowid")]
