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

from vouch.app.decide import Waiting, decide, waiting
from vouch.cli.console import OK, command, out, show_json
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
