from __future__ import annotations

import re

import msgspec

from proof.reports import HOSTILE, bare, report
from vouch.proof.markdown import ROWS_SHOWN, markdown


def test_the_verdict_comes_first_then_what_broke() -> None:
    text = markdown(report())
    assert text.startswith("## ⚠️ Undecided: support · policy\n\n- 500 cases · 498 right = 99.6 %, but at 95 %")
    places = [
        text.index(f"<summary>{title}: {n}</summary>") for title, n in (("Broke", 1), ("Mended", 3), ("Still wrong", 1))
    ]
    assert places == sorted(places)
    assert "<details open><summary>Broke" in text
    assert "| c&#45;0500 | Where is my refund for order &#35;W4923500? | refund&#95;status | cancel&#95;order |" in text
    assert text.endswith("version `f3a9c1d2e4b5`</sub>\n")


def test_without_a_kept_version_there_are_only_wrong_cases_and_not_too_many() -> None:
    text = markdown(report(n=60, wrong=30, broke=(), mended=(), baseline_run=""))
    assert "<summary>Wrong: 30</summary>" in text
    assert text.count("| c&#45;") == ROWS_SHOWN
    assert "… and 10 more." in text
    assert "<details" not in markdown(bare())


def test_nothing_that_a_model_wrote_is_markup() -> None:
    [row] = report(n=1, wrong=0).rows
    said = f"{HOSTILE} | [x](http://evil.example) ![i](j) @everyone `code` # h\n\n## head" + "y" * 500
    row = msgspec.structs.replace(row, output=said, value=0.0, why="<b>", case="c|1")
    text = markdown(bare(n=1, answered=1, right=0, rows=(row,), app="a_b", verdict="hold"))
    [line] = [line for line in text.splitlines() if line.startswith("| c&#124;1")]
    assert line.count("|") == 6
    assert not re.search(r"[<>\[\]@`!]|http:", line)
    assert "…" in line
    assert "## ❌ Hold: a&#95;b · p" in text
