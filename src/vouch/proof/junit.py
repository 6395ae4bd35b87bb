"""A report as JUnit XML, which every CI shows: the verdict as one test, then each case as one.

It does not know any CI; it keeps to what Jenkins, GitLab, GitHub and Gradle all read.

A wrong answer is a failure, a case that ended without an answer or could not be judged an error, one that was handed
over to a person is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vouch.proof.report import Report, Row
from vouch.proof.sentences import printable, summary

_ENTITIES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;"}
)


def junit(report: Report) -> str:
    """The report as an XML document; characters that XML forbids are shown as escapes."""
    suites = [_suite(f"{report.app}.{report.proof}.verdict", [_verdict(report)], report.seconds)]
    if report.rows:
        name = f"{report.app}.{report.proof}"
        suites.append(_suite(name, [_case(row, name) for row in report.rows], sum(row.seconds for row in report.rows)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(["<testsuites>", *suites, "</testsuites>"]) + "\n"


def _suite(name: str, cases: list[str], seconds: float) -> str:
    counts = {kind: sum(f"<{tag}" in case for case in cases) for kind, tag in _KINDS.items()}
    head = _attributes(name=name, tests=len(cases), **counts, time=f"{seconds:.3f}")
    return "\n".join([f"  <testsuite {head}>", *cases, "  </testsuite>"])


_KINDS: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _verdict(report: Report) -> str:
    name, text = f"{report.app}.{report.proof}.verdict", "\n".join(summary(report))
    problem = None if report.verdict == "ship" else ("failure", report.verdict, "; ".join(report.reasons))
    return _test(name, report.verdict, report.seconds, problem, text)


def _case(row: Row, suite: str) -> str:
    asked = f"input: {row.input}\nexpected: {row.expected}\noutput: {row.output}\nrun: {row.run}"
    return _test(suite, row.case, row.seconds, _problem(row), "" if row.right else asked)


def _problem(row: Row) -> tuple[str, str, str] | None:
    """The element, its type and its message; None for a right answer."""
    if row.right:
        return None
    if row.handed_over:
        return "skipped", "", row.why or "handed over"
    if row.status != "answered":
        return "error", row.status, row.why or f"the run ended as {row.status!r}"
    if row.value is None:
        return "error", "unscored", row.why
    return "failure", "wrong", row.why or f"score {row.value:.4g}"


def _test(suite: str, name: str, seconds: float, problem: tuple[str, str, str] | None, text: str) -> str:
    head = _attributes(classname=suite, name=name, time=f"{seconds:.3f}")
    return f"    <testcase {head}>{''.join(_inside(problem, text))}</testcase>"


def _inside(problem: tuple[str, str, str] | None, text: str) -> Iterator[str]:
    if problem is None:
        if text:
            yield f"<system-out>{_escaped(text)}</system-out>"
        return
    element, kind, message = problem
    if element == "skipped":
        yield f"<skipped {_attributes(message=message)}/>"
        return
    yield f"<{element} {_attributes(type=kind, message=message)}>{_escaped(text)}</{element}>"


def _attributes(**values: object) -> str:
    return " ".join(f'{name}="{_escaped(str(value))}"' for name, value in values.items())


def _escaped(text: str) -> str:
    return printable(text).translate(_ENTITIES)
