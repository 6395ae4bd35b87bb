"""A conversation in the terminal: tool calls, approvals and refusals are shown as they happen.

It does not know the app.
"""

from __future__ import annotations

import asyncio
import getpass
from typing import Final

from vouch.app.app import App
from vouch.app.decide import decide, waiting_in
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.cli.asking import lines_of
from vouch.cli.console import OK, escaped, notes, show_text
from vouch.journal.state import fold
from vouch.values.event import (
    AnyBody,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectUncertain,
    Event,
    PlanFixed,
    ProvenanceJudged,
    ToolRead,
)
from vouch.values.request import Delta
from vouch.values.result import Result

LINE: Final = 160
"""Characters shown of an event."""


async def chat(app: App, house: House) -> int:
    """Talk until an empty line, or the end of input."""
    _line(f"You are talking to {app.name}. An empty line ends the conversation.", "dim")
    result: Result | None = None
    while words := (await _words("you> ")).strip():
        try:
            if result is None:
                result = await run(app, words, house, chat=True, listener=show)
            else:
                result = await say(app, result.run, words, house, listener=show)
            result = await _decided(app, result, house)
        finally:
            if result is not None:
                show_text(f"{app.name}> {result.output or result.why}")
        if result.status not in ("answered", "waiting"):
            return OK
    if result is not None:
        # What waits for a person goes on waiting: `vouch approve` and `vouch settle` find it.
        if result.status != "waiting":
            await close(app, result.run, house)
        _line(f"run {result.run}", "dim")
    return OK


def show(event: Event | Delta) -> None:
    """One line for what a user should see of an event."""
    if not isinstance(event, Event):
        return
    if line := _seen(event.body):
        _line(*line)


def _seen(body: AnyBody) -> tuple[str, str] | None:
    """What is shown of an event and how; None for what is not."""
    match body:
        case ToolRead(name=name, content=content, failed=failed):
            return f"{'could not read' if failed else 'read'} {name}: {content}", "dim"
        case CallRefused(name=name, by=by, rule=rule, content=content):
            return f"refused {name} by {by} {rule}: {content}", "red"
        case PlanFixed(steps=steps, why=why):
            return (f"nothing was planned: {why}", "red") if why else (f"planned {steps}", "dim")
        case ProvenanceJudged(name=name, verdict=verdict, rests_on=rests_on):
            return f"{name} rests on {', '.join(rests_on)}: {verdict}", "yellow"
        case _:
            return _seen_of_write(body)


def _seen_of_write(body: AnyBody) -> tuple[str, str] | None:
    match body:
        case EffectIntended(name=name, arguments=arguments):
            return f"writing {name} {arguments}", "yellow"
        case EffectDone(name=name, content=content, failed=failed):
            return (f"refused {name}: {content}", "red") if failed else (f"done {name}: {content}", "green")
        case EffectUncertain(name=name, why=why):
            return f"nobody knows whether {name} was made: {why}", "red"
        case _:
            return None


def _line(text: str, style: str) -> None:
    text = escaped(text.replace("\n", " "))
    notes.print(f"  {text[:LINE]}{'…' if len(text) > LINE else ''}", style=style, markup=False, soft_wrap=True)


async def _decided(app: App, result: Result, house: House) -> Result:
    """Ask whoever sits here about writes that wait for a person; they play both parts."""
    while result.status == "waiting":
        state = fold(result.run, await house.journal.read(result.run))
        writes = [write for write in waiting_in(state) if not write.uncertain]
        if not writes:
            return result
        _line("needs a person's approval:", "yellow")
        for line in lines_of(writes[0]):
            # Never cut: what is decided about may stand at the end.
            notes.print(f"  {escaped(line)}", style="yellow", soft_wrap=True)
        words = await _words("approve? [y/N] ")
        decision = "approve" if words.strip().lower() in ("y", "yes") else "reject"
        who, shown = getpass.getuser(), writes[0].digest
        await decide(house.journal, result.run, decision, who=who, call_id=writes[0].call_id, shown=shown)
        result = await resume(app, result.run, house, listener=show)
    return result


async def _words(prompt: str) -> str:
    try:
        return await asyncio.to_thread(input, prompt)
    except EOFError:
        return ""
