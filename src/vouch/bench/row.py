"""One labelled text of a set, whichever file it stood in.

It does not know the file's format, nor whether the row teaches or tests.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from msgspec import Struct

Split = Literal["train", "dev", "test", ""]
"""`train` teaches; `dev` and `test` test; the empty one is a set that was published in one piece."""

_WORDS: Final[dict[str, Split]] = {
    "train": "train",
    "training": "train",
    "dev": "dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "testa": "dev",
    "test": "test",
    "testb": "test",
    "testing": "test",
}


class Row(Struct, frozen=True):
    """A text, what is `expected` of it (as the task's scorer wants it), and that same answer in words.

    `source` names what it was drawn from, where rows belong together; `tags` say which part of the set it is in.
    """

    split: Split
    input: str
    expected: Any
    answer: str
    source: str = ""
    tags: tuple[str, ...] = ()


def split_named(name: str) -> Split:
    """The split that a file's name or a column speaks of, such as `dev` of `oos_val` or `train` of `eng.train`."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    for word in words:
        if word in _WORDS:
            return _WORDS[word]
    # As in wnut17train.conll.
    return "train" if any(word.endswith("train") for word in words) else ""
