"""A conversation in the terminal: tool calls, approvals and refusals are shown as they happen.

It does not know the app.
"""

from __future__ import annotations

import asyncio
import getpass

from vouch.app.app import App
from vouch.app.decide import decide, waiting_in
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.cli.console import OK, notes, out
from vouch.journal.state import fold
from vouch.values.event import CallRefused, EffectDone, EffectIntended, EffectUncertain, Event, ToolRead
from vouch.values.request import Delta
from vouch.values.result import Result


async def chat(app: App, house: House) -> int:
    """Talk until an empty line, or the end of input."""
    notes.print(f"[dim]You are talking to {app.name}. An empty line ends the conversation.[/]")
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
                out.print(f"{app.name}> {result.output or result.why}", markup=False)
        if result.status not in ("answered", "waiting"):
            return OK
    if result is not None:
        await close(app, result.run, house)
        notes.print(f"[dim]run {result.run}[/]")
    return OK


def show(event: Event | Delta) -> None:
    """One line for what a user should see of an event."""
    if not isinstance(event, Event):
        return
    match event.body:
        case ToolRead(name=name, content=content, failed=failed):
            notes.print(f"  [dim]{'could not read' if failed else 'read'} {name}: {_short(content)}[/]")
        case EffectIntended(name=name, arguments=arguments):
            notes.print(f"  [yellow]writing {name} {_short(arguments)}[/]")
        case EffectDone(name=name, content=content, failed=failed):
            colour, word = ("red", "refused") if failed else ("green", "done")
            notes.print(f"  [{colour}]{word} {name}: {_short(content)}[/]")
        case EffectUncertain(name=name, why=why):
            notes.print(f"  [red]nobody knows whether {name} was made: {_short(why)}[/]")
        case CallRefused(name=name, by=by, rule=rule, content=content):
            notes.print(f"  [red]refused {name} by {by} {rule}: {_short(content)}[/]")
        case _:
            pass


async def _decided(app: App, result: Result, house: House) -> Result:
    """Ask whoever sits here about writes that wait for a person; they play both parts."""
    while result.status == "waiting":
        state = fold(result.run, await house.journal.read(result.run))
        writes = [write for write in waiting_in(state) if not write.uncertain]
        if not writes:
            return result
        notes.print(f"  [yellow]needs a person's approval: {writes[0].shown}[/]")
        words = await _words("approve? [y/N] ")
        decision = "approve" if words.strip().lower() in ("y", "yes") else "reject"
        await decide(house.journal, result.run, decision, who=getpass.getuser(), call_id=writes[0].call_id)
        result = await resume(app, result.run, house, listener=show)
    return result


async def _words(prompt: str) -> str:
    try:
        return await asyncio.to_thread(input, prompt)
    except EOFError:
        return ""


def _short(value: object) -> str:
    text = str(value).replace("\n", " ").replace("[", "\\[")
    return text if len(text) <= 160 else f"{text[:160]}…"
