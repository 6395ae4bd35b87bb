"""`vouch approve`: say yes to a write that waits for a person, or list those that do.

It does not know what the write does.
"""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from vouch.app.decide import Waiting, decide, stalled, waiting
from vouch.cli.console import OK, command, escaped, out, show_json
from vouch.cli.deciding import Call, Folder, Json, Who, Why, go_on
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.project.project import Project


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("approve")(approve)


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
    """Approve a write that waits, and let its run go on; without a run, list what waits.

    Also listed are runs that could go on, and whose process has ended: `vouch run APP --resume RUN` goes on with them.

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
        return await go_on(project, name, house, json=json)


def _arguments(text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise UsageError(f"--edit {text!r} is not a JSON object ({error}); give all arguments of the call") from error


async def _list(journal: Journal, *, json: bool) -> None:
    found, left = await waiting(journal), await stalled(journal)
    if json:
        for item in (*found, *left):
            show_json(item)
        return
    table = _table("run", "call", "what", "since", "until")
    for write in found:
        # An approval runs out; the question what became of a write does not.
        until = "-" if write.uncertain else _clock(write.expires)
        cells = (write.run, write.call_id, _what(write), _clock(write.since), until)
        table.add_row(*(escaped(cell) for cell in cells))
    out.print(table if found else "Nothing waits for a person.")
    if left:
        out.print("\nDecided or begun, but its process has ended; go on with: vouch run APP --resume RUN")
        table = _table("run", "app", "what", "since")
        for run in left:
            table.add_row(*(escaped(cell) for cell in (run.run, run.app, run.why, _clock(run.since))))
        out.print(table)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        # Names are typed again by whoever reads them, so they are never cut.
        table.add_column(heading, no_wrap=heading in ("run", "call"), overflow="fold")
    return table


def _what(write: Waiting) -> str:
    if write.uncertain:
        return f"find out: was {write.tool} {write.arguments} made?"
    shown = write.shown or write.tool
    return f"{shown}\n({write.warning})" if write.warning else shown


def _clock(at: float) -> str:
    return time.strftime("%m-%d %H:%M", time.localtime(at)) if at else "-"
