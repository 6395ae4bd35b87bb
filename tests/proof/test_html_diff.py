from __future__ import annotations

import re

import msgspec
import pytest

from proof.reports import HOSTILE, report
from vouch.errors import UsageError
from vouch.proof.html_diff import ROWS_SHOWN, difference, html_diff
from vouch.proof.report import Report


def changed(full: Report, **outputs: str) -> Report:
    """The same report with other outputs; an output that is expected is right."""
    rows = [
        msgspec.structs.replace(row, output=outputs[row.case], value=float(outputs[row.case] == row.expected))
        if row.case in outputs
        else row
        for row in full.rows
    ]
    return msgspec.structs.replace(full, rows=tuple(rows), app_version="after")


def test_cases_that_changed_stand_side_by_side() -> None:
    before = report(n=20, wrong=2)
    after = changed(before, **{"c-0001": "nonsense", "c-0019": "refund_status", "c-0020": "other"})
    found = difference(before, after)
    assert [[change.after.case for change in part] for part in found[1:]] == [["c-0001"], ["c-0019"], ["c-0020"]]
    page = html_diff(before, after)
    assert "Of 20 cases that both saw, 1 case broke and 1 case were mended." in page
    titles = re.findall(r'<h2 id="\w+">(\w+): (\d+)</h2>', page)
    assert titles == [("Broke", "1"), ("Mended", "1"), ("Reworded", "1")]
    assert page.index("cancel_order") < page.index('<div class="text">other')


def test_only_the_same_cases_are_compared() -> None:
    before = report(n=5, wrong=0)
    [first, *rest] = before.rows
    other = msgspec.structs.replace(first, input="another question", output="x", value=0.0)
    after = msgspec.structs.replace(before, rows=(other, *rest[:-1]))
    assert difference(before, after) == (3, (), (), ())
    assert "No case that both saw has changed." in html_diff(before, after)


def test_what_a_model_wrote_is_text_and_the_page_allows_no_script() -> None:
    before = report(n=3, wrong=0)
    page = html_diff(before, changed(before, **{"c-0001": HOSTILE + "y" * 9_000}))
    assert "<script" not in page
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in page
    assert "characters)" in page


def test_many_changes_are_cut() -> None:
    before = report(n=ROWS_SHOWN + 10, wrong=0)
    after = changed(before, **{row.case: "x" for row in before.rows})
    assert "… and 10 more." in html_diff(before, after)


def test_a_report_without_rows_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match=r"has no rows; use its report\.json"):
        html_diff(report(rows=()), report())
