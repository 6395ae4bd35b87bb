"""`vouch approve`: say yes to a write that waits for a person, or list those that do.

It does not know what the write does.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from vouch.app.decide import SHORT, Waiting, decide, stalled, undecided, waiting
from vouch.cli.asking import exactly, lines_of
from vouch.cli.console import OK, UNDECIDED, command, escaped, notes, out, show_json
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
    shown: Annotated[str, typer.Option("--shown", help="Only the write that the list shows with this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: whatever waits now.")] = False,
    edit: Annotated[str | None, typer.Option("--edit", help="Approve these arguments instead, as JSON.")] = None,
    escalate: Annotated[bool, typer.Option("--escalate", help="Pass it on to somebody else instead.")] = False,
    why: Why = "",
    who: Who = "",
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Approve a write that waits, and let its run go on; without a run, list what waits.

    The write is shown before you say yes. A script names what a person has seen (--shown, from the list): if something
    else waits by then, nothing is approved.

    Also listed are runs that could go on, and whose process has ended: `vouch run APP --resume RUN` goes on with them.

    \b
    Examples:
      vouch approve
      vouch approve 01jd7 --why "a good customer"
      vouch approve 01jd7 --shown 3f2a91bc
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
        if not (shown or yes or escalate):
            write = await undecided(house.journal, name, call_id=call)
            if not await _agreed(write, edit):
                notes.print("Nothing was decided.")
                return UNDECIDED
            shown = write.digest
        who = who or getpass.getuser()
        await decide(house.journal, name, decision, who=who, why=why, call_id=call, edited=edited, shown=shown)
        return await go_on(project, name, house, json=json)


def is_terminal() -> bool:
    """Whether a person sits before standard input."""
    return sys.stdin.isatty()


async def _agreed(write: Waiting, edit: str | None) -> bool:
    """Show what is to be approved, and ask whoever sits here."""
    if not is_terminal():
        raise UsageError(
            f"{write.tool} {exactly(write.arguments)} waits, and nobody is here to be asked; if that is what a person "
            f"has approved, add --shown {write.digest[:SHORT]} (or --yes for whatever waits now)"
        )
    lines = lines_of(write, exact=True) if edit is None else [*lines_of(write, exact=True), f"instead: {exactly(edit)}"]
    for line in lines:
        notes.print(escaped(line), soft_wrap=True)
    try:
        words = await asyncio.to_thread(notes.input, "approve? [y/N] ")
    except EOFError:
        return False
    return words.strip().lower() in ("y", "yes")


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
    lines = lines_of(write)
    return "\n".join(lines if write.uncertain else [*lines, f"--shown {write.digest[:SHORT]}"])


def _clock(at: float) -> str:
    return time.strftime("%m-%d %H:%M", time.localtime(at)) if at else "-"
