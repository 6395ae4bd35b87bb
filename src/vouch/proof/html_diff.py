"""Two proofs side by side as one HTML page: what broke, what was mended, and what is only said in other words.

It does not know which of them was kept, and tests nothing: the verdict is that of the later proof.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from jinja2 import Template

from vouch.errors import UsageError
from vouch.proof.html import outcome, sha256_of, source, template
from vouch.proof.report import Report, Row
from vouch.proof.sentences import plural, printable

ROWS_SHOWN: Final = 500
"""Cases of one table on the page."""

_TEXT_SHOWN: Final = 5_000


class Change(NamedTuple):
    """One case in both proofs."""

    before: Row
    after: Row


class Difference(NamedTuple):
    """The cases that both proofs saw with the same input and expectation, and that came out otherwise."""

    n: int
    broke: tuple[Change, ...]
    mended: tuple[Change, ...]
    reworded: tuple[Change, ...]


def difference(before: Report, after: Report) -> Difference:
    """What changed from one report to the other; raises `UsageError` for a report without its rows."""
    for report in (before, after):
        if report.n and not report.rows:
            raise UsageError(f"the report of proof {report.proof_run!r} has no rows; use its report.json")
    known = {row.case: row for row in before.rows}
    pairs = [
        Change(known[row.case], row)
        for row in after.rows
        if row.case in known and (known[row.case].input, known[row.case].expected) == (row.input, row.expected)
    ]
    return Difference(
        len(pairs),
        tuple(pair for pair in pairs if pair.before.right and not pair.after.right),
        tuple(pair for pair in pairs if pair.after.right and not pair.before.right),
        tuple(pair for pair in pairs if pair.before.right is pair.after.right and _words(pair)),
    )


def html_diff(before: Report, after: Report) -> str:
    """The page. It needs nothing but a browser, and nothing that a model wrote can become code in it."""
    found = difference(before, after)
    style = source("report.css")
    broke, mended = plural(len(found.broke), "case"), plural(len(found.mended), "case")
    return _template().render(
        before=before,
        after=after,
        broke=found.broke,
        mended=found.mended,
        reworded=found.reworded,
        lead=f"Of {plural(found.n, 'case')} that both saw, {broke} broke and {mended} were mended.",
        shown=ROWS_SHOWN,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{sha256_of(style)}'; base-uri 'none'; form-action 'none'",
    )


def _words(pair: Change) -> bool:
    return pair.before.output != pair.after.output


def _plain(value: object) -> str:
    text = printable(str(value))
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}… ({len(text):,} characters)"


@cache
def _template() -> Template:
    return template("diff.html.jinja", {"plain": _plain, "outcome": outcome})
