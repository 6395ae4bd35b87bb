"""Whether a pattern is found in an output.

It does not know what the pattern means.

Python's `re` cannot be interrupted, so a text longer than `LONGEST` is left unscored: that bounds patterns whose time
grows with a power of the length. It does not bound nested repetitions such as `(a+)+$`, whose time doubles with every
character; patterns are written by the app's author, who can write `(?>a+)` or `a++` instead.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, named, shown, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

LONGEST: Final = 20_000
"""Characters of output that are searched at most."""


class Regex(Struct, frozen=True):
    """Right when the pattern, or else the case's expected pattern, is found anywhere in the output."""

    pattern: str | None = None

    @property
    def name(self) -> str:
        """`regex`, with the pattern where one is given."""
        return named("regex", pattern=self.pattern)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case without a usable pattern, and too long an output, cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        pattern = case.expected if self.pattern is None else self.pattern
        if not isinstance(pattern, str) or not (compiled := _compiled(pattern)):
            return unjudged(self.name, case, "a regular expression of Python's re")
        if len(result.output) > LONGEST:
            return Score(
                self.name, None, f"an output of {len(result.output)} characters; {LONGEST} are searched at most"
            )
        return judged(self.name, "" if compiled.search(result.output) else f"{shown(pattern)} is not in the output")


def regex(pattern: str | None = None) -> Regex:
    """Right when `pattern`, or else the case's expected text as a pattern, is found anywhere in the output.

    Flags stand in the pattern, as in `(?i)refund`. Raises an `AppError` for a pattern that cannot be compiled.
    """
    if pattern is not None and not _compiled(pattern):
        raise AppError(
            f"regex({pattern!r}): a regular expression of Python's re is wanted; is a special sign unescaped?"
        )
    return Regex(pattern)


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The compiled pattern (`re` keeps the last ones), or None where it cannot be compiled."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
