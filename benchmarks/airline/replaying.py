"""A recorded run played again: by its calls alone, and through Vouch with the policies on.

It does not know where runs come from, nor what is made of many of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from benchmarks.airline.airline import Airline
from benchmarks.airline.data import Function, Recorded, Tables, Wanted
from benchmarks.airline.tools import tools_for
from benchmarks.retail.data import Record, Table, written
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.run import close, run, say
from vouch.contracts.tool import Tool, ToolRefused
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.values.event import CallRefused, EffectDone, ToolRead
from vouch.values.message import Message, ToolCall, assistant

STOP: Final = "###STOP###"
"""With this the recorded customer ended the conversation."""

TRANSFER: Final = "transfer_to_human_agents"
"""Ends the conversation too. It writes, but changes no record."""

LAST_WORDS: Final = "That is all."

_FIELDS: Final = {
    "flights": ("flight_number", "date"),
    "passengers": ("first_name", "last_name", "dob"),
    "payment_methods": ("payment_id", "amount"),
}

Outcome = ToolRead | EffectDone | CallRefused
"""How a call ended: it was made, whether it went well or not, or it was refused before that."""


class Bare(NamedTuple):
    """What came of a run's calls when they were made again, with no policy in the way.

    `mismatches` says for each result that is not the recorded one, word for word, what it was instead. `right` is
    whether the data were left as they should be, and `wanted` what should have been changed in them.
    """

    mismatches: tuple[str, ...]
    right: bool
    reward: float
    wanted: dict[str, Table]


class Written(NamedTuple):
    """A write that was made when the run was recorded, and whether it was made again with the policies on.

    `kind`: `right` in a run of full reward; in any other `agreed` when it is one of the task's right calls, by tool and
    arguments, each counted once, and else `wrong`. `by` is which policy stopped it, or what else did; empty where it
    was made. `why` is what the journal says of that.
    """

    run: str
    kind: str
    name: str
    arguments: str
    by: str = ""
    why: str = ""

    @property
    def stopped(self) -> bool:
        """Whether it was not made."""
        return bool(self.by)


class Guarded(NamedTuple):
    """What came of a run in Vouch with the policies on.

    `writes` are all that were made when it was recorded; `spared` the policies that refused what the airline refused
    when it was recorded. `right` is whether the data were left as they should be.
    """

    writes: tuple[Written, ...]
    spared: tuple[str, ...]
    right: bool


async def replay(recorded: Recorded, tables: Tables) -> Bare:
    """Make all recorded calls again, one after the other, on a copy of the data of its own."""
    airline = Airline(tables)
    tools = {tool.spec.name: tool for tool in tools_for(airline)}
    mismatches: list[str] = []
    for call, wanted in recorded.calls:
        got = await result_of(tools.get(call.name), call)
        if got != wanted:
            mismatches.append(f"{call.name} {call.arguments}: {got[:200]!r} instead of {wanted[:200]!r}")
    wanted = await as_they_should_be(recorded.task, tables)
    right = written(airline.changes()) == written(wanted.changes())
    return Bare(tuple(mismatches), right, reward_of(recorded, right=right), wanted.changes())


async def result_of(tool: Tool | None, call: Function) -> str:
    """What a tool gives back for a call, or says against it."""
    if tool is None:
        return f"Unknown action {call.name}"
    try:
        return await tool.call(tool.check(call.arguments))
    except ToolRefused as refusal:
        return str(refusal)


async def as_they_should_be(task: Wanted, tables: Tables) -> Airline:
    """The airline after the task's right calls."""
    airline = Airline(tables)
    tools = {tool.spec.name: tool for tool in tools_for(airline)}
    for action in task.actions:
        await result_of(tools.get(action.name), Function(action.name, json.dumps(action.kwargs)))
    return airline


def reward_of(recorded: Recorded, *, right: bool) -> float:
    """tau-bench's reward: 1 where the run ended, left the data as they should be, and told all it should."""
    told = [words.lower().replace(",", "") for words in recorded.told]
    all_told = all(any(wanted.lower() in words for words in told) for wanted in recorded.task.outputs)
    return float(ended(recorded) and right and all_told)


def ended(recorded: Recorded) -> bool:
    """Whether the run came to its end: the customer left, or was handed over. Else it ran out of steps."""
    last = recorded.messages[-1]
    left = last.role == "user" and STOP in (last.content or "")
    return left or (last.role == "tool" and recorded.calls[-1][0].name == TRANSFER)


