"""A report in Markdown: a summary for pull requests and the pages that CI shows.

It does not know where it is put. What a case or a model says is shown as text: it cannot become a heading, a link or
another column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from vouch.proof.report import Report, Row
from vouch.proof.sentences import effort_sentence, printable, summary
from vouch.values.score import Verdict

ROWS_SHOWN: Final = 20
"""Cases of one table; the report holds them all."""

_TEXT_SHOWN: Final = 200

_MARKS: Final[dict[Verdict, str]] = {"ship": "✅ Ship", "hold": "❌ Hold", "undecided": "⚠️ Undecided"}

_SIGNS: Final = re.compile(r"[\\`*_{}\[\]()#+!|<>~@:.$&-]")
"""What Markdown, GitHub's mentions, links and formulas are made of."""


def markdown(report: Report) -> str:
    """The verdict, what is shown, and tables of the cases that broke, were mended, and are wrong beside these."""
    broke, mended = set(report.broke), set(report.mended)
    wrong = [row for row in report.rows if row.wrong and row.case not in broke]
    parts = [
        f"## {_MARKS[report.verdict]}: {plain(report.app)} · {plain(report.proof)}",
        "\n".join(f"- {_sentence(sentence)}" for sentence in summary(report)),
        *_table("Broke", [row for row in report.rows if row.case in broke]),
        *_table("Mended", [row for row in report.rows if row.case in mended]),
        *_table("Still wrong" if report.baseline_run else "Wrong", wrong),
        f"<sub>{plain(effort_sentence(report))} · version `{report.app_version[:12]}`</sub>",
    ]
    return "\n\n".join(parts) + "\n"


def _table(title: str, rows: Iterable[Row]) -> list[str]:
    several = list(rows)
    if not several:
        return []
    lines = [f"| {' | '.join(map(plain, _cells(row)))} |" for row in several[:ROWS_SHOWN]]
    more = f"\n\n… and {len(several) - ROWS_SHOWN:,} more." if len(several) > ROWS_SHOWN else ""
    head = "| Case | Input | Expected | Output | Why |\n|---|---|---|---|---|\n"
    summary_line = f"<summary>{title}: {len(several):,}</summary>"
    return [
        f"<details{' open' if title == 'Broke' else ''}>{summary_line}\n\n{head}"
        + "\n".join(lines)
        + more
        + "\n\n</details>"
    ]


def _cells(row: Row) -> tuple[str, ...]:
    return row.case, row.input, row.expected, row.output, row.why or row.status


def plain(text: str) -> str:
    """A text in one line, of which nothing is markup."""
    line = " ".join(printable(text).split())
    cut = line if len(line) <= _TEXT_SHOWN else f"{line[:_TEXT_SHOWN]}…"
    return _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", cut)


def _sentence(text: str) -> str:
    """One of our sentences; only what could name a case in it is marked up by accident."""
    return re.sub(r"[|<>*_`@]", lambda sign: f"&#{ord(sign[0])};", text)
