"""One task of tau-bench played through Vouch by a script, and what became of it held against what was recorded.

It does not know where tasks come from, nor what is made of many of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from benchmarks.retail.data import Tables, Task, written
from benchmarks.retail.shop import Shop
from benchmarks.retail.tools import tools_for
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import close, run, say
from vouch.contracts.tool import Tool, ToolRefused
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.values.event import CallRefused, EffectDone, ToolRead
from vouch.values.message import ToolCall
from vouch.values.result import Result

LAST_WORDS: Final = "That is all done."
YES: Final = "Yes, please."

Outcome = ToolRead | EffectDone | CallRefused
"""How a call ended: it was made, whether it went well or not, or it was refused before that."""


class Verdict(NamedTuple):
    """Whether a call went as it was recorded.

    `right`: it went well and should; `same error`: it gave the error that it should; `false refusal`: it should go
    well and was not let through; `wrong`: anything else. `why` says what happened, and `by` which policy refused.
    """

    kind: Literal["right", "same error", "false refusal", "wrong"]
    why: str = ""
    by: str = ""


class Played(NamedTuple):
    """What became of a task: a verdict for each of its actions, and in words what else is not as recorded."""

    task: Task
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...]
    steps: int
    seconds: float

    @property
    def equal(self) -> bool:
        """Whether all is as recorded."""
        return not self.problems and all(verdict.kind in ("right", "same error") for verdict in self.verdicts)

    @property
    def complaints(self) -> tuple[str, ...]:
        """In words, everything that is not as recorded."""
        wrong = zip(self.task.actions, self.verdicts, strict=True)
        return (
            *self.problems,
            *(f"{action.name}: {verdict.why}" for action, verdict in wrong if verdict.kind not in RIGHT),
        )


RIGHT: Final = ("right", "same error")


async def play(task: Task, tables: Tables, prompt: Prompt, house: House) -> Played:
    """Play one task as a chat with an app of its own, on its own copy of the data."""
    shop = Shop(tables)
    script = Scripted([_identification(tables, task.user_id), *_calls(task), LAST_WORDS])
    app = App(name="retail", models=[script], prompt=prompt, tools=tools_for(shop))
    started = time.perf_counter()
    result = await _conversation(app, task, house)
    seconds = time.perf_counter() - started
    outcomes: dict[str, Outcome] = {
        event.body.call_id: event.body
        for event in await house.journal.read(result.run)
        if isinstance(event.body, Outcome)
    }
    bare = await _without_policies(task, tables)
    verdicts = tuple(
        judge(wanted, outcomes.get(call.id), alone)
        for call, wanted, alone in zip(_calls(task), task.errors, bare, strict=True)
    )
    return Played(task, verdicts, tuple(_problems(task, shop, result, outcomes)), result.steps, seconds)


async def _conversation(app: App, task: Task, house: House) -> Result:
    """The user says what they want, and yes to each question whether this is it."""
    result = await run(app, task.instruction or "Hello.", house, chat=True, case=task.name)
    for _ in task.actions:
        if result.status == "waiting":
            result = await say(app, result.run, YES, house)
    return await close(app, result.run, house)


def _identification(tables: Tables, user_id: str) -> ToolCall:
    user = tables.users[user_id]
    return _call("identify", "find_user_id_by_name_zip", {**user["name"], "zip": user["address"]["zip"]})


def _calls(task: Task) -> list[ToolCall]:
    return [_call(f"action-{place}", action.name, action.kwargs) for place, action in enumerate(task.actions)]


def _call(call_id: str, name: str, arguments: dict[str, object]) -> ToolCall:
    return ToolCall(call_id, name, msgspec.json.encode(arguments).decode())


async def _without_policies(task: Task, tables: Tables) -> Sequence[str | None]:
    """What the tools alone say to the actions, where one of them is to give an error."""
    if not any(task.errors):
        return [None] * len(task.actions)
    tools = {tool.spec.name: tool for tool in tools_for(Shop(tables))}
    return [await _error(tools[call.name], call.arguments) for call in _calls(task)]


async def _error(tool: Tool, arguments: str) -> str | None:
    try:
        await tool.call(tool.check(arguments))
    except ToolRefused as refusal:
        return str(refusal)
    return None


def judge(wanted: str | None, outcome: Outcome | None, alone: str | None) -> Verdict:
    """Whether a call went as recorded: `wanted` is its error, `alone` the one that its tool gives without policies."""
    if outcome is None:
        return Verdict("wrong", "it was never made")
    refused = isinstance(outcome, CallRefused)
    by = f"{outcome.by} {outcome.rule}".strip() if refused else ""
    told = str(outcome.content)
    failed = refused or outcome.failed
    if wanted is None:
        kind = "false refusal" if refused else "wrong"
        return Verdict(kind, f"{by or 'its tool'} said {told!r}", by) if failed else Verdict("right")
    if not failed:
        return Verdict("wrong", f"it went well, but should give {wanted!r}")
    if told == wanted or (refused and outcome.by == "policy" and alone == wanted):
        return Verdict("same error", by=by)
    return Verdict("wrong", f"it gave {told!r}, but should give {wanted!r}", by)


def _problems(task: Task, shop: Shop, result: Result, outcomes: dict[str, Outcome]) -> list[str]:
    """What else is not as it should be: how the run ended, who the user is, how the data were left."""
    found: list[str] = []
    if (result.status, result.output) != ("answered", LAST_WORDS):
        found.append(f"the run ended as {result.status} {result.why}: {result.output!r}")
    identified = outcomes.get("identify")
    if identified is None or str(identified.content) != task.user_id:
        found.append(f"the user was not found: {identified}")
    if task.gt_changed_records is None and task.gt_data_hash is None:
        found.append("nothing was recorded to compare with")
    if task.gt_changed_records is not None and written(shop.changes()) != written(task.gt_changed_records):
        found.append(f"the changed records differ: {_differing(shop, task)}")
    if task.gt_data_hash is not None and shop.data_hash() != task.gt_data_hash:
        found.append("the hash of all data differs")
    return found


def _differing(shop: Shop, task: Task) -> str:
    """The ids of the records that are not as recorded."""
    is_so, should = shop.changes(), task.gt_changed_records or {}
    keys = {(table, key) for tables in (is_so, should) for table, rows in tables.items() for key in rows}
    return ", ".join(
        key
        for table, key in sorted(keys)
        if written(is_so.get(table, {}).get(key)) != written(should.get(table, {}).get(key))
    )
