"""`vouch reject`: refuse a write that waits for a person.

It does not know what the write does.
"""

from __future__ import annotations

import getpass
from pathlib import Path

import typer

from vouch.app.decide import decide
from vouch.cli.console import command
from vouch.cli.deciding import Call, Folder, Json, Run, Who, Why, go_on
from vouch.project.project import Project


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("reject")(reject)


@command
async def reject(
    run: Run, call: Call = "", why: Why = "", who: Who = "", folder: Folder = Path(), json: Json = False
) -> int:
    """Refuse a write that waits; its run goes on without it.

    \b
    Examples:
      vouch reject 01jd7 --why "outside the return window"
    """
    project = Project.find(folder)
    async with await project.house() as house:
        name = await house.journal.find(run)
        await decide(house.journal, name, "reject", who=who or getpass.getuser(), why=why, call_id=call)
        return await go_on(project, name, house, json=json)
