"""A report as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from proof.reports import HOSTILE, bare, report
from vouch.proof.junit import junit
from vouch.proof.report import Row
from vouch.values.score import Verdict

ROWS = (
    Row(case="right", input="?", value=1.0, seconds=0.25),
    Row(case="half", input="a < b", expected="b & c", output="d", value=0.5, run="01r", seconds=0.25),
    Row(case="wrong", input="?", value=0.0, why="'x' is not 'y'"),
    Row(case="unscored", input="?", value=None, why="the judge did not answer"),
    Row(case="failed", input="?", status="failed", value=0.0),
    Row(case="blocked", input="?", status="blocked", value=0.0, why="an injection"),
    Row(case="over", input="?", status="abstained", value=0.0),
    Row(case=HOSTILE, input=HOSTILE, output=HOSTILE, value=0.0, why=HOSTILE),
)


def cases(text: str) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in ET.fromstring(text.encode()).iter("testcase")}


def test_every_case_is_a_test_of_its_kind() -> None:
    found = cases(junit(bare(rows=ROWS)))
    assert list(found["right"]) == []
    assert found["right"].attrib == {"classname": "a.p", "name": "right", "time": "0.250"}
    problems = {name: problem for name, case in found.items() for problem in case}
    kinds = {name: (problem.tag, problem.attrib) for name, problem in problems.items()}
    assert kinds["half"] == ("failure", {"type": "wrong", "message": "score 0.5"})
    assert kinds["wrong"] == ("failure", {"type": "wrong", "message": "'x' is not 'y'"})
    assert kinds["unscored"] == ("error", {"type": "unscored", "message": "the judge did not answer"})
    assert kinds["failed"] == ("error", {"type": "failed", "message": "the run ended as 'failed'"})
    assert kinds["blocked"] == ("error", {"type": "blocked", "message": "an injection"})
    assert kinds["over"] == ("skipped", {"message": "handed over"})
    assert problems["half"].text == "input: a < b\nexpected: b & c\noutput: d\nrun: 01r"


def test_suites_count_their_tests() -> None:
    verdict, suite = list(ET.fromstring(junit(bare(rows=ROWS, seconds=3.0)).encode()))
    assert verdict.attrib == {
        "name": "a.p.verdict", "tests": "1", "failures": "0", "errors": "0", "skipped": "0", "time": "3.000",
    }  # fmt: skip
    assert suite.attrib == {
        "name": "a.p", "tests": "8", "failures": "3", "errors": "3", "skipped": "1", "time": "0.500",
    }  # fmt: skip


@pytest.mark.parametrize("verdict", ["hold", "undecided"])
def test_a_version_held_back_fails(verdict: Verdict) -> None:
    case = cases(junit(report(verdict=verdict)))[verdict]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": verdict, "message": report().reasons[0]}
    assert (failure.text or "").startswith("500 cases · 498 right = 99.6 %, but at 95 % confidence only >= 98.7 %")


def test_a_version_that_ships_passes_and_says_why() -> None:
    case = cases(junit(report(wrong=0)))["ship"]
    assert case.find("failure") is None
    assert "500 right = 100 %" in (case.findtext("system-out") or "")


def test_what_xml_forbids_is_escaped() -> None:
    text = junit(bare(rows=ROWS))
    text.encode("utf-8")
    hostile = list(cases(text))[-1]
    assert hostile == '<script>alert(1)</script>\\x1b[31m \\x00 \\ud800 & "quotes" \''
    assert "<script>" not in text


def test_a_report_without_rows_is_its_verdict_alone() -> None:
    assert [suite.attrib["name"] for suite in ET.fromstring(junit(bare()).encode())] == ["a.p.verdict"]