async def replay_guarded(recorded: Recorded, tables: Tables, prompt: Prompt, house: House) -> Guarded:
    """Let a script say and call in a chat what the model said and called, whatever it is told; the customer, too."""
    airline = Airline(tables)
    turns = list(turns_of(recorded))
    script = Scripted([line for turn in turns for line in turn.lines])
    # The recorded customer was asked by the model, in its own words, and cannot be asked again.
    tools = tools_for(airline, confirm=False)
    budget = Budget(steps=None, seconds=None, trouble=None)
    app = App(name="airline", models=[script], prompt=prompt, tools=tools, budget=budget)
    result = await run(app, turns[0].words, house, chat=True, case=recorded.name)
    for turn in turns[1:]:
        result = await say(app, result.run, turn.words, house)
    if (result.status, result.why) != ("answered", ""):
        raise RuntimeError(f"{recorded.name} ended as {result.status}: {result.why}")
    await close(app, result.run, house)
    outcomes = {
        event.body.call_id: event.body
        for event in await house.journal.read(result.run)
        if isinstance(event.body, Outcome)
    }
    writes = frozenset(app.writes) - {TRANSFER}
    wanted = await as_they_should_be(recorded.task, tables)
    return Guarded(
        tuple(_writes_of(recorded, outcomes, writes)),
        tuple(_spared(recorded, outcomes, writes)),
        written(airline.changes()) == written(wanted.changes()),
    )


class Turn(NamedTuple):
    """What the customer said, and all that the model did until it spoke to them again."""

    words: str
    lines: list[Message]


def turns_of(recorded: Recorded) -> Iterator[Turn]:
    """The conversation, without what the customer said last of all; where a model said nothing it gets last words."""
    words: list[str] = []
    lines: list[Message] = []
    number = 0
    for said in recorded.messages:
        if said.role == "user":
            if lines:
                yield _turn(words, lines)
                words, lines = [], []
            words.append(said.content or "")
        elif said.role == "assistant":
            calls = [call.function for call in said.tool_calls or ()]
            named = [ToolCall(_id(place), call.name, call.arguments) for place, call in enumerate(calls, number)]
            number += len(calls)
            lines.append(assistant(said.content or "", *named))
    if lines:
        yield _turn(words, lines)


def _turn(words: Sequence[str], lines: Sequence[Message]) -> Turn:
    return Turn("\n".join(words), [*lines, *([assistant(LAST_WORDS)] if lines[-1].calls else [])])


def _id(place: int) -> str:
    """The id of the call in this place: recorded ids are not always unique."""
    return f"call-{place}"


def _writes_of(recorded: Recorded, outcomes: dict[str, Outcome], tools: frozenset[str]) -> Iterator[Written]:
    agreed = [(action.name, _bare(action.kwargs)) for action in recorded.task.actions]
    for place, (call, result) in enumerate(recorded.calls):
        if call.name not in tools or failed(result):
            continue
        made = (call.name, _bare(json.loads(call.arguments)))
        kind = "right" if recorded.succeeded else "agreed" if made in agreed else "wrong"
        if made in agreed:
            agreed.remove(made)
        by, why = _stopped(outcomes[_id(place)])
        yield Written(recorded.name, kind, call.name, call.arguments, by, why)


def _spared(recorded: Recorded, outcomes: dict[str, Outcome], tools: frozenset[str]) -> Iterator[str]:
    for place, (call, result) in enumerate(recorded.calls):
        outcome = outcomes[_id(place)]
        if call.name in tools and failed(result) and isinstance(outcome, CallRefused) and outcome.by == "policy":
            yield outcome.rule


def failed(result: str) -> bool:
    """Whether a recorded result says that nothing was done."""
    return result.startswith("Error")


def _stopped(outcome: Outcome) -> tuple[str, str]:
    """By what a write was stopped and why; both empty where it was made."""
    match outcome:
        case CallRefused(by="policy"):
            return outcome.rule, str(outcome.why)
        case CallRefused():
            return f"[{outcome.by}]", str(outcome.content)
        case _ if outcome.failed:
            return "[the airline]", str(outcome.content)
        case _:
            return "", ""


def _bare(arguments: dict[str, Any]) -> Record:
    """Arguments with nothing in them that their tool does not name."""
    return {name: _bare_list(value, _FIELDS[name]) if name in _FIELDS else value for name, value in arguments.items()}


def _bare_list(records: Sequence[Record], fields: Sequence[str]) -> list[Record]:
    return [{field: record.get(field) for field in fields} for record in records]
