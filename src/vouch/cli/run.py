"""`vouch run`: one question to an app.

It does not know how it is answered.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from vouch.app.run import resume as resume_run
from vouch.app.run import run as run_app
from vouch.cli.chat import chat
from vouch.cli.citing import lines_of
from vouch.cli.console import HELD, OK, UNDECIDED, command, escaped, notes, show_json, show_text
from vouch.errors import UsageError
from vouch.project.project import locate
from vouch.values.result import Result


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("run")(run)


@command
async def run(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    input: Annotated[str, typer.Argument(help="The question; - reads it from standard input, or talks.")] = "-",
    data: Annotated[Path | None, typer.Option("--data", help="Data for apps that are made from data.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with this interrupted run instead.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Go on also where the app has changed since.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Show the whole result as JSON.")] = False,
) -> int:
    """Ask an app one question. Exit: 0 answered, 1 failed, blocked or stopped, 2 error, 3 a person must go on.

    \b
    Examples:
      vouch run shop "Where is my parcel?"
      vouch run shop --resume 01jd7 --anyway
    """
    if anyway and resume is None:
        raise UsageError("--anyway goes on with a run although the app has changed; name the run: --resume RUN")
    project, name = locate(app)
    built = project.app(name, data=data)
    async with await project.house() as house:
        if resume is not None:
            result = await resume_run(built, await house.journal.find(resume), house, anyway=anyway)
        elif input == "-" and sys.stdin.isatty() and not json:
            return await chat(built, house)
        else:
            result = await run_app(built, _question(input), house)
    if json:
        show_json(result)
    else:
        show_result(result)
    return code_of(result)


def code_of(result: Result) -> int:
    """The exit code for how a run ended: 3 where a person must go on."""
    return {"answered": OK, "abstained": UNDECIDED, "waiting": UNDECIDED}.get(result.status, HELD)


def _question(text: str) -> str:
    if text == "-" and not sys.stdin.isatty():
        text = _read(sys.stdin)
    if text in ("-", ""):
        raise UsageError('no question was given; write it after the app\'s name: vouch run APP "..."')
    return text


def _read(stream: TextIO) -> str:
    try:
        return stream.read().strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input is not {error.encoding.upper()} text ({error.reason}); give text") from error


def show_result(result: Result) -> None:
    """The output, and below it what it rests on."""
    if result.output:
        show_text(result.output)
    if result.status != "answered":
        words = {
            "abstained": "Handed over",
            "blocked": "Blocked",
            "stopped": "Stopped",
            "failed": "Failed",
            "waiting": "Waiting",
        }
        show_text(f"{words.get(result.status, result.status)}: {result.why}")
    sure = "" if result.confidence is None else f" · confidence {result.confidence:.2f}"
    cost = "" if result.cost is None or not result.cost.amount else f" · {result.cost}"
    steps = "1 step" if result.steps == 1 else f"{result.steps} steps"
    model = result.model or "no model"
    line = f"{model}{sure}{cost} · {steps} · {result.seconds:.2f} s · run {result.run}"
    notes.print(line, style="dim", soft_wrap=True)
    for said, line in zip(result.citations, lines_of(result.citations), strict=True):
        notes.print(f"  {line}", style="dim" if said.supported else "yellow", soft_wrap=True)
    if result.rests_on:
        sources = escaped(", ".join(result.rests_on))
        notes.print(f"rests on text that anybody may have written: {sources}", style="yellow", soft_wrap=True)
