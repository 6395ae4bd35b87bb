"""The reports of a proof, written and shown: pages, tables, JSON, annotations.

It does not know how the proof was made. Loaded when it has been: what writes pages need not be there to ask.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from vouch.cli.console import out, show_json
from vouch.cli.unchanged import Said
from vouch.cli.wanted import ROWS
from vouch.errors import UsageError
from vouch.proof.certificate import Issued, certificate_of, write_certificate
from vouch.proof.github import append_summary, on_github, workflow_commands
from vouch.proof.html import html
from vouch.proof.html_diff import html_diff
from vouch.proof.junit import junit
from vouch.proof.markdown import markdown
from vouch.proof.report import Report
from vouch.proof.terminal import terminal
from vouch.proof.whole import write_whole
from vouch.values.money import Usage

DIFF: Final = "diff.html"
"""The page that shows a proof beside an earlier one."""


def tell(report: Report, folder: Path, *, before: Report | None, json: bool) -> None:
    """Write the reports, and show what they say: in words or as JSON, and to GitHub in one of its jobs."""
    write_reports(report, folder, before=before)
    _tell_github(report)
    if json:
        show_json(report)
        return
    out.print(terminal(report))
    out.print(f"  Report: {folder / 'report.html'}")
    if before is not None:
        out.print(f"  Side by side: {folder / DIFF}")


def said_of(report: Report, folder: Path) -> Said | None:
    """What is said again of a proof when nothing has changed; None where something would be asked again."""
    judged = not report.unscored and not any(metric.unscored for metric in report.metrics)
    if not judged or not report.statuses.keys() <= {"answered", "abstained"}:
        return None
    found = msgspec.structs.replace(report, cached=report.n, usage=Usage(), cost=None, seconds=0.0)
    shown = terminal(found)
    names = ["report.html", "report.json", ROWS, "report.md", "junit.xml"]
    if report.claim_proven:
        names.append("certificate.json")
    return Said(
        run=report.proof_run,
        app=report.app,
        proof=report.proof,
        n=report.n,
        verdict=report.verdict,
        report=str((folder / "report.json").absolute()),
        files=tuple(str((folder / name).absolute()) for name in names),
        text=f"{shown.plain}\n  Report: {folder / 'report.html'}",
        styles=tuple((span.start, span.end, str(span.style)) for span in shown.spans),
        baseline=report.baseline_run,
    )


def write_reports(report: Report, folder: Path, *, before: Report | None = None) -> None:
    """Write report.html, report.json, report.md, junit.xml and, where the claim is proven, certificate.json.

    With an earlier proof, `before`, also diff.html, which shows both side by side. Each is there whole or not at all,
    also where two proofs write there at once. Raises `UsageError` when they cannot be written there.
    """
    certificate = folder / "certificate.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # First, so that none is left beside a report that proves nothing.
        certificate.unlink(missing_ok=True)
        (folder / DIFF).unlink(missing_ok=True)
        if before is not None:
            write_whole(folder / DIFF, html_diff(before, report))
        write_whole(folder / "report.html", html(report, diff=DIFF if before else ""))
        write_whole(folder / "report.json", msgspec.json.format(msgspec.json.encode(report), indent=1))
        write_whole(folder / "junit.xml", junit(report))
        write_whole(folder / "report.md", markdown(report))
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
