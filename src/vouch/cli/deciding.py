"""Going on with a run after a person decided: shared by the commands that decide.

It does not know what was decided.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import resume
from vouch.cli.console import show_json
from vouch.cli.run import code_of, show_result
from vouch.journal.journal import Journal
from vouch.project.project import Project

Folder = Annotated[Path, typer.Option("--in", help="The project's folder.")]
Run = Annotated[str, typer.Argument(help="The run, by the beginning of its name.")]
Call = Annotated[str, typer.Option("--call", help="Which of its calls, where several wait.")]
Why = Annotated[str, typer.Option("--why", help="A reason; the journal keeps it, and the model is told.")]
Who = Annotated[str, typer.Option("--who", help="Who decides; without, the name you are logged in by.")]
Json = Annotated[bool, typer.Option("--json", help="Show the outcome as JSON.")]


async def go_on(project: Project, run: str, house: House, *, json: bool) -> int:
    """Resume `run` and show how far it came; gives the exit code."""
    result = await resume(await _app_of(project, run, house.journal), run, house)
    if json:
        show_json(result)
    else:
        show_result(result)
    return code_of(result)


async def _app_of(project: Project, run: str, journal: Journal) -> App:
    started = (await journal.read(run))[0].body
    return project.app(str(getattr(started, "app", "")))
