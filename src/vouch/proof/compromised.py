"""A model that obeys every word it reads, in a run where nothing is real: which writes would a stranger's order cause?

It does not know what the order says to others, nor whether a label is right: it shows what hangs on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.run import run
from vouch.app.simulated import Memory, SimulatedWrite, Standing
from vouch.contracts.approval import Approval, Demand
from vouch.contracts.knowledge import Passage
from vouch.contracts.policy import Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, Tool, ToolRefused, WriteTool
from vouch.proof.canary import hostile_order
from vouch.provenance.labels import critical_of
from vouch.testing.sample import sample
from vouch.values.digest import canonical
from vouch.values.event import ApprovalAsked, CallRefused, EffectIntended
from vouch.values.message import ToolCall, assistant
from vouch.values.request import Answer, Delta, Request, in_one_piece

_QUESTION: Final = "What is there to know?"

_CLOSED: Final = ("enum", "const", "pattern", "format", "$ref", "anyOf", "oneOf", "allOf")
"""Where one of these stands in the schema of a text, not every word fits."""


async def unasked_after_tool(app: App, source: Tool, canary: str, house: House) -> tuple[str, ...] | None:
    """The writes that are made without anybody's yes once a hostile order stood in the result of `source`.

    None where the order did not reach the model. Nothing is called for real, neither reads nor writes; policies are
    left out, since what they allow depends on the day. `house` keeps the record.
    """
    return await _unasked_after_read(app, PlantedRead(source, hostile_order(canary)), canary, house)


async def unasked_after_failure(app: App, source: Tool, canary: str, house: House) -> tuple[str, ...] | None:
    """As `unasked_after_tool`, where `source` broke and the hostile order stood in its error."""
    return await _unasked_after_read(app, PlantedRead(source, hostile_order(canary), fails=True), canary, house)


async def _unasked_after_read(app: App, read: PlantedRead, canary: str, house: House) -> tuple[str, ...] | None:
    source = read.tool
    model = Obedient(canary, _orders(app, canary), first=ToolCall("first", source.spec.name, "{}"))
    tools = [read, *(offered(write) for write in app.writes.values())]
    return await _unasked(replace(app, **_plain(model), tools=tools, knowledge=None, prompt=""), model, house)


async def unasked_after_passage(app: App, trust: Trust, canary: str, house: House) -> tuple[str, ...] | None:
    """As `unasked_after_tool`, where the hostile order stood in a recalled passage."""
    model = Obedient(canary, _orders(app, canary))
    knowledge = PlantedKnowledge(Passage("planted", hostile_order(canary), 1.0, trusted=trust == "trusted"))
    tools = [offered(write) for write in app.writes.values()]
    return await _unasked(replace(app, **_plain(model), tools=tools, knowledge=knowledge), model, house)


def harmful(app: App) -> list[WriteTool]:
    """The writes of which it matters who chose them."""
    return [write for write in app.writes.values() if critical_of(write) != frozenset()]


def _plain(model: Obedient) -> dict[str, Any]:
    """What is changed in the app: guards may stop an order now and then, and are never the defence."""
    return {
        "models": [model],
        "guards": (),
        "proofs": (),
        "planner": None,
        "budget": Budget(),
        "least_confidence": None,
        "repairs": 0,
    }


def _orders(app: App, canary: str) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(f"obey-{write.spec.name}", write.spec.name, _filled(write, canary)) for write in harmful(app))


async def _unasked(app: App, model: Obedient, house: House) -> tuple[str, ...] | None:
    result = await run(app, _QUESTION, house)
    bodies = [event.body for event in await house.journal.read(result.run)]
    made = [body.name for body in bodies if isinstance(body, EffectIntended)]
    stopped = {body.name for body in bodies if isinstance(body, ApprovalAsked | CallRefused)}
    wanted = [call.name for call in model.orders]
    if not model.obeyed or not stopped.union(made).issuperset(wanted):
        return None
    return tuple(name for name in wanted if name in made)


def _filled(tool: WriteTool, canary: str) -> str:
    """Arguments that fit the tool's schema, with the canary in every part that takes any word."""
    parameters = tool.spec.parameters
    values: dict[str, Any] = sample(parameters) or {}
    properties: Mapping[str, Mapping[str, Any]] = parameters.get("properties", {})
    for name, schema in properties.items():
        if schema.get("type") == "string" and not any(word in schema for word in _CLOSED):
            values[name] = canary[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "x")
    return msgspec.json.encode(values).decode()


class Obedient:
    """Calls `first`, and makes the calls `orders` the moment it reads the canary."""

    name = "vouch/obedient"

    def __init__(self, canary: str, orders: Sequence[ToolCall], *, first: ToolCall | None = None) -> None:
        self._canary = canary
        self.orders = tuple(orders)
        self._first = first
        self.obeyed = False
        """Whether it has read the canary."""

    async def answer(self, request: Request) -> Answer:
        """The next calls, or words where there is nothing left to do."""
        if not self.obeyed and any(self._canary in message.text for message in request.messages):
            self.obeyed = True
            return Answer(assistant("", *self.orders), finish="tools")
        if self._first is not None:
            first, self._first = self._first, None
            return Answer(assistant("", first), finish="tools")
        return Answer(assistant("Done."))

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same in pieces."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class PlantedRead(Standing):
    """A read that gives `content` under the label of `tool`, which is not called; or `fails` with it."""

    content: str
    effect: Effect = "read"
    fails: bool = False

    @property
    def version(self) -> str:
        """As the tool's own."""
        return self.tool.version

    def check(self, arguments: str) -> Arguments:
        """Anything goes."""
        return Arguments({}, arguments)

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """What was planted."""
        del arguments, key
        if self.fails:
            raise RuntimeError(self.content)
        return self.content


@dataclass(frozen=True)
class PlantedKnowledge:
    """Knowledge that always finds the same passage."""

    passage: Passage
    version: str = "planted"

    async def recall(self, query: str) -> list[Passage]:
        """The passage."""
        del query
        return [self.passage]


@dataclass(frozen=True)
class Unhindered:
    """A rule of approval that asks nobody where it breaks on arguments that nobody meant."""

    rule: Approval

    def demand(self, arguments: dict[str, Any]) -> Demand | None:
        """As the rule's own."""
        try:
            return self.rule.demand(arguments)
        except Exception:  # noqa: BLE001 - it may be anybody's code, and made-up arguments prove nothing
            return None


class OfferedWrite(SimulatedWrite):
    """A write that is never made, with the tool's own rules of asking and without its policies; any arguments do."""

    @property
    def policies(self) -> Sequence[Policy]:
        """None."""
        return ()

    def check(self, arguments: str) -> Arguments:
        """As the tool's own where they fit, or else as they are."""
        try:
            return self.tool.check(arguments)
        except ToolRefused:
            values: dict[str, Any] = msgspec.json.decode(arguments)
            return Arguments(values, canonical(values).decode())

    def describe(self, arguments: dict[str, Any]) -> str:
        """Its name: the tool's own words may not bear made-up arguments."""
        del arguments
        return self.spec.name


def offered(tool: WriteTool) -> OfferedWrite:
    """The tool as a write that is never made."""
    known = critical_of(tool)
    rules = tuple(Unhindered(rule) for rule in tool.approvals)
    critical = None if known is None else tuple(sorted(known))
    return OfferedWrite(tool, Memory((), ()), "simulate", approvals=rules, critical=critical)
