"""A report as one HTML page that needs nothing but a browser: no server, no network, no script.

It does not know where the page is put.

All text of cases and models is escaped, and the page's own policy forbids every script but the one inside (a filter)
and every address outside: what a model wrote cannot become code.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from vouch.proof import plot
from vouch.proof.report import TAGS_KEPT, Report, Row, Tagged
from vouch.proof.sentences import (
    change_sentence,
    effort_sentence,
    exactly,
    labels_sentence,
    percent,
    printable,
    proven_bound,
    share_sentence,
    trouble_sentence,
    verdict_sentence,
)
from vouch.stats.binomial import interval

ROWS_SHOWN: Final = 1_000
"""Right answers beyond this number are left to report.jsonl: a browser would have to lay all of them out."""

TEXT_SHOWN: Final = 20_000
"""Characters of one text on the page."""


def html(report: Report, *, diff: str = "") -> str:
    """The page. `diff` is the name of a page beside it that shows this proof and an earlier one side by side."""
    broke, mended = set(report.broke), set(report.mended)
    right = [row for row in report.rows if not row.wrong and row.case not in mended]
    kept = {id(row) for row in right[:ROWS_SHOWN]}
    wrong = [row for row in report.rows if row.wrong]
    left_out = max(0, report.n - len(report.rows)) if report.rows else 0
    return _template().render(
        report=report,
        policy=_policy(),
        proven=_sentence(proven_bound(report)) if report.accuracy else None,
        verdict=verdict_sentence(report),
        change=change_sentence(report),
        trouble=trouble_sentence(report),
        labels=labels_sentence(report),
        shares=[share_sentence(selection) for selection in report.selections],
        effort=effort_sentence(report),
        ruler=_ruler(report),
        plot=plot.plot(report.curve, report.selections) if report.curve else None,
        box=plot,
        tags=report.tagged or tag_shares(report.rows, report.confidence),
        broke=[row for row in report.rows if row.case in broke],
        mended=[row for row in report.rows if row.case in mended],
        wrong=wrong,
        wrongs=max(len(wrong), report.wrong if left_out else 0),
        rows=[row for row in report.rows if row.wrong or row.case in mended or id(row) in kept],
        hidden=len(right) - len(kept) + left_out,
        diff=diff,
    )


def tag_shares(rows: Iterable[Row], confidence: float) -> list[Tagged]:
    """The share of right answers for each tag, the most frequent first; what was handed over does not count."""
    counts: dict[str, list[bool]] = {}
    for row in rows:
        for tag in () if row.handed_over else row.tags:
            counts.setdefault(tag, []).append(row.right)
    shares = [Tagged(tag, sum(right), interval(sum(right), len(right), confidence)) for tag, right in counts.items()]
    return sorted(shares, key=lambda share: (-share.interval.n, share.tag))[:TAGS_KEPT]


def outcome(row: Row) -> str:
    """One word for how a case went: right, wrong, handed over, unscored, or how its run ended."""
    if row.right:
        return "right"
    if row.handed_over:
        return "handed over"
    if row.status != "answered":
        return row.status
    return "unscored" if row.value is None else "wrong"


def _ruler(report: Report) -> plot.Ruler | None:
    if report.accuracy is None:
        return None
    return plot.ruler(report.low, report.high, report.accuracy.estimate, report.claim)


def _shown(value: object) -> str:
    """A text as it may stand on the page: no character that cannot be written, and not too many."""
    text = printable(str(value))
    return (
        text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}… ({len(text):,} characters; the rest is in the run)"
    )


def _sentence(text: str) -> str:
    """One of our sentences in better type: no break before a percent sign, comparisons as one character."""
    return _shown(text).replace(" %", "\u00a0%").replace(">=", "≥").replace("<=", "≤")


def _share(value: float) -> str:
    return _sentence(percent(value))


def _exactly(value: float) -> str:
    return _sentence(exactly(value))


def source(name: str) -> str:
    """A file of the pages, as text."""
    return files("vouch.proof").joinpath("page", name).read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """The page's Content-Security-Policy: nothing from outside, and only the style and script it carries."""
    parts: Mapping[str, str] = {"style-src": "report.css", "script-src": "report.js"}
    allowed = [f"{kind} 'sha256-{sha256_of(source(name))}'" for kind, name in parts.items()]
    return "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])


def sha256_of(text: str) -> str:
    """The hash by which a page's policy allows a style or a script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _template() -> Template:
    filters: dict[str, Any] = {
        "shown": _shown,
        "outcome": outcome,
        "sentence": _sentence,
        "share": _share,
        "exactly": _exactly,
    }
    return template("report.html.jinja", filters)


def template(name: str, filters: Mapping[str, Any]) -> Template:
    """A template of the pages: all that is put into it is escaped, and nothing may be missing."""
    page = Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page.filters.update(filters)
    return page.get_template(name)
