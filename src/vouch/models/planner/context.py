"""What the arguments of one wish are filled from: the customer's words about it, and whatever else they said.

It does not know the results of calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from vouch.models.planner.meanings import Meanings
from vouch.models.planner.mention import Mention, Span, free


class Filled(NamedTuple):
    """A value, how sure it is, whether the customer said it (else a tool gave it), and in which unit."""

    value: Any
    sure: float
    said: bool = True
    sign: str = ""


@dataclass(frozen=True)
class Context:
    """`texts` are the customer's words about this wish, newest first; `background` the rest, nearest first.

    `searches` when they are for a search in texts, `tells_all` when they are for a person, who is told what there is to
    tell, `any_name` when a name in them need not be the customer's own. `asked` are the parameters that the newest text
    answers; `taken` the spans of texts that already have a parameter.
    """

    texts: tuple[str, ...]
    background: tuple[str, ...]
    asked: AbstractSet[str]
    today: date | None
    verbs: AbstractSet[str]
    meanings: Meanings
    searches: bool = False
    tells_all: bool = False
    any_name: bool = False
    taken: dict[str, list[Span]] = field(default_factory=dict[str, list[Span]])

    def all_texts(self, *, background: bool) -> Iterator[tuple[str, bool]]:
        """Texts in the order in which values are looked for, and whether each answers a question."""
        for place, text in enumerate(self.texts):
            yield text, place == 0 and bool(self.asked)
        for text in self.background if background else ():
            yield text, False

    def free(self, mentions: Sequence[Mention], text: str) -> list[Mention]:
        """The mentions in `text` that have no parameter yet."""
        return free(mentions, self.taken.get(text, ()))

    def take(self, mention: Mention, text: str) -> None:
        """The mention has its parameter now."""
        self.taken.setdefault(text, []).append((mention.start, mention.end))
