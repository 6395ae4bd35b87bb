"""Which tools a run called, in which order, and with which arguments.

It does not know what the calls did; `final_state` does.

`exact`, `in order` and `any order` are the exact, in-order and any-order match of tool trajectories, as the evaluation
services of Google and LangChain define them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, cast, get_args

import msgspec
from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, named, shown, unjudged
from vouch.scorers.difference import Rules, leaves
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Order = Literal["in order", "any order", "exact"]
"""`in order`: all expected calls are there in their order, others may stand between; `any order`: all are there;
`exact`: these and no others, in this order."""

Of = Literal["calls", "writes"]
"""`calls`: every call that had a result; `writes`: only those that changed something."""


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that is expected; `arguments` None takes any."""

    tool: str
    arguments: dict[str, Any] | None = None


class Done(NamedTuple):
    """A call that was made."""

    tool: str
    arguments: object = None


class Path(Struct, frozen=True):
    """The share of the expected calls that were made; `exact` is right or wrong as a whole."""

    order: Order = "in order"
    arguments: bool = False
    of: Of = "calls"

    @property
    def name(self) -> str:
        """`path` with its settings."""
        return named("path", order=self.order, arguments=self.arguments, of=None if self.of == "calls" else self.of)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement of what was called, however the run ended; a case without a list of calls has none."""
        wanted = wanted_calls(case.expected)
        if wanted is None:
            return unjudged(self.name, case, "a list of tools, or of objects with 'tool' and 'arguments',")
        made = self._made(result)
        if self.arguments and self.of == "calls" and len(result.called) < len(result.calls):
            return Score(self.name, None, "the arguments of this run's calls are not recorded in its result")
        told = f"called {shown([call.tool for call in made])}, expected {shown([call.tool for call in wanted])}"
        return measured(self.name, self._share(wanted, made), told)

    def _made(self, result: Result) -> list[Done]:
        if self.of == "writes":
            return [Done(write.tool, _read(write.arguments)) for write in result.made]
        if self.arguments:
            return [Done(call.tool, _read(call.arguments)) for call in result.called]
        return [Done(tool) for tool in result.calls]

    def _share(self, wanted: Sequence[Wanted], made: Sequence[Done]) -> float:
        fits = [[self._fits(call, other) for other in made] for call in wanted]
        if self.order == "exact":
            return float(len(wanted) == len(made) and all(fits[place][place] for place in range(len(wanted))))
        if not wanted:
            return 1.0
        found = _in_order(fits, len(made)) if self.order == "in order" else _matched(fits)
        return found / len(wanted)

    def _fits(self, wanted: Wanted, made: Done) -> bool:
        if wanted.tool != made.tool:
            return False
        if not self.arguments or wanted.arguments is None:
            return True
        return all(leaf.right for leaf in leaves(wanted.arguments, made.arguments, Rules(exact_text=True)))


def path(order: Order = "in order", *, arguments: bool = False, of: Of = "calls") -> Path:
    """Right when a run called the expected tools; a case expects names, or objects with `tool` and `arguments`.

    With `arguments` those that the case names must be equal too. `of="writes"` looks only at what changed something.
    Raises an `AppError` for another order or kind of call.
    """
    if order not in get_args(Order) or of not in get_args(Of):
        raise AppError(
            f"path({order!r}, of={of!r}): 'in order', 'any order' or 'exact', and 'calls' or 'writes', are wanted"
        )
    return Path(order, arguments, of)


def wanted_calls(expected: object) -> list[Wanted] | None:
    """The calls a case expects; None where it does not expect a list of calls."""
    if not isinstance(expected, list | tuple):
        return None
    calls: list[Wanted] = []
    for item in cast("Sequence[object]", expected):
        if isinstance(item, str):
            calls.append(Wanted(item))
            continue
        try:
            calls.append(msgspec.convert(item, Wanted))
        except (msgspec.ValidationError, UnicodeEncodeError):
            return None
    return calls


def _read(arguments: str) -> object:
    try:
        return msgspec.json.decode(arguments or "{}")
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return arguments


def _in_order(fits: Sequence[Sequence[bool]], made: int) -> int:
    """How many expected calls are found in order at most: the longest common subsequence."""
    best = [0] * (made + 1)
    for row in fits:
        before = best
        best = [0]
        for place in range(made):
            best.append(before[place] + 1 if row[place] else max(before[place + 1], best[place]))
    return best[-1]


def _matched(fits: Sequence[Sequence[bool]]) -> int:
    """How many expected calls can be given a call of their own (Kuhn's augmenting paths)."""
    owner: dict[int, int] = {}

    def place(wanted: int, tried: set[int]) -> bool:
        for made, fit in enumerate(fits[wanted]):
            if fit and made not in tried:
                tried.add(made)
                if made not in owner or place(owner[made], tried):
                    owner[made] = wanted
                    return True
        return False

    return sum(place(wanted, set()) for wanted in range(len(fits)))
