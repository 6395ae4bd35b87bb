"""The tools of a suite as a recorded run had them: they give the recorded results, with the labels that are declared.

They do not know what may be called: whatever is, the recorded result of that very call comes back.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from benchmarks.dojo.declaration import Declared
from benchmarks.dojo.tools import DojoRead, DojoWrite, Kind, World
from benchmarks.recorded.data import Line, Made
from vouch.contracts.tool import Arguments, Effect, ToolRefused
from vouch.values.digest import canonical, digest
from vouch.values.message import Message, ToolCall, assistant
from vouch.values.request import Request, ToolSpec

LAST_WORDS: Final = "That is all."
"""What a model says in the end that said nothing when it was recorded."""

_NUMBERS: Final = {"number": float, "integer": int}


class Player:
    """Says and calls what the model said and called, line by line, and knows what the calls of this line gave."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._lines = deque(lines)
        self._left: defaultdict[tuple[str, str], deque[Made]] = defaultdict(deque)

    def __call__(self, request: Request) -> Message:
        """The next line, whatever was said before."""
        del request
        line = self._lines.popleft() if self._lines else Line("")
        self._left.clear()
        for call in line.calls:
            self._left[call.name, form_of(call.arguments)].append(call)
        calls = [ToolCall(call.id, call.name, call.arguments) for call in line.calls]
        return assistant(line.words if calls else line.words or LAST_WORDS, *calls)

    def recorded(self, name: str, form: str) -> Made | None:
        """What this call gave; the same one made twice in one line has two results, in order."""
        results = self._left[name, form]
        return results.popleft() if len(results) > 1 else next(iter(results), None)


def form_of(arguments: str) -> str:
    """Arguments in one form, whatever spaces and order a model writes."""
    try:
        return canonical(json.loads(arguments or "{}")).decode()
    except ValueError:
        return arguments


@dataclass(frozen=True)
class RecordedRead(DojoRead):
    """A function that changes nothing."""

    def check(self, arguments: str) -> Arguments:
        """The arguments that the tool has, in the types that it wants; raises `ToolRefused` where one is missing."""
        form = form_of(arguments)
        try:
            given = json.loads(form)
        except ValueError:
            given = None
        parameters = self.spec.parameters
        if not isinstance(given, dict) or not set(parameters.get("required", ())) <= given.keys():
            refusal = self._player.recorded(self.spec.name, form)
            raise ToolRefused(refusal.content if refusal else f"{self.spec.name} cannot be called with {form}")
        return Arguments(typed(cast("dict[str, Any]", given), parameters.get("properties", {})), form)

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The recorded result of this call."""
        del key
        made = self._player.recorded(self.spec.name, arguments.text)
        assert made is not None, f"{self.spec.name} was not called with {arguments.text}"
        if made.failed:
            raise ToolRefused(made.content)
        return made.content

    @property
    def _player(self) -> Player:
        return self.world.environment


@dataclass(frozen=True)
class RecordedWrite(RecordedRead, DojoWrite):
    """A function that changes something: nobody need approve it, but for what it rests on."""

    effect: Effect = "write"


def typed(given: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments that a schema has, in its types where that can be done, with its defaults."""
    values: dict[str, Any] = {}
    for name, schema in properties.items():
        if name in given:
            values[name] = _as_number(given[name], schema)
        elif "default" in schema:
            values[name] = schema["default"]
    return values


def _as_number(value: Any, schema: Mapping[str, Any]) -> Any:
    kinds = [part.get("type") for part in (schema, *schema.get("anyOf", ()))]
    number = next((_NUMBERS[kind] for kind in kinds if kind in _NUMBERS), None)
    if number is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        return number(value)
    except ValueError:
        return value


def kinds_of(schemas: Mapping[str, Mapping[str, Any]], declared: Mapping[str, Declared]) -> dict[str, Kind]:
    """The tools of a suite by name; raises `KeyError` for one that is not declared."""
    return {name: _kind(name, schema, declared[name]) for name, schema in schemas.items()}


def _kind(name: str, schema: Mapping[str, Any], declared: Declared) -> Kind:
    spec = ToolSpec(name, schema.get("description", ""), schema["parameters"], writes=declared.effect == "write")
    return Kind(None, spec, declared, digest((spec, declared)), None)


def tools_of(kinds: Mapping[str, Kind], player: Player) -> dict[str, DojoRead]:
    """All tools of a suite by name, as this run had them."""
    world = World(player)
    return {
        name: (RecordedWrite if kind.declared.effect == "write" else RecordedRead)(kind, world)
        for name, kind in kinds.items()
    }
