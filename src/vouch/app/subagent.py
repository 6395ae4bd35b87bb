"""An app as a tool of another app: each call is a run of its own, whose parent is the run that calls.

It does not know the app that calls it. The child's name follows from its parent's call, so after a crash the same child
goes on instead of a second one; where it waits for a person, its parent is told so and by which name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import msgspec

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.contracts.approval import Approval
from vouch.contracts.policy import Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, Spent, ToolRefused
from vouch.errors import AppError
from vouch.journal.state import RunState, fold
from vouch.tools.function import Approvals, rules_of
from vouch.tools.sentence import Describe, check_policies, check_sentence, described
from vouch.values.digest import canonical, digest
from vouch.values.event import RunStarted
from vouch.values.request import ToolSpec
from vouch.values.result import Result

_ODD: Final = re.compile(r"[^A-Za-z0-9_-]")
"""Signs that providers of models refuse in a tool's name."""

_INPUT: Final = {"type": "string", "description": "What to do, with everything there is to know: nothing else is seen."}
_RUN: Final = {
    "type": "string",
    "description": "Only to hear what became of an earlier call that waits for a person: the run it named.",
}


class Errand(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The arguments of a call: what to do, or which earlier errand to ask about."""

    input: str
    run: str = ""


@dataclass
class Desk:
    """Where one call is carried out: in which house, for which run, under which name; and what it spent.

    `rests_on` are the untrusted sources that its parent had read; `trusted` whether its answer rests on none.
    """

    house: House
    parent: str
    child: str
    spent: Spent
    rests_on: tuple[str, ...] = ()
    trusted: bool = False


@dataclass(frozen=True)
class SubAgent:
    """An app that changes nothing, as a tool. It works only within a run: see `vouch.app.house.Hosted`."""

    app: App
    spec: ToolSpec
    version: str
    desk: Desk | None = None
    effect: Effect = "read"

    def within(self, house: House, *, parent: str, key: str, rests_on: tuple[str, ...] = ()) -> Self:
        """The same tool for one call of the run `parent`."""
        return replace(self, desk=Desk(house, parent, child_of(key), Spent(), rests_on))

    @property
    def trust(self) -> Trust:
        """Of a call that was made: whether the child read nothing untrusted, and what it told is its answer."""
        return "trusted" if self.desk is not None and self.desk.trusted else "untrusted"

    @property
    def spent(self) -> Spent:
        """The tokens and the money of the child."""
        return Spent() if self.desk is None else self.desk.spent

    def check(self, arguments: str) -> Arguments:
        """The errand; raises `ToolRefused` when it is none."""
        try:
            errand = msgspec.json.decode(arguments or "{}", type=Errand)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise ToolRefused(f"{self.spec.name} was not called, its arguments do not fit: {error}") from error
        return Arguments({"input": errand.input, "run": errand.run}, canonical(errand).decode())

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """What the child answered, or what it did and why it did not answer."""
        del key
        if self.desk is None:
            raise ToolRefused(f"{self.spec.name} was not called: an app as a tool works only within a run")
        if arguments.values["run"]:
            return await self._ask_about(self.desk, str(arguments.values["run"]))
        told, changed = await self._carry_out(self.desk, str(arguments.values["input"]))
        if changed:
            return told
        raise ToolRefused(told)

    async def _carry_out(self, desk: Desk, input: str) -> tuple[str, bool]:
        """What is told of the errand, begun or gone on with; and whether it is more than that nothing came of it."""
        house, child = desk.house, desk.child
        if await house.journal.holds([child]):
            # Whether this version may go on with it was decided with the parent, whose version holds this one's.
            result = await resume(self.app, child, house, anyway=True)
        else:
            result = await run(self.app, input, house, name=child, parent=desk.parent, rests_on=desk.rests_on)
        desk.spent = Spent(result.usage, result.cost)
        state = fold(child, await house.journal.read(child))
        desk.trusted = _is_trusted(result, state)
        if result.status == "answered":
            return result.output, True
        return self._unanswered(result, state), bool(state.writes) or result.status == "waiting"

    async def _ask_about(self, desk: Desk, child: str) -> str:
        """What became of an earlier errand; nothing new is begun."""
        known = await desk.house.journal.holds([child])
        started = (await desk.house.journal.read(child))[0].body if known else None
        if not isinstance(started, RunStarted) or started.parent != desk.parent:
            raise ToolRefused(f"{self.spec.name} knows no errand {child!r} of this conversation")
        result = await resume(self.app, child, desk.house, anyway=True)
        state = fold(child, await desk.house.journal.read(child))
        desk.trusted = _is_trusted(result, state)
        if result.status == "answered":
            return result.output
        raise ToolRefused(self._unanswered(result, state))

    def _unanswered(self, result: Result, state: RunState) -> str:
        done = "; ".join(f"{made.tool} {made.arguments}: {made.content}" for made in state.writes) or "nothing"
        if result.status == "waiting" and state.waiting is not None and state.waiting.of == "person":
            why = f"is not done yet: a person must decide first ({result.why}). Ask again with run {result.run!r}"
        elif result.status == "waiting":
            why = "has stopped: it needs the customer's own yes, for which it cannot ask"
        else:
            why = f"has no answer ({result.status}): {result.why}"
        return f"{self.spec.name} {why}. Done so far: {done}."


@dataclass(frozen=True, kw_only=True)
class SubAgentWrite(SubAgent):
    """An app that changes things, as a tool: its own tools say who approves what, and a child is never begun twice."""

    approvals: tuple[Approval, ...] = ()
    policies: tuple[Policy, ...] = ()
    confirm: bool = False
    repeatable: bool = False
    described: Describe = ""
    effect: Effect = "write"
    idempotent: bool = True
    can_reconcile: bool = True
    settles: float = 0.0

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on beside its app: their code is part of the version of the app that has it."""
        return (self.described,)

    async def reconcile(self, key: str) -> str | None:
        """Go on with the child of this key, and tell what came of it; None where there is none yet."""
        assert self.desk is not None  # noqa: S101 - only a call within a run can have an outcome to look up
        if not await self.desk.house.journal.holds([child_of(key)]):
            return None
        return (await self._carry_out(self.desk, ""))[0]

    def describe(self, arguments: dict[str, Any]) -> str:
        """What a person is asked to say yes to: the sentence given, or what the errand is."""
        if self.described:
            return described(self.described, self.spec.name, arguments)
        return f"{self.spec.name.replace('_', ' ')}: {arguments['input'] or arguments['run']}"


def _is_trusted(result: Result, state: RunState) -> bool:
    """Whether what is told of a child can be nobody's words but the app's: of an error it may be anybody's."""
    uncertain = any(opened.intended is not None for opened in state.open.values())
    return not state.rests_on and result.status in ("answered", "waiting") and not uncertain


def as_tool(
    app: App,
    *,
    name: str = "",
    description: str = "",
    examples: Sequence[str] = (),
    approval: Approvals = (),
    confirm: bool = False,
    policies: Sequence[Policy] = (),
    repeatable: bool = False,
    describe: Describe = "",
) -> SubAgent | SubAgentWrite:
    """An app as a tool: a read, or a write where one of its own tools writes.

    The model sees `description`, or else the prompt's own. A write may be approved and confirmed as a whole, too; what
    the child's own tools ask of a person stays. The child keeps within the budget of `app`, and what it spends counts
    for its parent. Raises `AppError` without a description, and for an app that asks the customer: it never meets them.
    """
    purpose = description or app.instructions.description
    if not purpose.strip():
        raise AppError(f"as_tool({app.name!r}): give a description; the model chooses tools by it")
    asking = [tool.spec.name for tool in app.writes.values() if tool.confirm]
    if asking:
        raise AppError(
            f"as_tool({app.name!r}): {asking[0]!r} asks the customer, whom a sub-agent never meets; leave confirm away "
            "there, and give it here: as_tool(..., confirm=True)"
        )
    properties = {"input": _INPUT, "run": _RUN} if app.writes else {"input": _INPUT}
    parameters = {"type": "object", "properties": properties, "required": ["input"], "additionalProperties": False}
    outputs = app.instructions.settings.output_schema
    called = name or _ODD.sub("_", app.name)
    spec = ToolSpec(called, purpose, parameters, outputs, tuple(examples), bool(app.writes))
    rules = rules_of(approval)
    check_sentence(f"tool {called!r}: describe", describe, properties)
    check_policies(called, policies, properties)
    if not app.writes:
        if rules or policies or confirm:
            raise AppError(f"as_tool({app.name!r}): it only reads, so it needs no approval or policy; leave them away")
        return SubAgent(app, spec, digest((spec, app.version, "agent")))
    names = [getattr(rule, "name", type(rule).__name__) for rule in (*rules, *policies)]
    return SubAgentWrite(
        app,
        spec,
        digest((spec, app.version, "agent", names, confirm, repeatable, describe if isinstance(describe, str) else "")),
        approvals=rules,
        policies=tuple(policies),
        confirm=confirm,
        repeatable=repeatable,
        described=describe,
    )


def child_of(key: str) -> str:
    """The name of the run that carries out the call with this idempotency key."""
    return digest(("child", key))[:26]
