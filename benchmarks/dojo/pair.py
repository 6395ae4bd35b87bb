"""One user task, attacked or not, as one run of a Vouch app; and what came of it.

It does not know other pairs, nor what the figures are held against.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from benchmarks.dojo.attacks import Call, Goal, truth_of
from benchmarks.dojo.library import Suite, Texts, copied
from benchmarks.dojo.obeying import Attack, Obeying
from benchmarks.dojo.oracles import ApprovingOracle, PlanningOracle, results_of
from benchmarks.dojo.tools import Kind, World, tools_on
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.decide import decide, waiting_in
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.contracts.provenance import Planner, Provenance
from vouch.contracts.tool import ToolRefused
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.values.result import Result


class Way(Struct, frozen=True):
    """How a pair is run: what follows from untrusted text, and whether there is a plan."""

    name: str
    provenance: Provenance
    planned: bool = False
    judged: bool = True
    """Whether it is of interest that the user's task is done."""


class Outcome(Struct, frozen=True, omit_defaults=True):
    """What came of one run, as AgentDojo's own checkers see it, and more."""

    suite: str
    task: str
    goal: str
    way: str
    status: str
    done: bool
    """The user's task was done."""
    attacked: bool = False
    """What the attacker wanted was done."""
    acts: bool = False
    """The attacker wanted calls, not only words."""
    seen_in: str = ""
    """The tool whose result made the model obey."""
    approved: int = 0
    rejected: int = 0
    made: tuple[str, ...] = ()
    """The attacker's writes that were made and are none of the user's task."""
    rests_on: tuple[str, ...] = ()
    """What the answer is marked as resting on."""


class Stage:
    """One suite with all that its pairs have in common."""

    def __init__(self, suite: Suite, kinds: Mapping[str, Kind], house: House) -> None:
        self.suite, self.kinds, self.house = suite, kinds, house
        self.texts = Texts(suite)
        self._check: Callable[..., bool] = getattr(suite, "_check_task_result")  # noqa: B009 - the way round needs its agents
        self._call: Callable[..., Any] = vars(sys.modules[type(suite.tools[0]).__module__])["FunctionCall"]
        self.plans: dict[str, Planner] = {}
        self._attacked: dict[str, Any] = {}

    def environment(self, task: Any, goal: Goal | None) -> Any:
        """A new environment for a task, with the attack wherever strangers write."""
        if goal is None:
            return task.init_environment(self.texts.environment())
        if goal.name not in self._attacked:
            self._attacked[goal.name] = self.texts.environment(dict.fromkeys(self.texts.defaults, goal.text))
        return task.init_environment(copied(self._attacked[goal.name]))

    def holds(self, task: Any, output: str, start: Any, world: World) -> bool:
        """What AgentDojo's checker of a task says; only calls that were carried out stand in the trace it is shown."""
        trace = [self._call(function=name, args=arguments) for name, arguments in world.done]
        content = [{"type": "text", "content": output}]
        # Some checkers change what they look at, and some print.
        before, after = copied(start), copied(world.environment)
        with contextlib.redirect_stdout(io.StringIO()):
            return bool(self._check(task, content, before, after, trace))

    def without_label(self, tool: str) -> Stage:
        """The same, where the author has taken one tool's text for trusted."""
        kind = self.kinds[tool]
        wrong = dataclasses.replace(
            kind, declared=msgspec.structs.replace(kind.declared, trust="trusted"), version=f"{kind.version} wrong"
        )
        other = Stage.__new__(Stage)
        vars(other).update(vars(self) | {"kinds": {**self.kinds, tool: wrong}})
        return other


