"""`vouch cases`: make files of cases out of tables, other tools' files, the journal and documents.

It does not know how any of them is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, cast, get_args

import typer

from vouch.cli.console import OK, command, out
from vouch.cli.labelling import label
from vouch.cli.making import make
from vouch.errors import CaseError
from vouch.project.project import locate
from vouch.proof.datasets.columns import Columns, Rest
from vouch.proof.datasets.importing import Tool, import_cases
from vouch.proof.datasets.journal import Feedback, read_journal_cases
from vouch.proof.datasets.written import write_cases
from vouch.values.result import Status

HELP: Final = """Make files of cases: from tables, other tools' files, the journal or documents.

\b
Examples:
  vouch cases import promptfooconfig.yaml --to cases.jsonl
  vouch cases import faq.csv --column input=question --column expected=answer --to cases.jsonl
  vouch cases journal shop --feedback corrected --to corrected.jsonl
  vouch cases label shop --to labels.jsonl
  vouch cases make shop --from docs/faq.md --to review.jsonl
"""

To = Annotated[Path, typer.Option("--to", help="The file of cases that is written.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cases = typer.Typer(
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    cases.command("import")(import_)
    cases.command("journal")(journal)
    cases.command("label")(label)
    cases.command("make")(make)
    cli.add_typer(cases, name="cases")


@command
async def import_(
    file: Annotated[Path, typer.Argument(help="A file, a folder, or FOLDER#SPLIT.")],
    to: To = Path("cases.jsonl"),
    tool: Annotated[
        str | None, typer.Option("--as", help=f"Whose file it is, where that is not seen: {', '.join(get_args(Tool))}.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="FIELD=COLUMN: a field's column, where that has another name.")
    ] = None,
    rest: Annotated[str, typer.Option("--rest", help="Other columns: refuse, setting (keep them there), or drop.")] = (
        "refuse"
    ),
    variable: Annotated[str, typer.Option("--input", help="The variable of promptfoo that the app is asked.")] = "",
) -> int:
    """Read cases of any kind and write them as JSON lines; say what could not be carried over.

    \b
    Examples:
      vouch cases import promptfooconfig.yaml --input question
      vouch cases import goldens.json --as deepeval --to cases.jsonl
      vouch cases import banking#test --column input=text --column expected=label
    """
    columns = _columns(column or [], rest) if column or rest != "refuse" else None
    found = import_cases(file, cast("Tool | None", tool), columns=columns, variable=variable)
    count = write_cases(found.cases, to)
    out.print(f"{count:,} cases of {file} (read as {found.tool}) are written to {to}")
    for sentence in found.notes.sentences:
        out.print(f"  {sentence}")
    return OK


@command
async def journal(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    to: To = Path("cases.jsonl"),
    feedback: Annotated[
        str, typer.Option("--feedback", help=f"By what people said of the answer: {', '.join(get_args(Feedback))}.")
    ] = "any",
    status: Annotated[
        str, typer.Option("--status", help=f"Runs that ended so: {', '.join(get_args(Status))}, or any.")
    ] = "answered",
    since: Annotated[datetime | None, typer.Option("--since", help="Runs begun then (UTC) or later.")] = None,
) -> int:
    """Make cases of recorded runs: what was asked, and the answer or what a person said would have been right.

    \b
    Examples:
      vouch cases journal shop --feedback corrected
      vouch cases journal shop --status any --since 2026-01-01 --to runs.jsonl
    """
    if status not in (*get_args(Status), "any"):
        raise CaseError(f"--status {status!r}: one of {', '.join(get_args(Status))}, or any, is wanted")
    project, name = locate(app)
    built = project.app(name)
    begun = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    async with await project.house() as house:
        ended = None if status == "any" else cast("Status", status)
        chosen = read_journal_cases(
            house.journal, app=built.name, status=ended, feedback=cast("Feedback", feedback), since=begun
        )
        # Held in memory, since a file is written in one go; a case of the journal is small.
        cases = [case async for case in chosen]
    count = write_cases(cases, to)
    unlabelled = sum(case.expected is None for case in cases)
    out.print(f"{count:,} runs of {built.name} are written to {to} as cases")
    if unlabelled:
        out.print(f"  {unlabelled:,} expect nothing yet: fill in what would have been right")
    return OK


def _columns(pairs: Sequence[str], rest: str) -> Columns:
    names: dict[str, str] = {}
    for pair in pairs:
        field, mark, column = pair.partition("=")
        if not mark or not field or not column:
            raise CaseError(f"--column {pair!r}: FIELD=COLUMN is wanted, such as input=question")
        names[field.strip()] = column
    if rest not in get_args(Rest):
        raise CaseError(f"--rest {rest!r}: one of {', '.join(get_args(Rest))} is wanted")
    return Columns(names, cast("Literal['refuse', 'setting', 'drop']", rest))
