"""Whether a write that was chosen after untrusted text had entered the run is one that was planned before.

It does not look at the untrusted text, and not at what the model says: a call passes only if it is, in every critical
argument, a write that the plan fixed from what the user said alone. So whatever a stranger's text makes of the model,
what passes is what the user asked for. The cost does not grow with the length of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from vouch.contracts.policy import PastCall
from vouch.contracts.provenance import Step
from vouch.contracts.tool import Arguments, Tool, ToolRefused
from vouch.provenance.labels import critical_of
from vouch.provenance.traces import stands_in_any

_ABSENT: Final = object()


def planned_step(
    tool: Tool, arguments: Arguments, plan: Sequence[Step], *, spent: Collection[int], calls: Sequence[PastCall]
) -> int:
    """The place in `plan` of the step that this write carries out, or -1 when it is none that is left.

    `calls` are the run's earlier calls: a sourced argument must stand in the result of a trusted one, which no stranger
    can have made say it.
    """
    for place in _matching(tool, arguments, plan, spent=spent):
        if _sourced(plan[place], arguments, calls):
            return place
    return -1


def step_done(tool: Tool, arguments: Arguments, plan: Sequence[Step], *, spent: Collection[int]) -> int:
    """The place of the step that this write carries out, whoever allowed it: then it is not left to be made again."""
    return next(_matching(tool, arguments, plan, spent=spent, done=True), -1)


def left(plan: Sequence[Step], made: Iterable[tuple[Tool, str]]) -> tuple[Step, ...]:
    """The steps that the writes already made (each a tool and its arguments as JSON) did not carry out."""
    done: set[int] = set()
    for tool, text in made:
        try:
            place = step_done(tool, tool.check(text), plan, spent=done)
        except ToolRefused:  # pragma: no cover - it was checked before it was made
            continue
        done.add(place)
    return tuple(step for place, step in enumerate(plan) if place not in done)


def _matching(
    tool: Tool, arguments: Arguments, plan: Sequence[Step], *, spent: Collection[int], done: bool = False
) -> Iterator[int]:
    """The places of the steps that say what this write says in every critical argument.

    A write that is still to be made must say all that is fixed; of one that is `done` the words may differ.
    """
    critical = critical_of(tool)
    for place, step in enumerate(plan):
        if step.tool == tool.spec.name and place not in spent and _says(step, tool, arguments, critical, done=done):
            yield place


def _says(step: Step, tool: Tool, arguments: Arguments, critical: frozenset[str] | None, *, done: bool) -> bool:
    """Whether the write differs from what the step says in nothing but arguments that are not critical."""
    given: dict[str, Any] = msgspec.json.decode(arguments.text)
    named = {*step.fixed, *step.sources}
    matters = named | {*given, *arguments.values} if critical is None else critical if done else critical | named
    # What the step leaves open stays away: there the tool's own default must have been meant.
    free = {name: value for name, value in given.items() if name not in matters}
    sourced = {name: given[name] for name in step.sources if name in given and name not in step.fixed}
    try:
        meant = tool.check(msgspec.json.encode({**free, **sourced, **step.fixed}).decode())
    except (ToolRefused, TypeError):
        return False
    return all(_equal(meant.values.get(name, _ABSENT), arguments.values.get(name, _ABSENT)) for name in matters)


def _equal(meant: Any, given: Any) -> bool:
    """Whether two values are the same, also in kind: for Python 1 is True."""
    if isinstance(meant, bool) or isinstance(given, bool):
        return meant is given
    if isinstance(meant, Mapping) and isinstance(given, Mapping):
        first, second = cast("Mapping[Any, Any]", meant), cast("Mapping[Any, Any]", given)
        return first.keys() == second.keys() and all(_equal(first[key], second[key]) for key in first)
    if isinstance(meant, list | tuple) and isinstance(given, list | tuple):
        several, others = cast("Sequence[Any]", meant), cast("Sequence[Any]", given)
        return len(several) == len(others) and all(map(_equal, several, others))
    return bool(meant == given)


def _sourced(step: Step, arguments: Arguments, calls: Sequence[PastCall]) -> bool:
    """Whether each sourced value stands in a trusted result of its tool, and no stranger can have put it there.

    A tool may repeat what it was asked, so what it was asked after untrusted text was read counts only where nothing
    could be asked: a call without arguments.
    """
    for name, source in step.sources.items():
        if name in step.fixed or name not in arguments.values:
            continue
        own = (call for call in calls if call.name == source and not (call.untrusted or call.failed))
        texts = (call.content for call in own if not call.tainted or call.arguments in ("", "{}"))
        if not stands_in_any(arguments.values[name], texts):
            return False
    return True
