"""`vouch guard check`: show what an app says of its tools, and test it.

It does not know how a label is tested.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.table import Table

from vouch.cli.console import HELD, OK, command, escaped, out, show_json
from vouch.project.project import locate
from vouch.proof.labelling import CASES, check_labels
from vouch.proof.labels import Label, Labels, sentences

HELP: Final = """Test what an app says of the texts that its tools give.

\b
Examples:
  vouch guard check shop
"""


def register(cli: typer.Typer) -> None:
    """Add the command."""
    guard = typer.Typer(
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    guard.callback()(_nothing)
    guard.command("check")(check)
    cli.add_typer(guard, name="guard")


def _nothing() -> None:
    """A command of its own for each test, also while there is one."""


@command
async def check(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    data: Annotated[Path | None, typer.Option("--data", help="Data for apps that are made from data.")] = None,
    cases: Annotated[int, typer.Option("--cases", min=0, help="Cases of each proof to run in planted worlds.")] = CASES,
    json: Annotated[bool, typer.Option("--json", help="Show all of it as JSON.")] = False,
) -> int:
    """Show every tool's effect, label of trust and critical arguments, and test the labels. Exit: 1 when one is wrong.

    A word is planted wherever a stranger could write in the worlds of the proofs' cases: what gives it back is not
    trusted. Then a model that obeys every word reads a hostile order in the result of each tool that reads. Nothing is
    changed outside these worlds, and nothing is recorded.

    \b
    Examples:
      vouch guard check shop
      vouch guard check shop --cases 40 --json
    """
    project, name = locate(app)
    built = project.app(name, data=data)
    async with await project.house() as house:
        labels = await check_labels(built, house, root=project.root, cases=cases)
    if json:
        found: dict[str, Any] = msgspec.to_builtins(labels)
        show_json({**found, "wrong": labels.wrong, "sentences": sentences(labels)})
    else:
        out.print(table_of(labels))
        for sentence in sentences(labels):
            out.print(escaped(sentence))
    return HELD if labels.wrong else OK


def table_of(labels: Labels) -> Table:
    """A line for each source of text."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("source", "effect", "trust", "critical", "planted", "unasked"):
        table.add_column(heading, overflow="fold", no_wrap=heading not in ("critical", "unasked"))
    for label in labels.labels:
        cells = (label.name, label.effect, _trust(label), _critical(label), _planted(label, labels), _unasked(label))
        table.add_row(*(escaped(cell) for cell in cells), style="bold red" if label.wrong else "")
    return table


def _trust(label: Label) -> str:
    return label.trust if label.by == "declared" else f"{label.trust} ({label.by})"


def _critical(label: Label) -> str:
    if label.effect == "read":
        return "-"
    if label.critical is None:
        return "all"
    return ", ".join(label.critical) or "none"


def _planted(label: Label, labels: Labels) -> str:
    if not labels.worlds:
        return "-"
    if not label.looked_at and not label.gave_back:
        return "not called"
    return f"{label.gave_back} of {label.looked_at}"


def _unasked(label: Label) -> str:
    if not label.tried:
        return "-"
    return ", ".join(label.unasked) or "nothing"
