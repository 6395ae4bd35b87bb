from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from proof.reports import HOSTILE, bare, report
from vouch.errors import UsageError
from vouch.proof.github import ANNOTATIONS, append_summary, on_github, workflow_commands


def test_what_broke_is_an_error_and_the_verdict_too() -> None:
    verdict, broke = workflow_commands(report())
    assert verdict.startswith("::warning title=undecided%3A support · policy::500 cases · 498 right = 99.6 %25, but")
    assert broke.startswith("::error title=support broke c-0500::'cancel_order' is not 'refund_status'%0Ainput: Where")
    assert workflow_commands(bare()) == []
    assert workflow_commands(bare(verdict="hold"))[0].startswith("::error title=hold%3A a · p::")


def test_no_more_than_github_shows() -> None:
    full = report(n=60, wrong=30)
    full = msgspec.structs.replace(full, broke=tuple(row.case for row in full.rows if row.wrong))
    assert len(workflow_commands(full)) == ANNOTATIONS + 1 == 10


def test_nothing_that_a_model_wrote_ends_a_command_or_begins_another() -> None:
    [row] = report(n=1, wrong=0).rows
    row = msgspec.structs.replace(row, case="a,b::c", output=f"{HOSTILE}\r\n::set-output name=x::y", value=0.0)
    [verdict, line] = workflow_commands(bare(verdict="hold", rows=(row,), broke=(row.case,)))
    assert "\n" not in verdict + line
    assert "\r" not in line
    assert line.startswith("::error title=a broke a%2Cb%3A%3Ac::")


def test_the_summary_is_appended_where_github_says(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    environment = {"GITHUB_STEP_SUMMARY": str(file), "GITHUB_ACTIONS": "true"}
    assert on_github(environment)
    assert not on_github({})
    assert append_summary(report(), environment)
    assert append_summary(bare(), environment)
    assert file.read_text(encoding="utf-8").count("\n## ") == 1
    assert not append_summary(bare(), {})
    with pytest.raises(UsageError, match=r"GITHUB_STEP_SUMMARY names .* which cannot be written"):
        append_summary(bare(), {"GITHUB_STEP_SUMMARY": str(tmp_path)})
