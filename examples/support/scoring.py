"""When a support case is right: the shop is left exactly as it should be, by exactly the changes that were due, and
what must be said was said.

It does not know how the agent came to it: any road that ends there is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct, field

from vouch.values.case import Case
from vouch.values.result import Made, Result
from vouch.values.score import Score


class Due(Struct, frozen=True):
    """A change that must be made: the tool, and those of its arguments that matter."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What must be so in the end. `said` and `unsaid` are regular expressions, whose case does not matter.

    With `may_hand_over`, it may be handed over to a person besides.
    """

    state: dict[str, Any] = field(default_factory=dict[str, Any])
    made: tuple[Due, ...] = ()
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    may_hand_over: bool = False


class Mistakes(NamedTuple):
    """What is wrong with how a case ended: in what was done, and in what was said."""

    done: tuple[str, ...]
    said: tuple[str, ...]


class Support(Struct, frozen=True):
    """Judges a conversation by what it did and said."""

    name: str = "support"

    async def score(self, case: Case, result: Result) -> Score:
        """Right when there is no mistake; `why` names all of them."""
        mistakes = mistakes_in(case, result)
        found = (*mistakes.done, *mistakes.said)
        return Score(self.name, 0.0 if found else 1.0, "; ".join(found))


def support() -> Support:
    """Right when state, changes and words are as the case expects."""
    return Support()


def mistakes_in(case: Case, result: Result) -> Mistakes:
    """All mistakes of one conversation; raises a `msgspec.ValidationError` for a case that expects something else."""
    expected = msgspec.convert(case.expected, Expected)
    return Mistakes(tuple(_in_what_was_done(expected, result)), tuple(_in_what_was_said(expected, result.said)))


def _in_what_was_done(expected: Expected, result: Result) -> Iterator[str]:
    state: dict[str, Any] = result.state or {}
    left = list(result.made)
    if expected.may_hand_over:
        state = {table: rows for table, rows in state.items() if table != "tickets"}
        left = [made for made in left if made.tool != "hand_over"]
    if state != expected.state:
        yield f"the shop was left as {_short(state)}, not {_short(expected.state)}"
    for due in expected.made:
        made = next((made for made in left if _is(due, made)), None)
        if made is None:
            yield f"not done: {due.tool} {_short(due.arguments)}"
        else:
            left.remove(made)
    yield from (f"done, but not due: {made.tool} {made.arguments}" for made in left)


def _is(due: Due, made: Made) -> bool:
    arguments: dict[str, Any] = msgspec.json.decode(made.arguments)
    return due.tool == made.tool and all(_same(value, arguments.get(name)) for name, value in due.arguments.items())


def _same(wanted: object, given: object) -> bool:
    """Equal as values: 34.5 is 34.50, the case of letters and the order of a list make no difference."""
    return _each(wanted) == _each(given)


def _each(value: object) -> list[str]:
    return sorted(map(_plain, cast("list[object]", value))) if isinstance(value, list) else [_plain(value)]


def _plain(value: object) -> str:
    text = str(value).strip().lower()
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


def _in_what_was_said(expected: Expected, said: Sequence[str]) -> Iterator[str]:
    words = "\n".join(said)
    for wanted in expected.said:
        if not re.search(wanted, words, re.IGNORECASE):
            yield f"not said: {wanted}"
    for unwanted in expected.unsaid:
        if re.search(unwanted, words, re.IGNORECASE):
            yield f"said, but must not be: {unwanted}"


def _short(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
