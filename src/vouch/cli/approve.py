"""`vouch approve`, `vouch reject`, `vouch settle`: what people decide about waiting writes.

It does not know what the writes do.
"""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from vouch.app.app import App
from vouch.app.decide import Waiting, decide, waiting
from vouch.app.decide import settle as settle_write
from vouch.app.house import House
from vouch.app.run import resume
from vouch.cli.console import OK, command, out, show_json
from vouch.cli.run import code_of, show_result
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.project.project import Project

Folder = Annotated[Path, typer.Option("--in", help="The project's folder.")]
Run = Annotated[str, typer.Argument(help="The run, by the beginning of its name.")]
Call = Annotated[str, typer.Option("--call", help="Which of its calls, where several wait.")]
Why = Annotated[str, typer.Option("--why", help="A reason; the journal keeps it, and the model is told.")]
Who = Annotated[str, typer.Option("--who", help="Who decides; without, the name you are logged in by.")]
Json = Annotated[bool, typer.Option("--json", help="Show the outcome as JSON.")]


def register(cli: typer.Typer) -> None:
    """Add the three commands."""
    cli.command("approve")(approve)
    cli.command("reject")(reject)
    cli.command("settle")(settle)


@command
async def approve(
    run: Annotated[str | None, typer.Argument(help="The run, by the beginning of its name; none lists all.")] = None,
    call: Call = "",
    edit: Annotated[str | None, typer.Option("--edit", help="Approve these arguments instead, as JSON.")] = None,
    escalate: Annotated[bool, typer.Option("--escalate", help="Pass it on to somebody else instead.")] = False,
    why: Why = "",
    who: Who = "",
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    r"""Approve a write that waits, and let its run go on; without a run, list what waits.

    \b
    Examples:
      vouch approve
      vouch approve 01jd7 --why "a good customer"
      vouch approve 01jd7 --edit '{"order": "W17", "amount": "20.00"}'
    """
    project = Project.find(folder)
    async with await project.house() as house:
        if run is None:
            await _list(house.journal, json=json)
            return OK
        name = await house.journal.find(run)
        edited = _arguments(edit) if edit is not None else None
        decision = "escalate" if escalate else "edit" if edit is not None else "approve"
        await decide(house.journal, name, decision, who=who or getpass.getuser(), why=why, call_id=call, edited=edited)
        return await _go_on(project, name, house, json=json)


@command
async def reject(
    run: Run, call: Call = "", why: Why = "", who: Who = "", folder: Folder = Path(), json: Json = False
) -> int:
    r"""Refuse a write that waits; its run goes on without it.

    \b
    Examples:
      vouch reject 01jd7 --why "outside the return window"
    """
    project = Project.find(folder)
    async with await project.house() as house:
        name = await house.journal.find(run)
        await decide(house.journal, name, "reject", who=who or getpass.getuser(), why=why, call_id=call)
        return await _go_on(project, name, house, json=json)


@command
async def settle(
    run: Run,
    made: Annotated[bool, typer.Option("--made/--not-made", help="Whether the write was made.")],
    result: Annotated[str, typer.Option("--result", help="What the model is told of it.")] = "",
    call: Call = "",
    who: Who = "",
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    r"""Say whether a write of unknown outcome was made, after looking it up; its run goes on.

    \b
    Examples:
      vouch settle 01jd7 --made --result "refund R-881"
      vouch settle 01jd7 --not-made
    """
    project = Project.find(folder)
    async with await project.house() as house:
        name = await house.journal.find(run)
        await settle_write(house.journal, name, made=made, who=who or getpass.getuser(), result=result, call_id=call)
        return await _go_on(project, name, house, json=json)


def _arguments(text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise UsageError(f"--edit {text!r} is not a JSON object ({error}); give all arguments of the call") from error


async def _go_on(project: Project, run: str, house: House, *, json: bool) -> int:
    result = await resume(await _app_of(project, run, house.journal), run, house)
    if json:
        show_json(result)
    else:
        show_result(result)
    return code_of(result)


async def _app_of(project: Project, run: str, journal: Journal) -> App:
    started = (await journal.read(run))[0].body
    return project.app(str(getattr(started, "app", "")))


async def _list(journal: Journal, *, json: bool) -> None:
    found = await waiting(journal)
    if json:
        for write in found:
            show_json(write)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("run", "call", "what", "since", "until"):
        table.add_column(heading)
    for write in found:
        table.add_row(write.run, write.call_id, _what(write), _clock(write.since), _clock(write.expires))
    out.print(table if found else "Nothing waits for a person.")


def _what(write: Waiting) -> str:
    return f"find out: was {write.tool} {write.arguments} made?" if write.uncertain else write.shown or write.tool


def _clock(at: float) -> str:
    return time.strftime("%m-%d %H:%M", time.localtime(at)) if at else "-"
