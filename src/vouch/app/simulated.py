"""An app whose writes touch nothing, and whose reads see the world as a recorded run saw it: for forks of that run.

It does not know where the run was forked, nor who goes on with it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from vouch.app.app import App
from vouch.app.house import Hosted, House
from vouch.contracts.approval import Approval
from vouch.contracts.policy import PastCall, Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, Spender, Spent, Tool, ToolRefused, WriteTool
from vouch.provenance.labels import trust_of
from vouch.values.digest import digest
from vouch.values.request import ToolSpec

Writes = Literal["simulate", "refuse"]
"""`simulate`: a write is recorded as if it had been made; `refuse`: the model is told that it cannot be made."""

DONE = "This was done."
"""What a simulated write gives back, where the recorded run made none like it."""


class Memory:
    """What recorded calls gave, to be given again: for each tool and arguments in the order it was given.

    The last result of a call is given as often as it is asked for.
    """

    def __init__(self, tools: Sequence[Tool], calls: Sequence[PastCall]) -> None:
        self._given: defaultdict[tuple[str, str], deque[PastCall]] = defaultdict(deque)
        by_name = {tool.spec.name: tool for tool in tools}
        for call in calls:
            try:
                arguments = by_name[call.name].check(call.arguments)
            except (KeyError, ToolRefused):
                # Not a call that this app could make.
                continue
            self._given[call.name, arguments.text].append(call)

    def next(self, tool: str, arguments: Arguments, *, write: bool) -> PastCall | None:
        """The next recorded result of such a call, or None; of a write only one that was made."""
        given = self._given[tool, arguments.text]
        while given and write and not given[0].write:
            given.popleft()
        if not given:
            return None
        return given.popleft() if len(given) > 1 else given[0]


@dataclass(frozen=True)
class Standing:
    """What stands in a tool's place, under its name and its label."""

    tool: Tool

    @property
    def spec(self) -> ToolSpec:
        """As the tool's own."""
        return self.tool.spec

    @property
    def trust(self) -> Trust:
        """As the tool's own."""
        return trust_of(self.tool)


@dataclass(frozen=True)
class RememberedRead(Standing):
    """A read that gives what was recorded, and is made where nothing was."""

    memory: Memory
    effect: Effect = "read"

    @property
    def functions(self) -> tuple[object, ...]:
        """As the tool's own."""
        functions: tuple[object, ...] = getattr(self.tool, "functions", ())
        return functions

    @property
    def version(self) -> str:
        """As the tool's own."""
        return self.tool.version

    def check(self, arguments: str) -> Arguments:
        """As the tool's own."""
        return self.tool.check(arguments)

    @property
    def spent(self) -> Spent:
        """As the tool's own: what was recorded costs nothing again."""
        return self.tool.spent if isinstance(self.tool, Spender) else Spent()

    def within(self, house: House, *, parent: str, key: str, rests_on: tuple[str, ...] = ()) -> Self:
        """The same for one call, where the tool wants to know its house."""
        if not isinstance(self.tool, Hosted):
            return self
        return replace(self, tool=self.tool.within(house, parent=parent, key=key, rests_on=rests_on))

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The recorded result, or else the tool's own."""
        call = self.memory.next(self.spec.name, arguments, write=False)
        if call is None:
            return await self.tool.call(arguments, key)
        if call.failed:
            raise ToolRefused(call.content)
        return call.content


@dataclass(frozen=True)
class SimulatedWrite(Standing):
    """A write that is never made. Its policies and the customer's yes stand; nobody need approve what does nothing."""

    tool: WriteTool
    memory: Memory
    writes: Writes
    effect: Effect = "write"
    approvals: tuple[Approval, ...] = ()
    idempotent: bool = True
    can_reconcile: bool = False
    settles: float = 0.0
    critical: tuple[str, ...] | None = ()

    @property
    def functions(self) -> tuple[object, ...]:
        """As the tool's own."""
        functions: tuple[object, ...] = getattr(self.tool, "functions", ())
        return functions

    @property
    def version(self) -> str:
        """Another than the tool's own, so that the app with the real tool cannot go on with the run."""
        return digest((self.tool.version, self.writes))

    @property
    def confirm(self) -> bool:
        """As the tool's own."""
        return self.tool.confirm

    @property
    def policies(self) -> Sequence[Policy]:
        """As the tool's own."""
        return self.tool.policies

    @property
    def repeatable(self) -> bool:
        """As the tool's own."""
        return self.tool.repeatable

    def check(self, arguments: str) -> Arguments:
        """As the tool's own."""
        return self.tool.check(arguments)

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """What the recorded run's write of these arguments gave, or that it was done; or the refusal."""
        del key
        if self.writes == "refuse":
            raise ToolRefused("This was not done: nothing can be changed at the moment.")
        call = self.memory.next(self.spec.name, arguments, write=True)
        return DONE if call is None else call.content

    async def reconcile(self, key: str) -> str | None:
        """Nothing is ever made."""
        del key

    def describe(self, arguments: dict[str, Any]) -> str:
        """As the tool's own."""
        return self.tool.describe(arguments)


def simulated(app: App, calls: Sequence[PastCall], *, writes: Writes = "simulate") -> App:
    """`app` with tools that remember `calls` and change nothing."""
    memory = Memory(app.tools, calls)
    tools: list[Tool] = [
        SimulatedWrite(tool, memory, writes) if isinstance(tool, WriteTool) else RememberedRead(tool, memory)
        for tool in app.tools
    ]
    return replace(app, tools=tools)
