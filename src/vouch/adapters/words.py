"""What a user has said that is not recorded yet.

It does not know who the user is. A framework gives the whole conversation, a part of it, or, after a crash, less than
there was before; its messages have no names by which to know them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from vouch.journal.cleaning import REDACTED


def new_words(recorded: Sequence[str], said: Sequence[str]) -> list[str]:
    """What of `said` comes after everything in it that is recorded, in that order."""
    place = 0
    for count, words in enumerate(said):
        found = next((at for at in range(place, len(recorded)) if _alike(recorded[at], words)), None)
        if found is None:
            return list(said[count:])
        place = found + 1
    return []


def _alike(recorded: str, words: str) -> bool:
    # Where the journal has put something in a secret's place, the words cannot be compared.
    return recorded == words or REDACTED in recorded
