"""`vouch prove`: run an app's cases and decide.

It does not know how a verdict is reached.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, cast

import msgspec
import typer

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.cli.console import HELD, OK, UNDECIDED, command, out, show_json
from vouch.cli.judging import prove_judges
from vouch.cli.matrix import listed, prove_combinations
from vouch.cli.progress import progress_bar
from vouch.cli.watching import watch as watch_app
from vouch.errors import AppError, UsageError
from vouch.project.project import Project, locate
from vouch.proof.cases import dataset_of
from vouch.proof.certificate import Issued, certificate_of, write_certificate
from vouch.proof.github import append_summary, on_github, workflow_commands
from vouch.proof.html import html
from vouch.proof.html_diff import html_diff
from vouch.proof.judging import Method
from vouch.proof.judging import Options as JudgeOptions
from vouch.proof.junit import junit
from vouch.proof.markdown import markdown
from vouch.proof.prove import Options
from vouch.proof.prove import prove as prove_app
from vouch.proof.recorded import read_proof
from vouch.proof.report import Report
from vouch.proof.terminal import terminal
from vouch.values.score import Verdict

DIFF: Final = "diff.html"
"""The page that shows a proof beside an earlier one."""

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
    watch: Annotated[
        bool, typer.Option("--watch", help="Prove again whenever a file of the project changes; keeps nothing.")
    ] = False,
    diff: Annotated[
        str | None,
        typer.Option("--diff", help="Also write diff.html, beside this earlier proof: a run or report.json."),
    ] = None,
    models: Annotated[
        str | None, typer.Option("--models", help="MODEL,MODEL: prove with each instead; one table.")
    ] = None,
    prompts: Annotated[
        str | None, typer.Option("--prompts", help="FILE,FILE: prove with each prompt instead; one table.")
    ] = None,
    judge: Annotated[
        Path | None, typer.Option("--judge", help="Prove the judges of the proofs, on answers labelled by people.")
    ] = None,
    claim: Annotated[
        float | None, typer.Option("--claim", help="With --judge: the least share of agreement with people to show.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="With --judge: labels drawn by verdict (stratified) or at random (ppi).")
    ] = "stratified",
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the reports (.vouch/proofs/APP-PROOF).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the whole report as JSON.")] = False,
) -> int:
    """Run an app's cases and decide. Exit: 0 ship, 1 hold, 2 error, 3 undecided.

    \b
    Examples:
      vouch prove shop
      vouch prove shop --early --no-keep
      vouch prove shop --json
      vouch prove shop --watch
      vouch prove shop --diff main/report.json
      vouch prove shop --models openai/gpt-4o-mini,ollama/qwen3 --prompts short.prompt.md,long.prompt.md
      vouch prove examples/banking --data banking.csv
      vouch prove shop --judge labelled.jsonl --claim 0.9
    """
    matrix = listed("--models", models), listed("--prompts", prompts)
    options = Options(concurrency=concurrency, fresh=fresh, keep=keep, early=early)
    wanted = _Wanted(proof, options, to, diff, json)
    _check_together(
        {"--watch": watch, "--diff": diff is not None, "--models, --prompts": any(matrix), "--judge": judge}
    )
    if judge is None and (claim is not None or method != "stratified"):
        raise UsageError("--claim and --method are said of a judge; give the labelled answers: --judge FILE")
    if watch:
        return await _watch(app, data, wanted)
    project, name = locate(app)
    built = project.app(name, data=data)
    async with await project.house() as house:
        proofs, place = _chosen(built, proof), to or project.root / ".vouch" / "proofs"
        if judge is not None:
            settings = JudgeOptions(claim=claim, method=cast("Method", method), fresh=fresh)
            return await prove_judges(built, proofs, judge, house, to=place, options=settings, json=json)
        if any(matrix):
            of, by = matrix
            return await prove_combinations(
                built, proofs, house, models=of, prompts=by, root=project.root, to=place, options=options, json=json
            )
        codes = [CODES[report.verdict] for report in await _prove_all(project, built, house, wanted)]
    # An app ships only if all of its proofs do; proved worse outweighs undecided.
    return HELD if HELD in codes else UNDECIDED if UNDECIDED in codes else OK


@dataclass(frozen=True)
class _Wanted:
    """What was typed: which proof, how it is made, and where its reports go."""

    proof: str | None
    options: Options
    to: Path | None
    diff: str | None
    json: bool


async def _prove_all(project: Project, built: App, house: House, wanted: _Wanted) -> list[Report]:
    """Prove, write the reports and show them, one proof after the other."""
    proofs = _chosen(built, wanted.proof)
    if wanted.diff is not None and len(proofs) > 1:
        raise UsageError(f"--diff {wanted.diff!r} is one proof, the app has {len(proofs)}; name one: --proof NAME")
    return [await _prove(project, built, proof, house, wanted, alone=len(proofs) == 1) for proof in proofs]


async def _prove(project: Project, built: App, proof: Proof, house: House, wanted: _Wanted, *, alone: bool) -> Report:
    before = None
    if wanted.diff is not None:
        # Read first: it may be the very report that this proof is about to replace.
        before = await read_proof(wanted.diff, house.journal, dataset_of(proof, project.root).cases)
    with progress_bar() as bar:
        task = bar.add_task(f"{built.name} · {proof.name}", total=None)
        report = await prove_app(
            built,
            proof,
            house,
            root=project.root,
            options=wanted.options,
            progress=lambda done, n: bar.update(task, completed=done, total=n),
        )
    folder = _folder(project.root, wanted.to, report, alone=alone)
    write_reports(report, folder, before=before)
    _tell_github(report)
    if wanted.json:
        show_json(report)
    else:
        out.print(terminal(report))
        out.print(f"  Report: {folder / 'report.html'}")
        if before is not None:
            out.print(f"  Side by side: {folder / DIFF}")
    return report


async def _watch(app: str, data: Path | None, wanted: _Wanted) -> int:
    if wanted.options.keep is None:
        # A version that is being written is nothing to compare with.
        wanted = replace(wanted, options=replace(wanted.options, keep=False))

    async def work(project: Project, built: App, house: House) -> Sequence[Report]:
        return await _prove_all(project, built, house, wanted)

    return await watch_app(app, work, data=data, without=[wanted.to] if wanted.to else [])


def _check_together(given: dict[str, object]) -> None:
    """Raise a `UsageError` for options of which each wants to do something else."""
    named = [name for name, value in given.items() if value]
    if len(named) > 1 and named != ["--watch", "--diff"]:
        raise UsageError(f"{' and '.join(named)} do not go together; give one of them")


def write_reports(report: Report, folder: Path, *, before: Report | None = None) -> None:
    """Write report.html, report.json, report.md, junit.xml and, where the claim is proven, certificate.json.

    With an earlier proof, `before`, also diff.html, which shows both side by side. Raises `UsageError` when they cannot
    be written there.
    """
    certificate = folder / "certificate.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # First, so that none is left beside a report that proves nothing.
        certificate.unlink(missing_ok=True)
        (folder / DIFF).unlink(missing_ok=True)
        if before is not None:
            (folder / DIFF).write_text(html_diff(before, report), encoding="utf-8")
        (folder / "report.html").write_text(html(report, diff=DIFF if before else ""), encoding="utf-8")
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