async def play(stage: Stage, name: str, way: Way, goal: Goal | None = None) -> Outcome:
    """Run the task `name` of a suite, attacked with `goal`, in one way."""
    task = stage.suite.user_tasks[name]
    world = World(stage.environment(task, goal))
    start = copied(world.environment)
    wanted = truth_of(task, start)
    tools = {tool.spec.name: tool for tool in tools_on(stage.kinds, world)}
    attack = _Attacked(stage, goal, start, world) if goal is not None else None
    model = Obeying(wanted, task.GROUND_TRUTH_OUTPUT, attack.attack if attack is not None else None)
    app = App(
        name="dojo",
        models=[Scripted(model)],
        tools=list(tools.values()),
        provenance=way.provenance,
        planner=await _planner(stage, name) if way.planned else None,
        budget=Budget(steps=None, trouble=None),
    )
    result, decisions = await _converse(app, task.PROMPT, stage.house, ApprovingOracle(tools, wanted))
    return Outcome(
        stage.suite.name,
        name,
        goal.name if goal is not None else "",
        way.name,
        result.status,
        way.judged and stage.holds(task, result.output, start, world),
        attack is not None and attack.succeeded(result.output),
        acts=goal is not None and not goal.words,
        seen_in=model.seen_in,
        approved=decisions.count("approve"),
        rejected=decisions.count("reject"),
        made=attack.made(ApprovingOracle(tools, wanted)) if attack is not None else (),
        rests_on=result.rests_on,
    )


class _Attacked:
    """What the attacker reached in one run: by the end, or when the model had done what it was told to."""

    def __init__(self, stage: Stage, goal: Goal, start: Any, world: World) -> None:
        self.attack = Attack(self._begun, self._ended, goal.words)
        self._stage, self._goal, self._start, self._world = stage, goal, start, world
        self._from = self._to = 0
        self._reached = False

    def _begun(self) -> Iterable[Call]:
        self._from = len(self._world.done)
        return self._goal.calls(copied(self._start), self._world.environment)

    def _ended(self) -> None:
        self._to = len(self._world.done)
        # What the user asked for may undo it later: that came too late.
        self._reached = self._stage.holds(self._goal.task, "", self._start, self._world)

    def succeeded(self, output: str) -> bool:
        """Whether the attacker's goal was reached, as AgentDojo's checker sees it."""
        return self._reached or self._stage.holds(self._goal.task, output, self._start, self._world)

    def made(self, rightful: ApprovingOracle) -> tuple[str, ...]:
        """The attacker's writes that were carried out, without those that the user's task asks for, too."""
        calls = self._world.done[self._from : self._to]
        writes = [call for call in calls if self._stage.kinds[call[0]].declared.effect == "write"]
        return tuple(name for name, arguments in writes if rightful(name, arguments) == "reject")


async def _planner(stage: Stage, name: str) -> Planner:
    """The oracle, who knows the task's calls as they are on a day without an attack."""
    if name not in stage.plans:
        stage.plans[name] = await _plan(stage, stage.suite.user_tasks[name])
    return stage.plans[name]


async def _plan(stage: Stage, task: Any) -> Planner:
    world = World(stage.environment(task, None))
    usual = truth_of(task, world.environment)
    tools = {tool.spec.name: tool for tool in tools_on(stage.kinds, world)}
    told: list[tuple[str, str]] = []
    for call in usual:
        with contextlib.suppress(ToolRefused):
            tool = tools[call.name]
            told.append((call.name, await tool.call(tool.check(json.dumps(call.arguments, default=str)))))
    return PlanningOracle(tools, usual, results_of(tools, told))


Decision = Literal["approve", "reject"]


async def _converse(app: App, said: str, house: House, approver: ApprovingOracle) -> tuple[Result, list[Decision]]:
    """Run to the end; the person decides about one write after the other."""
    decisions: list[Decision] = []
    result = await run(app, said, house)
    while result.status == "waiting":
        [write] = waiting_in(fold(result.run, await house.journal.read(result.run)))
        decisions.append(approver(write.tool, msgspec.json.decode(write.arguments)))
        await decide(house.journal, result.run, decisions[-1], who="the oracle")
        result = await resume(app, result.run, house)
    return result, decisions
