"""A report on a terminal: the verdict and its reasons in a few lines.

It does not know the terminal: it gives something that rich can print.
"""

from __future__ import annotations

from typing import Final

from rich.text import Text

from vouch.proof.report import Report
from vouch.proof.sentences import effort_sentence, printable, summary
from vouch.values.score import Verdict

_STYLES: Final[dict[Verdict, str]] = {"ship": "bold green", "hold": "bold red", "undecided": "bold yellow"}


def terminal(report: Report) -> Text:
    """The report in a few lines; colours only where the console has them."""
    shown = Text()
    shown.append(report.verdict.upper(), _STYLES[report.verdict])
    shown.append(f"  {printable(report.app)} · {printable(report.proof)}", "bold")
    shown.append(f"  {report.app_version[:12]}", "dim")
    for sentence in summary(report):
        shown.append(f"\n  {sentence}")
    shown.append(f"\n  {effort_sentence(report)}", "dim")
    return shown
