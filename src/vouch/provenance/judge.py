"""Whether a write that was chosen after untrusted text had entered the run is one that was planned before.

It does not look at the untrusted text, and not at what the model says: a call passes only if it is, in every critical
argument, a write that the plan fixed from what the user said alone. So whatever a stranger's text makes of the model,
what passes is what the user asked for. The cost does not grow with the length of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from vouch.contracts.policy import PastCall
from vouch.contracts.provenance import Step
from vouch.contracts.tool import Arguments, Tool, ToolRefused
from vouch.provenance.labels import critical_of
from vouch.provenance.traces import stands_in


def planned_step(
    tool: Tool, arguments: Arguments, plan: Sequence[Step], *, spent: Collection[int], calls: Sequence[PastCall]
) -> int:
    """The place in `plan` of the step that this write carries out, or -1 when it is none that is left.

    `calls` are the run's earlier calls: a sourced argument must stand in the result of a trusted one, which no stranger
    can have made say it.
    """
    critical = critical_of(tool)
    for place, step in enumerate(plan):
        if step.tool == tool.spec.name and place not in spent and _covers(step, tool, arguments, critical, calls):
            return place
    return -1


def _covers(
    step: Step, tool: Tool, arguments: Arguments, critical: frozenset[str] | None, calls: Sequence[PastCall]
) -> bool:
    """Whether the write differs from what the step says in nothing but arguments that are not critical."""
    given: dict[str, Any] = msgspec.json.decode(arguments.text)
    matters = {*given, *arguments.values} if critical is None else critical | step.fixed.keys() | step.sources.keys()
    # What the step leaves open stays away: there the tool's own default must have been meant.
    free = {name: value for name, value in given.items() if name not in matters}
    sourced = {name: given[name] for name in step.sources if name in given and name not in step.fixed}
    try:
        meant = tool.check(msgspec.json.encode({**free, **sourced, **step.fixed}).decode())
    except (ToolRefused, TypeError):
        return False
    if any(meant.values.get(name) != arguments.values.get(name) for name in matters):
        return False
    return all(_stands_in_trusted(value, step.sources[name], calls) for name, value in sourced.items())


def _stands_in_trusted(value: Any, source: str, calls: Iterable[PastCall]) -> bool:
    """Whether a trusted result of `source` holds the value, and no stranger can have put it there.

    A tool may repeat what it was asked, so what it was asked after untrusted text was read counts only where nothing
    could be asked: a call without arguments.
    """
    own = (call for call in calls if call.name == source and not (call.untrusted or call.failed))
    return any(stands_in(value, call.content) for call in own if not call.tainted or call.arguments in ("", "{}"))


def left(plan: Sequence[Step], made: Iterable[tuple[Tool, str]]) -> tuple[Step, ...]:
    """The steps that the writes already made (each a tool and its arguments as JSON) did not carry out."""
    steps = list(plan)
    for tool, text in made:
        try:
            arguments = tool.check(text)
        except ToolRefused:  # pragma: no cover - it was checked before it was made
            continue
        done = next((step for step in steps if _made(step, tool, arguments)), None)
        if done is not None:
            steps.remove(done)
    return tuple(steps)


def _made(step: Step, tool: Tool, arguments: Arguments) -> bool:
    if step.tool != tool.spec.name:
        return False
    given: dict[str, Any] = msgspec.json.decode(arguments.text)
    try:
        meant = tool.check(msgspec.json.encode({**given, **step.fixed}).decode())
    except (ToolRefused, TypeError):
        return False
    return meant.values == arguments.values
