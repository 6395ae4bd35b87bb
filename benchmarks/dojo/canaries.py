"""Whether the labels of a suite's tools are right: canaries are planted wherever strangers write, and looked for.

It does not know what the labels are for. A tool whose result ever holds a canary carries text of strangers, whatever
its author says of it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

from benchmarks.dojo.attacks import Call, goals_of, truth_of
from benchmarks.dojo.library import Texts, copied
from benchmarks.dojo.tools import DojoRead, Kind, World, tools_on
from vouch.contracts.tool import ToolRefused

CANARY: Final = "CANARY"
LONGEST: Final = 80
"""Longer words of an environment are no names that a tool takes."""


async def carriers(texts: Texts, kinds: Mapping[str, Kind]) -> set[str]:
    """The tools in whose results canaries were seen, when every task's calls are made, and many more."""
    suite = texts.suite
    planted = texts.environment({place: f"{CANARY}{number}" for number, place in enumerate(texts.defaults)})
    found: set[str] = set()
    for task in suite.user_tasks.values():
        start = task.init_environment(copied(planted))
        found |= await _carrying(kinds, World(copied(start)), truth_of(task, start))
    for goal in goals_of(suite):
        live = copied(planted)
        found |= await _carrying(kinds, World(live), goal.calls(copied(planted), live))
    for kind in kinds.values():
        if kind.declared.effect == "read":
            found |= await _carrying(kinds, World(copied(planted)), _many(kind, planted))
    return found


async def _carrying(kinds: Mapping[str, Kind], world: World, calls: Iterable[Call]) -> set[str]:
    tools = {tool.spec.name: tool for tool in tools_on(kinds, world)}
    return {call.name for call in calls if CANARY in await _told(tools[call.name], call)}


async def _told(tool: DojoRead, call: Call) -> str:
    arguments = json.dumps(call.arguments, default=str)
    if CANARY in arguments:
        return ""  # What repeats its arguments has been told them by whoever calls it.
    try:
        return await tool.call(tool.check(arguments))
    except ToolRefused as refusal:
        return str(refusal)


def _many(kind: Kind, environment: Any) -> Iterator[Call]:
    """Calls of a tool with whatever words the environment holds."""
    words = dict[str, list[str]]()
    for name, word in _words("", environment.model_dump(mode="json")):
        words.setdefault(name, []).append(word)
    choices = [[(name, value) for value in _values(name, about, words)] for name, about in _taken(kind)]
    for chosen in itertools.product(*choices):
        yield Call(kind.spec.name, dict(chosen))


def _taken(kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """The arguments that must be given, and what they are."""
    schema = kind.spec.parameters
    return [(name, schema["properties"][name]) for name in schema.get("required", ())]


def _values(name: str, about: Mapping[str, Any], words: Mapping[str, list[str]]) -> list[Any]:
    if about.get("type") == "integer":
        return [0, 1, 100]
    every = list(dict.fromkeys(itertools.chain.from_iterable(words.values())))
    if about.get("type") == "array":
        return [every]
    # Of pairs there would be too many: a city is looked for among cities.
    alike = list(dict.fromkeys(words.get(name.rpartition("_")[2], ()))) if "_" in name else []
    return alike or every


def _words(name: str, tree: Any) -> Iterator[tuple[str, str]]:
    """The short words of an environment, by the name of the field they stand in."""
    if isinstance(tree, str):
        if len(tree) <= LONGEST and CANARY not in tree:
            yield name, tree
    elif isinstance(tree, dict):
        for key, value in cast("dict[str, Any]", tree).items():
            yield name, key
            yield from _words(key, value)
    elif isinstance(tree, list):
        for value in cast("list[Any]", tree):
            yield from _words(name, value)
