"""`vouch prove`: run an app's cases and decide.

It does not know how a verdict is reached.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.cli.console import HELD, OK, UNDECIDED, command, notes, out, show_json
from vouch.cli.judging import prove_judges
from vouch.errors import AppError, UsageError
from vouch.project.project import locate
from vouch.proof.certificate import Issued, certificate_of, write_certificate
from vouch.proof.github import append_summary, on_github, workflow_commands
from vouch.proof.html import html
from vouch.proof.judging import Options as JudgeOptions
from vouch.proof.junit import junit
from vouch.proof.markdown import markdown
from vouch.proof.prove import Options
from vouch.proof.prove import prove as prove_app
from vouch.proof.report import Report
from vouch.proof.terminal import terminal
from vouch.values.score import Verdict

CODES: Final[dict[Verdict, int]] = {"ship": OK, "hold": HELD, "undecided": UNDECIDED}


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("prove")(prove)


@command
async def prove(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    proof: Annotated[str | None, typer.Option("--proof", help="Only the proof of this name.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data for apps that are made from data.")] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Cases at a time.")] = 32,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what the journal has answers to.")] = False,
    keep: Annotated[
        bool | None, typer.Option("--keep/--no-keep", help="Keep the result as the baseline; without: if it ships.")
    ] = None,
    early: Annotated[
        bool, typer.Option("--early", help="Ask no more cases than it takes to decide about the change.")
    ] = False,
    judge: Annotated[
        Path | None, typer.Option("--judge", help="Prove the judges of the proofs, on answers labelled by people.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the reports (.vouch/proofs/APP-PROOF).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the whole report as JSON.")] = False,
) -> int:
    """Run an app's cases and decide. Exit: 0 ship, 1 hold, 2 error, 3 undecided.

    \b
    Examples:
      vouch prove shop
      vouch prove shop --early --no-keep
      vouch prove shop --json
      vouch prove examples/banking --data banking.csv
      vouch prove shop --judge labelled.jsonl
    """
    project, name = locate(app)
    built = project.app(name, data=data)
    codes: list[int] = []
    async with await project.house() as house:
        proofs = _chosen(built, proof)
        if judge is not None:
            place = to or project.root / ".vouch" / "proofs"
            settings = JudgeOptions(fresh=fresh)
            return await prove_judges(built, proofs, judge, house, to=place, options=settings, json=json)
        for chosen in proofs:
            with progress_bar() as bar:
                task = bar.add_task(f"{built.name} · {chosen.name}", total=None)
                report = await prove_app(
                    built,
                    chosen,
                    house,
                    root=project.root,
                    options=Options(concurrency=concurrency, fresh=fresh, keep=keep, early=early),
                    progress=lambda done, n, bar=bar, task=task: bar.update(task, completed=done, total=n),
                )
            folder = _folder(project.root, to, report, alone=len(proofs) == 1)
            write_reports(report, folder)
            _tell_github(report)
            if json:
                show_json(report)
            else:
                out.print(terminal(report))
                out.print(f"  Report: {folder / 'report.html'}")
            codes.append(CODES[report.verdict])
    # An app ships only if all of its proofs do; proved worse outweighs undecided.
    return HELD if HELD in codes else UNDECIDED if UNDECIDED in codes else OK


def write_reports(report: Report, folder: Path) -> None:
    """Write report.html, report.json, report.md, junit.xml and, where the claim is proven, certificate.json.

    Raises `UsageError` when they cannot be written there.
    """
    certificate = folder / "certificate.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # First, so that none is left beside a report that proves nothing.
        certificate.unlink(missing_ok=True)
        (folder / "report.html").write_text(html(report), encoding="utf-8")
        (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
        (folder / "junit.xml").write_text(junit(report), encoding="utf-8")
        (folder / "report.md").write_text(markdown(report), encoding="utf-8")
        if report.claim_proven:
            write_certificate(Issued(certificate_of(report)), certificate)
    except OSError as error:
        raise UsageError(
            f"the reports cannot be written to {str(folder)!r} ({error.strerror}); name another folder: --to FOLDER"
        ) from error


def _tell_github(report: Report) -> None:
    """In a job of GitHub Actions: annotate what broke, and append the report to the job's summary."""
    append_summary(report, os.environ)
    if on_github(os.environ):
        # On standard error, which GitHub reads too, so that --json stays JSON.
        sys.stderr.write("".join(f"{line}\n" for line in workflow_commands(report)))


def _folder(root: Path, to: Path | None, report: Report, *, alone: bool) -> Path:
    """Where the reports go; several proofs never share a folder."""
    app, proof = (re.sub(r"[^\w.-]", "_", name) for name in (report.app, report.proof))
    if to is None:
        return root / ".vouch" / "proofs" / f"{app}-{proof}"
    return to if alone else to / proof


def _chosen(app: App, name: str | None) -> list[Proof]:
    proofs = [proof for proof in app.proofs if name in (None, proof.name)]
    if not app.proofs:
        raise AppError(f"app {app.name!r} has no proofs; add: proofs=[Proof('cases.jsonl', scorers.label())]")
    if not proofs:
        raise AppError(f"app {app.name!r} has no proof {name!r}; there are: {', '.join(p.name for p in app.proofs)}")
    return proofs


def progress_bar() -> Progress:
    """A bar on standard error; nothing where that is not a terminal."""
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=notes, transient=True, disable=not sys.stderr.isatty())
