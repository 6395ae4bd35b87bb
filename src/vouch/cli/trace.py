"""`vouch trace`: recorded runs, at a glance or event by event.

It does not know what made them.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from vouch.cli.console import OK, command, escaped, out, show_json
from vouch.journal.journal import Journal
from vouch.journal.transfer import export_runs, import_runs
from vouch.project.project import Project
from vouch.values.event import Event, kind_of


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("trace")(trace)


@command
async def trace(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs, by the beginning of their name or by case id.")
    ] = None,
    folder: Annotated[Path, typer.Option("--in", help="The project's folder.")] = Path(),
    app: Annotated[str | None, typer.Option("--app", help="Only runs of this app.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs to list.")] = 20,
    export: Annotated[Path | None, typer.Option("--export", help="Write the runs to this file as JSON lines.")] = None,
    load: Annotated[Path | None, typer.Option("--import", help="Add the runs in this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show runs or events as JSON lines.")] = False,
) -> int:
    """Show recorded runs: the latest, or every event of some.

    \b
    Examples:
      vouch trace
      vouch trace c-0113 c-0388
      vouch trace 01jd --json
    """
    project = Project.find(folder)
    async with await project.house() as house:
        journal = house.journal
        if load is not None:
            imported = await import_runs(journal, load)
            if json:
                show_json({"runs": imported.runs, "skipped": imported.skipped})
            else:
                out.print(f"{imported.runs} runs added, {imported.skipped} were there already")
            return OK
        names = [await journal.find(run) for run in runs or ()]
        if export is not None:
            names = names or [row.run for row in await journal.runs(app=app, limit=limit)]
            count = await export_runs(journal, names, export)
            if json:
                show_json({"events": count, "runs": len(names), "file": str(export)})
            else:
                out.print(f"{count} events of {len(names)} runs written to {export}")
        elif names:
            for name in names:
                _show(await journal.read(name), json=json)
        else:
            await _list(journal, app, limit, json=json)
    return OK


async def _list(journal: Journal, app: str | None, limit: int, *, json: bool) -> None:
    rows = await journal.runs(app=app, limit=limit)
    if json:
        for row in rows:
            show_json(row)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("run", "app", "case", "started", "status"):
        # A run's name is typed again by whoever reads it, so it is never cut.
        table.add_column(heading, no_wrap=heading == "run", overflow="fold")
    for row in rows:
        cells = (row.run, row.app, row.case or "-", _time(row.started), row.status or "not ended")
        table.add_row(*(escaped(cell) for cell in cells))
    out.print(table if rows else "No runs are recorded yet.")


def _show(events: list[Event], *, json: bool) -> None:
    if json:
        for event in events:
            show_json(event)
        return
    begin = events[0].at
    out.print(Text.assemble((escaped(events[0].run), "bold"), f"  {_time(begin)}"))
    for event in events:
        since = f"  {(event.at - begin) * 1000:8.1f} ms  "
        out.print(Text.assemble((since, "dim"), (kind_of(event.body), "bold")))
        fields: dict[str, Any] = msgspec.to_builtins(event.body)
        for name, value in fields.items():
            if name != "kind":
                out.print(f"                 {name}: {_short(value)}")


def _time(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):
        # An imported run may say anything.
        return f"{seconds:g}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = text if len(text) <= 400 else f"{text[:400]}… ({len(text)} characters)"
    return escaped(text.replace("\n", " ⏎ "))
