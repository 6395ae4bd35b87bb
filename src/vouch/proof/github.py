"""What GitHub Actions are told: annotations as workflow commands, and the summary of the job.

It does not know the report's other forms. Nothing is sent: GitHub reads what a job prints, and a file that it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from vouch.errors import UsageError
from vouch.proof.markdown import markdown
from vouch.proof.report import Report, Row
from vouch.proof.sentences import printable, summary

ANNOTATIONS: Final = 9
"""Cases that are annotated; of one step GitHub shows ten errors, and the verdict is one of them."""

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""Where GitHub says which file the summary goes into."""


def workflow_commands(report: Report) -> list[str]:
    """Annotations as workflow commands, a line each: the verdict unless it ships, then the cases that broke."""
    return list(_commands(report))


def on_github(environment: Mapping[str, str]) -> bool:
    """Whether this runs as a job of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def append_summary(report: Report, environment: Mapping[str, str]) -> bool:
    """Append the report in Markdown to the job's summary, where there is one; raises `UsageError` if that fails."""
    file = environment.get(SUMMARY)
    if not file:
        return False
    try:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(markdown(report) + "\n")
    except OSError as error:
        raise UsageError(f"{SUMMARY} names {file!r}, which cannot be written ({error.strerror}); unset it") from error
    return True


def _commands(report: Report) -> Iterator[str]:
    if report.verdict != "ship":
        level = "error" if report.verdict == "hold" else "warning"
        yield _command(level, f"{report.verdict}: {report.app} · {report.proof}", "\n".join(summary(report)))
    broke = [row for row in report.rows if row.case in set(report.broke)]
    for row in broke[:ANNOTATIONS]:
        yield _command("error", f"{report.app} broke {row.case}", _told(row))


def _told(row: Row) -> str:
    return f"{row.why or row.status}\ninput: {row.input}\nexpected: {row.expected}\noutput: {row.output}"


def _command(level: str, title: str, message: str) -> str:
    """One workflow command: what could end it, or begin another, is escaped as GitHub reads it."""
    head = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={head}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
