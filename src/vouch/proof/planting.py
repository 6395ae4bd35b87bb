"""Planted worlds: a word is written wherever a stranger could write, and every text that comes back is searched for it.

It does not know what follows from where the word is found. Everything happens in the worlds that a proof makes for its
cases; what is asked of models is what the app asks, or nothing where a case's calls are known already.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, cast
from uuid import uuid4

import msgspec

from vouch.app.app import App
from vouch.app.conversation import converse
from vouch.app.declaration import Stage, World
from vouch.app.house import Hosted, House, Wired
from vouch.app.subagent import SubAgent
from vouch.contracts.knowledge import Passage
from vouch.contracts.tool import Tool, ToolRefused
from vouch.errors import AppError
from vouch.proof.canary import holds
from vouch.proof.labels import PASSAGES
from vouch.provenance.labels import is_untrusted
from vouch.testing.sample import sample
from vouch.values.case import Case
from vouch.values.event import EffectDone, Event, KnowledgeFound, ModelAnswered, RunStarted, ToolRead
from vouch.values.result import Called

_SIDE_BY_SIDE: Final = 8
"""Cases under way at a time."""

UNHEARD: Final = "unheardof"
"""What no world knows: a read that is asked for it fails, and its error is a text that enters a run, too."""

_TRIES: Final = 3
"""Made-up calls of a read that nobody called."""


@dataclass
class Seen:
    """What was looked at, by source: how often, how often it held the canary, and where it did as if trusted."""

    looked_at: Counter[str] = field(default_factory=Counter[str])
    gave_back: Counter[str] = field(default_factory=Counter[str])
    wrong_in: dict[str, str] = field(default_factory=dict[str, str])
    failed: Counter[str] = field(default_factory=Counter[str])
    failed_wrong_in: dict[str, str] = field(default_factory=dict[str, str])
    """The same of errors, which are counted apart."""
    worlds: int = 0


class Text(NamedTuple):
    """What a source gave in a run: its content and the arguments that it was given."""

    source: str
    content: str
    arguments: str
    failed: bool
    untrusted: bool


class Planting:
    """Cases of an app in planted worlds. `house` is one whose journal nobody needs afterwards."""

    def __init__(self, app: App, canary: str, house: House) -> None:
        self._app = app
        self._canary = canary
        self._house = house
        self.seen = Seen()

    async def talk(self, world: World, cases: Sequence[Case]) -> None:
        """Have the conversations of these cases in planted worlds, as far as their worlds can be planted."""
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(case: Case) -> list[Text]:
            async with gate, world(case) as stage:
                if not await self._planted(stage):
                    return []
                texts = await self._conversation(stage, case)
                return texts + await _probed(stage, case, texts)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(case)) for case in cases]
        except BaseExceptionGroup as several:
            # What fails is the set-up, for all cases alike: one error says it.
            raise several.exceptions[0] from None
        for case, task in zip(cases, tasks, strict=True):
            self._look(task.result(), case.id)

    async def repeat(self, world: World, case: Case, calls: Iterable[Called]) -> bool:
        """Make the calls that are known of a case again, in its world, planted; False where it cannot be planted."""
        async with world(case) as stage:
            if not await self._planted(stage):
                return False
            tools = {tool.spec.name: tool for tool in stage.tools}
            texts = [
                text
                for call in calls
                if call.tool in tools and (text := await _called(tools[call.tool], call.arguments)) is not None
            ]
            texts += await _probed(stage, case, texts)
            texts += [text for said in (case.input, *case.then) for text in await self._recalled(said)]
        self._look(texts, case.id)
        return True

    async def recall(self, cases: Iterable[Case]) -> None:
        """Look at the passages that are found for what is said first in these cases."""
        for case in cases:
            self._look(await self._recalled(case.input), case.id)

    async def _planted(self, stage: Stage) -> bool:
        if stage.plant is None:
            return False
        try:
            await stage.plant(self._canary)
        except Exception as error:
            raise AppError(f"the stage's plant broke: {type(error).__name__}: {error}") from error
        self.seen.worlds += 1
        return True

    async def _conversation(self, stage: Stage, case: Case) -> list[Text]:
        """What the sources gave in the conversation of this case, and in the runs of sub-agents within it."""
        app = replace(self._app, tools=stage.tools)
        words = (case.input, *case.then)
        result = await converse(app, words, self._house, case=case.id, approver=stage.approver)
        events = await self._house.journal.read(result.run)
        texts = list(texts_of(events, ""))
        apps = {inner.app.name: f"{name}/" for name, inner in sub_agents(stage.tools)}
        for child in await self._children(result.run, apps):
            started = child[0].body
            assert isinstance(started, RunStarted)  # noqa: S101 - it was found by its start
            texts.extend(texts_of(child, apps[started.app]))
        return texts

    async def _children(self, run: str, apps: Mapping[str, str]) -> list[list[Event]]:
        """The runs of these sub-agents below a run, and those below them."""
        if not apps:
            return []
        found: list[list[Event]] = []
        parents = {run}
        async for event in self._house.journal.events("run.started"):
            # The parent of a run began before it.
            if isinstance(event.body, RunStarted) and event.body.parent in parents:
                parents.add(event.run)
                found.append(await self._house.journal.read(event.run))
        return found

    async def _recalled(self, said: str) -> list[Text]:
        if self._app.knowledge is None:
            return []
        if isinstance(self._app.knowledge, Wired):
            self._app.knowledge.wire(self._house.embedder)
        return [_of_passage(passage, "") for passage in await self._app.knowledge.recall(said)]

    def _look(self, texts: Iterable[Text], case: str) -> None:
        for text in texts:
            if holds(text.arguments, self._canary):
                # Whoever was given it may give it back.
                continue
            # That there is no such thing says nothing of what there is.
            self.seen.looked_at[text.source] += not text.failed
            self.seen.failed[text.source] += text.failed
            if holds(text.content, self._canary):
                self.seen.gave_back[text.source] += not text.failed
                if not text.untrusted:
                    wrong = self.seen.failed_wrong_in if text.failed else self.seen.wrong_in
                    wrong.setdefault(text.source, case)


def sub_agents(tools: Iterable[Tool], prefix: str = "") -> Iterator[tuple[str, SubAgent]]:
    """The apps among the tools, and among the tools of these, each by the names that lead to it: `scout/finder`."""
    for tool in tools:
        if isinstance(tool, SubAgent):
            name = f"{prefix}{tool.spec.name}"
            yield name, tool
            yield from sub_agents(tool.app.tools, f"{name}/")


def texts_of(events: Sequence[Event], prefix: str) -> Iterator[Text]:
    """What tools and knowledge gave in a run, as they were labelled then; `prefix` is set before their names."""
    given: dict[str, str] = {}
    for event in events:
        body = event.body
        if isinstance(body, ModelAnswered) and isinstance(body.calls, tuple):
            given.update((call.id, call.arguments) for call in body.calls)
        elif isinstance(body, ToolRead | EffectDone):
            arguments = given.get(body.call_id, "")
            yield Text(f"{prefix}{body.name}", str(body.content), arguments, body.failed, body.untrusted)
        elif isinstance(body, KnowledgeFound):
            for passage in msgspec.json.decode(str(body.hits), type=list[Passage]):
                yield _of_passage(passage, prefix)


def _of_passage(passage: Passage, prefix: str) -> Text:
    source = f"{prefix}{PASSAGES['trusted' if passage.trusted else 'untrusted']}"
    return Text(source, passage.text, "", failed=False, untrusted=not passage.trusted)


async def _probed(stage: Stage, case: Case, texts: Sequence[Text]) -> list[Text]:
    """What the reads give that the case did not call, asked with what it tells by the names of their arguments.

    Each read is also asked for what there is not, to see what its error says.
    """
    known, called = values_in(texts), {text.source for text in texts}
    reads = [tool for tool in stage.tools if tool.effect == "read"]
    missing = [tool for tool in reads if tool.spec.name not in called]
    calls = [(tool, arguments) for tool in missing for arguments in made_up(tool, known, case.input)]
    given = [await _called(tool, arguments) for tool, arguments in calls]
    errors = [await _called(tool, arguments) for tool in reads for arguments in unheard_of(tool)]
    return [text for text in given if text is not None] + [text for text in errors if text is not None and text.failed]


async def _called(tool: Tool, arguments: str) -> Text | None:
    """What a call gives, labelled as in a run; None where it cannot be made. A sub-agent asks models: it is let be."""
    if isinstance(tool, Hosted):
        return None
    name = tool.spec.name
    try:
        checked = tool.check(arguments)
    except ToolRefused:
        return None
    try:
        content = await tool.call(checked, str(uuid4()))
    except ToolRefused as refusal:
        untrusted = is_untrusted(tool, failed=True, repeats=refusal.__cause__ is not None)
        return Text(name, str(refusal), arguments, failed=True, untrusted=untrusted)
    except Exception as error:  # noqa: BLE001 - a tool may be anybody's code; a run would go on, too
        return Text(name, f"{type(error).__name__}: {error}", arguments, failed=True, untrusted=True)
    return Text(name, content, arguments, failed=False, untrusted=is_untrusted(tool))


def values_in(texts: Iterable[Text]) -> dict[str, list[Any]]:
    """What stands in arguments and results under each name, each value once, in the order it came."""
    known: dict[str, list[Any]] = {}
    for text in texts:
        for part in (text.arguments, text.content):
            with suppress(msgspec.DecodeError, UnicodeError, RecursionError):
                for name, value in _named(msgspec.json.decode(part)):
                    values = known.setdefault(name, [])
                    if value not in values:
                        values.append(value)
    return known


def _named(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, part in cast("dict[str, object]", value).items():
            yield name, part
            yield from _named(part)
    elif isinstance(value, list):
        for part in cast("list[object]", value):
            yield from _named(part)


def made_up(tool: Tool, known: Mapping[str, Sequence[Any]], said: str) -> list[str]:
    """Arguments for a read, from values of the same names; where any words do, what the customer said, too.

    None where something is missing.
    """
    parameters = tool.spec.parameters
    properties: Mapping[str, Mapping[str, Any]] = parameters.get("properties", {})
    choices: dict[str, Sequence[Any]] = {}
    for name in parameters.get("required", ()):
        words = [said] if _takes_any_word(properties.get(name, {})) else []
        choices[name] = [*known.get(name, ())[: _TRIES - len(words)], *words]
    most = min(_TRIES, max(map(len, choices.values()), default=1))
    if not all(choices.values()):
        return []
    made = ({name: values[place % len(values)] for name, values in choices.items()} for place in range(most))
    return [msgspec.json.encode(arguments).decode() for arguments in made]


def unheard_of(tool: Tool) -> list[str]:
    """Arguments that fit a read's schema and name what there is not; none where no argument takes any word."""
    properties: Mapping[str, Mapping[str, Any]] = tool.spec.parameters.get("properties", {})
    words = {name: UNHEARD for name, schema in properties.items() if _takes_any_word(schema)}
    values: object = sample(tool.spec.parameters)
    if not words or not isinstance(values, dict):
        return []
    return [msgspec.json.encode({**cast("dict[str, Any]", values), **words}).decode()]


def _takes_any_word(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and not {"enum", "const", "pattern", "format"}.intersection(schema)
