"""`vouch trace`: recorded runs, at a glance, event by event, forked or compared.

It does not know what made them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from vouch.cli.citing import lines_of
from vouch.cli.console import OK, command, escaped, out, show_json
from vouch.cli.forking import Fork, compare_runs, fork_run
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.journal.transfer import export_runs, import_runs
from vouch.project.project import Project
from vouch.values.citation import Citation
from vouch.values.event import AnswerCited, Event, kind_of


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("trace")(trace)


@command
async def trace(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs, by the beginning of their name or by case id.")
    ] = None,
    folder: Annotated[Path, typer.Option("--in", help="The project's folder.")] = Path(),
    app: Annotated[
        str | None, typer.Option("--app", help="Only runs of this app; the app that a fork goes on with.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs to list.")] = 20,
    export: Annotated[Path | None, typer.Option("--export", help="Write the runs to this file as JSON lines.")] = None,
    load: Annotated[Path | None, typer.Option("--import", help="Add the runs in this file.")] = None,
    fork: Annotated[int | None, typer.Option("--fork", help="Fork the run at this event; nothing is written.")] = None,
    input: Annotated[str | None, typer.Option("--input", help="What was said instead, in the event's place.")] = None,
    result: Annotated[str | None, typer.Option("--result", help="What the tool gave back instead.")] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="What the model answered instead.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Show how two runs differ.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Show runs or events as JSON lines.")] = False,
) -> int:
    """Show recorded runs: the latest, or every event of some. Fork a run at an event, or compare two.

    A fork goes on with the app as it is now: its prompt, models and tools may have changed. It changes nothing in the
    world: writes are only recorded, and reads that the run made give what they gave then.

    \b
    Examples:
      vouch trace
      vouch trace c-0113 c-0388
      vouch trace 01jd --json
      vouch trace 01jd --fork 7 --result "not found"
      vouch trace 01jd 01je --compare
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
        if fork is not None:
            if len(names) != 1:
                raise UsageError(f"--fork forks one run, and {len(names)} were given: vouch trace RUN --fork {fork}")
            return await fork_run(project, house, names[0], Fork(fork, app, input, result, answer), json=json)
        if compare:
            return await compare_runs(house, names, json=json)
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
        since = f"{event.seq:4d}  {(event.at - begin) * 1000:8.1f} ms  "
        out.print(Text.assemble((since, "dim"), (kind_of(event.body), "bold")))
        fields: dict[str, Any] = msgspec.to_builtins(event.body)
        if isinstance(event.body, AnswerCited):
            for line in _cited(event.body):
                out.print(f"                     {line}")
            fields.pop("citations")
        for name, value in fields.items():
            if name != "kind":
                out.print(f"                     {name}: {_short(value)}")


def _cited(body: AnswerCited) -> Iterator[str]:
    try:
        citations = msgspec.json.decode(str(body.citations), type=tuple[Citation, ...])
    except msgspec.MsgspecError:
        return iter((f"citations: {_short(str(body.citations))}",))  # an imported run may say anything
    return lines_of(citations)


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
