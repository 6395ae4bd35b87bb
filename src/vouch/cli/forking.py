"""Forks and comparisons of recorded runs, as `vouch trace` makes and shows them.

It does not know how a run is forked.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.table import Table

from vouch.app.compare import Difference, Side, compare
from vouch.app.fork import Change, other_answer, other_input, other_result, replay_from
from vouch.app.house import House
from vouch.cli.console import OK, escaped, notes, out, show_json
from vouch.errors import UsageError
from vouch.project.project import Project
from vouch.values.event import Event, RunStarted, kind_of
from vouch.values.result import Made


class Fork(Struct, frozen=True):
    """What to fork: at which event, for which app (none: the run's own), with what in the event's place."""

    at: int
    app: str | None = None
    input: str | None = None
    result: str | None = None
    answer: str | None = None

    def change(self) -> Change | None:
        """The one change that was asked for, if any."""
        given = [
            make(text)
            for make, text in (
                (other_input, self.input),
                (other_result, self.result),
                (other_answer, self.answer),
            )
            if text is not None
        ]
        if len(given) > 1:
            raise UsageError("give one of --input, --result and --answer: one event changes at a time")
        return given[0] if given else None


async def fork_run(project: Project, house: House, run: str, wanted: Fork, *, json: bool) -> int:
    """Fork a run, go on with it without touching anything, and show how it differs from its parent."""
    change = wanted.change()
    started = (await house.journal.read(run))[0].body
    app = project.app(wanted.app or (started.app if isinstance(started, RunStarted) else ""))
    result = await replay_from(app, run, wanted.at, house, change=change)
    return await compare_runs(house, [run, result.run], json=json)


async def compare_runs(house: House, runs: Sequence[str], *, json: bool) -> int:
    """Show how two runs differ."""
    if len(runs) != 2:
        raise UsageError(f"--compare compares two runs, and {len(runs)} were given: vouch trace ONE OTHER --compare")
    first, second = [await house.journal.read(run) for run in runs]
    difference = compare(first, second)
    if json:
        show_json(difference)
    else:
        _show(difference)
    return OK


def _show(difference: Difference) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for side in (difference.first, difference.second):
        table.add_column(escaped(side.run), overflow="fold")
    rows = zip(_rows(difference.first), _rows(difference.second), strict=True)
    for (name, one), (_, other) in rows:
        table.add_row(name, escaped(one), escaped(other))
    table.add_row("only here", _writes(difference.only_first), _writes(difference.only_second))
    table.add_row("parts at", _event(difference.first_event), _event(difference.second_event))
    out.print(table)
    if difference.alike:
        notes.print("Both took the same course.")


def _rows(side: Side) -> list[tuple[str, str]]:
    return [
        ("status", side.status),
        ("output", side.output or "-"),
        ("steps", str(side.steps)),
        ("tokens", str(side.tokens)),
        ("cost", "-" if side.cost is None else str(side.cost)),
        ("writes", str(len(side.writes))),
    ]


def _writes(writes: Sequence[Made]) -> str:
    return escaped("\n".join(f"{made.tool} {made.arguments}" for made in writes)) or "-"


def _event(event: Event | None) -> str:
    return "-" if event is None else f"{event.seq} {kind_of(event.body)}"
