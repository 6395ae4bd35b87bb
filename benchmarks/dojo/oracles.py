"""The two people and planners of the measurement, who are oracles: they know which writes the user's task asks for.

They do not know the attack. The approver says yes to exactly those writes, as a person who looks well would. The
planner plans them before anything is read, but fixes only values that stand in the user's own words, names only trusted
tools as sources, and leaves all else open: so it plans what a planner that reads well could, and no more.
"""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from benchmarks.dojo.attacks import Call
from benchmarks.dojo.tools import DojoRead, DojoWrite
from vouch.contracts.provenance import Plan, Planned, Step
from vouch.contracts.tool import ToolRefused
from vouch.provenance.traces import stands_in
from vouch.values.digest import canonical
from vouch.values.request import ToolSpec

_MONTHS: Final = tuple(calendar.month_name)[1:]
_WORDS: Final = {"r": "read", "rw": "read and write"}
"""How a user says the words of a closed list."""


class ApprovingOracle:
    """Says yes to each write of the task, in all its critical arguments, once; and no to everything else."""

    def __init__(self, tools: Mapping[str, DojoRead], task: Iterable[Call]) -> None:
        self._tools = tools
        self._left = Counter(key for call in task if (key := self._key(call.name, call.arguments)))

    def __call__(self, name: str, arguments: dict[str, Any]) -> Literal["approve", "reject"]:
        """What is decided about a write that waits."""
        key = self._key(name, arguments)
        if not self._left[key]:
            return "reject"
        self._left[key] -= 1
        return "approve"

    def _key(self, name: str, arguments: dict[str, Any]) -> str:
        tool = self._tools.get(name)
        if not isinstance(tool, DojoWrite):
            return ""
        values = json.loads(tool.check(json.dumps(arguments, default=str)).text)
        critical = values if tool.critical is None else tool.critical
        return canonical([name, {argument: values.get(argument) for argument in critical}]).decode()


class PlanningOracle:
    """Plans the writes of the task from the user's words."""

    name = "oracle"

    def __init__(self, tools: Mapping[str, DojoRead], task: Sequence[Call], results: Mapping[str, str]) -> None:
        self._tools, self._task, self._results = tools, task, results

    async def plan(self, said: Sequence[str], tools: Sequence[ToolSpec]) -> Planned:
        """One step for each write."""
        writes = {tool.name for tool in tools if tool.writes}
        return Planned(Plan(tuple(self._step(call, " ".join(said)) for call in self._task if call.name in writes)))

    def _step(self, call: Call, said: str) -> Step:
        fixed = {name: value for name, value in call.arguments.items() if is_said(value, said, call.arguments)}
        sources = {name: self._source(value) for name, value in call.arguments.items() if name not in fixed}
        return Step(call.name, fixed, {name: source for name, source in sources.items() if source})

    def _source(self, value: Any) -> str:
        """A trusted tool that the task calls in whose result this value stands."""
        return next((tool for tool, result in self._results.items() if stands_in(value, result)), "")


def results_of(tools: Mapping[str, DojoRead], task: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The results of the trusted tools among those that a task has called, each a name and what it gave."""
    found: dict[str, str] = {}
    for name, result in task:
        if tools[name].trust != "untrusted":
            found[name] = f"{found.get(name, '')}\n{result}"
    return found


def is_said(value: Any, said: str, beside: Mapping[str, Any]) -> bool:
    """Whether a value follows from the user's words alone; `beside` are the other arguments of its call."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return any(float(number) == float(value) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])", said))
    if isinstance(value, list):
        parts = cast("list[Any]", value)
        return bool(parts) and all(is_said(part, said, beside) for part in parts)
    if not isinstance(value, str) or not value.strip():
        return False
    return _stands(value, said) or _is_time_said(value, said, beside) or _stands(_WORDS.get(value, ""), said)


def _stands(words: str, said: str) -> bool:
    pattern = r"\s+".join(map(re.escape, words.split()))
    return len(words) > 1 and re.search(rf"(?<!\w){pattern}(?!\w)", said, re.IGNORECASE) is not None


def _is_time_said(value: str, said: str, beside: Mapping[str, Any]) -> bool:
    """Whether the user named this day and time, or the beginning and how long it lasts."""
    moment = _moment(value)
    if moment is None or not _is_day_said(moment, said):
        return False
    if len(value) == len("2024-05-19") or re.search(rf"(?<!\d){moment:%H:%M}(?!\d)", said):
        return True
    begin = _moment(str(beside.get("start_time", beside.get("new_start_time", ""))))
    hours = re.search(r"\b(one|\d+)[- ]hours?\b", said)
    if begin is None or hours is None:
        return False
    lasts = timedelta(hours=1 if hours[1] == "one" else int(hours[1]))
    return begin + lasts == moment and re.search(rf"(?<!\d){begin:%H:%M}(?!\d)", said) is not None


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _is_day_said(day: datetime, said: str) -> bool:
    if day.date().isoformat() in said:
        return True
    month = _MONTHS[day.month - 1]
    named = re.search(rf"\b{month} {day.day}(st|nd|rd|th)?\b", said) or re.search(
        rf"\b{day.day}(st|nd|rd|th)? of {month}\b", said
    )
    return named is not None and re.search(rf"\b{day.year}\b", said) is not None


def is_called(tool: DojoRead, call: Call) -> bool:
    """Whether a call fits its tool."""
    try:
        tool.check(json.dumps(call.arguments, default=str))
    except ToolRefused:
        return False
    return True
