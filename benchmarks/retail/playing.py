"""One task of tau-bench played through Vouch by a script, and what became of it held against what was recorded.

It does not know where tasks come from, nor what is made of many of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from benchmarks.retail.data import Table, Tables, Task, written
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
IDENTIFY: Final = "identify"
YES: Final = "Yes, please."
RIGHT: Final = ("right", "same error")
"""The verdicts on calls that went as recorded."""

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
    """What became of a task: a verdict for each of its actions, and in words what else is not as recorded.

    `steps` are answers of the script; `seconds` and `processor` what the run took, without making the app.
    """

    task: Task
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...]
    steps: int
    seconds: float
    processor: float

    @property
    def equal(self) -> bool:
        """Whether all is as recorded."""
        return not self.complaints

    @property
    def complaints(self) -> tuple[str, ...]:
        """In words, everything that is not as recorded."""
        wrong = zip(self.task.actions, self.verdicts, strict=True)
        return (
            *self.problems,
            *(f"{action.name}: {verdict.why}" for action, verdict in wrong if verdict.kind not in RIGHT),
        )


async def play(task: Task, tables: Tables, prompt: Prompt, house: House) -> Played:
    """Play one task as a chat with an app of its own, on its own copy of the data."""
    shop = Shop(tables)
    script = Scripted([*_identification(task, tables), *_calls(task), LAST_WORDS])
    app = App(name="retail", models=[script], prompt=prompt, tools=tools_for(shop))
    started, busy = time.perf_counter(), time.process_time()
    result = await _conversation(app, task, house)
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
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
    problems = [*_problems_of_run(task, result, outcomes.get(IDENTIFY)), *_problems_of_data(task, shop)]
    return Played(task, verdicts, tuple(problems), result.steps, seconds, processor)


async def _conversation(app: App, task: Task, house: House) -> Result:
    """The user says what they want, and yes to each question whether this is it."""
    result = await run(app, task.instruction or "Hello.", house, chat=True, case=task.name)
    for _ in task.actions:
        if result.status == "waiting":
            result = await say(app, result.run, YES, house)
    # What still waits, for a person or to be looked into, is not as it should be, and is left for all to see.
    return result if result.status == "waiting" else await close(app, result.run, house)


def _identification(task: Task, tables: Tables) -> list[ToolCall]:
    """How the script finds out who the user is, by what is in the data; nobody is found who is not there."""
    user = tables.users.get(task.user_id)
    if user is None:
        return []
    return [_call(IDENTIFY, "find_user_id_by_name_zip", {**user["name"], "zip": user["address"]["zip"]})]


def _calls(task: Task) -> list[ToolCall]:
    return [_call(f"action-{place}", action.name, action.kwargs) for place, action in enumerate(task.actions)]


def _call(call_id: str, name: str, arguments: dict[str, object]) -> ToolCall:
    return ToolCall(call_id, name, msgspec.json.encode(arguments).decode())


async def _without_policies(task: Task, tables: Tables) -> Sequence[str | None]:
    """What the tools alone say to the actions, where one of them is to give an error."""
    if not any(task.errors):
        return [None] * len(task.actions)
    tools = {tool.spec.name: tool for tool in tools_for(Shop(tables))}
    return [await _error(tools.get(call.name), call.arguments) for call in _calls(task)]


async def _error(tool: Tool | None, arguments: str) -> str | None:
    if tool is None:
        return "there is no such tool"
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


def _problems_of_run(task: Task, result: Result, identified: Outcome | None) -> Iterator[str]:
    """How the run ended, and who the user was found to be."""
    if (result.status, result.output) != ("answered", LAST_WORDS):
        yield f"the run ended as {result.status} {result.why}: {result.output!r}"
    if identified is not None and str(identified.content) != task.user_id:
        yield f"{task.user_id!r} was wanted, {str(identified.content)!r} was found"


def _problems_of_data(task: Task, shop: Shop) -> Iterator[str]:
    """How the data were left."""
    if task.gt_changed_records is None and task.gt_data_hash is None:
        yield "nothing was recorded to compare with"
    if task.gt_changed_records is not None and (keys := _differing(shop.changes(), task.gt_changed_records)):
        yield f"not as recorded: {', '.join(keys)}"
    if task.gt_data_hash is not None and shop.data_hash() != task.gt_data_hash:
        yield "the hash of all data is not as recorded"


def _differing(these: dict[str, Table], those: dict[str, Table]) -> list[str]:
    """The ids of the records that are not the same in both."""
    keys = {(table, key) for tables in (these, those) for table, rows in tables.items() for key in rows}
    found = {place: [written(tables.get(place[0], {}).get(place[1])) for tables in (these, those)] for place in keys}
    return sorted(key for (_, key), (one, other) in found.items() if one != other)
