"""`vouch settle`: say what became of a write of unknown outcome.

It does not know what the write does.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from vouch.app.decide import settle as settle_write
from vouch.cli.console import command
from vouch.cli.deciding import Call, Folder, Json, Run, Who, go_on
from vouch.project.project import Project


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("settle")(settle)


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
    """Say whether a write of unknown outcome was made, after looking it up; its run goes on.

    \b
    Examples:
      vouch settle 01jd7 --made --result "refund R-881"
      vouch settle 01jd7 --not-made
    """
    project = Project.find(folder)
    async with await project.house() as house:
        name = await house.journal.find(run)
        await settle_write(house.journal, name, made=made, who=who or getpass.getuser(), result=result, call_id=call)
        return await go_on(project, name, house, json=json)
