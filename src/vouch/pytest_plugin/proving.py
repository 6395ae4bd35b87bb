"""Proving within a test: the whole suite with its verdict, or one case of it.

It does not know pytest's options. A verdict needs all cases at once, so a suite is always proven by one test, in one
process. Tests of single cases may run in any number of processes: each asks its own, all write one journal, and none of
them is a verdict.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec
import pytest

from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.errors import AppError
from vouch.project.config import Config
from vouch.project.project import Project, locate, root_of
from vouch.proof.asking import Options
from vouch.proof.cases import dataset_of
from vouch.proof.prove import prove
from vouch.proof.report import Report, Row
from vouch.proof.sentences import printable, summary
from vouch.values.case import Case, Dataset

T = TypeVar("T")

_ROWS_SHOWN: Final = 10
_TEXT_SHOWN: Final = 500


class Settings(NamedTuple):
    """What the command line says of all proofs; `journal` None is the project's own."""

    journal: Path | None = None
    fresh: bool = False
    keep: bool = False
    concurrency: int = 32
    undecided: Literal["fail", "pass"] = "fail"


class OneCase(NamedTuple):
    """A case, and the app and proof that it is of."""

    project: Project
    app: App
    proof: Proof
    case: Case


class Proving:
    """What the fixture `vouch` gives: proves apps and fails the test when they do not ship.

    `told` collects a line for each proof. `folder` is where the test stands: its project, the nearest folder with a
    vouch.toml, says where models and journal are.
    """

    def __init__(self, settings: Settings, folder: Path, told: list[str]) -> None:
        self._settings = settings
        self._folder = folder
        self._told = told

    def prove(
        self,
        app: App | str,
        *,
        proof: str = "",
        undecided: Literal["fail", "pass"] | None = None,
        options: Options | None = None,
    ) -> tuple[Report, ...]:
        """Prove an app (or the app of this name) by all of its proofs, or the one of this name, and give the reports.

        The test fails when one holds, or is undecided and `undecided` is not `pass`. May be called in a test that is
        asynchronous, too. What ships is kept as the version to compare with only if `--vouch-keep` says so.
        """
        project, built = _found(app, self._folder)
        chosen = _chosen(built, proof)
        asked = options or Options(concurrency=self._settings.concurrency, fresh=self._settings.fresh)
        if asked.keep is None and not self._settings.keep:
            asked = replace(asked, keep=False)
        reports = in_loop(_proved(self._within(project), built, chosen, asked))
        passing = {"ship", "undecided"} if (undecided or self._settings.undecided) == "pass" else {"ship"}
        self._told.extend(_headline(report) for report in reports)
        if any(report.verdict not in passing for report in reports):
            pytest.fail("\n\n".join(map(failure_text, reports)), pytrace=False)
        return reports

    def one(self, one: OneCase) -> Single:
        """One case, to be checked in a test of its own."""
        options = Options(concurrency=1, fresh=self._settings.fresh, keep=False)
        return Single(one._replace(project=self._within(one.project)), options)

    def _within(self, project: Project) -> Project:
        if self._settings.journal is None:
            return project
        config = msgspec.structs.replace(project.config, database=str(self._settings.journal.absolute()))
        return replace(project, config=config)


class Single:
    """What the fixture `vouch_case` gives: one case that is still to be asked."""

    def __init__(self, one: OneCase, options: Options) -> None:
        self._one = one
        self._options = options

    @property
    def case(self) -> Case:
        """The case itself."""
        return self._one.case

    def check(self) -> Row:
        """Ask the app this case, or find its answer in the journal; the test fails where it is not right.

        A case that is handed over to a person is skipped: it is neither right nor wrong.
        """
        one = self._one
        # Under a name of its own, so that it is never taken for a proof of all cases.
        proof = Proof(Dataset(one.case.id, (one.case,)), one.proof.scorer, Gate(), f"{one.proof.name}: a case")
        proof = replace(proof, world=one.proof.world)
        [report] = in_loop(_proved(one.project, one.app, [proof], self._options))
        [row] = report.rows
        if row.handed_over:
            pytest.skip(f"handed over: {row.why}")
        if not row.right:
            pytest.fail(_row_text(row), pytrace=False)
        return row


def cases_of(folder: Path, app: App | str, proof: str = "", *, at: str = ".") -> list[OneCase]:
    """The cases of one of the app's proofs: the only one, or the one of this name; `at` is seen from the test's folder.

    Raises a `UsageError` where there is no such app or proof, or its cases cannot be read.
    """
    project, built = _found(app, folder / at)
    chosen = _chosen(built, proof)
    if len(chosen) != 1:
        raise AppError(f"app {built.name!r} has several proofs; name one: vouch_cases(app, {chosen[0].name!r})")
    return [OneCase(project, built, chosen[0], case) for case in dataset_of(chosen[0], project.root).cases]


def failure_text(report: Report) -> str:
    """The verdict with its reasons, then the wrong cases, those that broke first."""
    broke = set(report.broke)
    wrong = sorted((row for row in report.rows if row.wrong), key=lambda row: row.case not in broke)
    more = f"\n... and {len(wrong) - _ROWS_SHOWN} more wrong cases" if len(wrong) > _ROWS_SHOWN else ""
    shown = "".join(f"\n\n{_row_text(row)}" for row in wrong[:_ROWS_SHOWN])
    return f"{_headline(report)}\n" + "\n".join(f"  {sentence}" for sentence in summary(report)[1:]) + shown + more


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, also where a loop is running already: then in another thread, with a loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1, "vouch-proving") as thread:
        return thread.submit(asyncio.run, work).result()


async def _proved(project: Project, app: App, proofs: list[Proof], options: Options) -> tuple[Report, ...]:
    async with await project.house() as house:
        return tuple([await prove(app, proof, house, root=project.root, options=options) for proof in proofs])


def _found(app: App | str, folder: Path) -> tuple[Project, App]:
    if isinstance(app, str):
        project, name = locate(app) if root_of(folder) is None else (Project.find(folder), app)
        return project, project.app(name)
    return (Project.find(folder) if root_of(folder) else Project(folder.resolve(), Config())), app


def _chosen(app: App, proof: str) -> list[Proof]:
    chosen = [declared for declared in app.proofs if proof in ("", declared.name)]
    if not chosen:
        names = ", ".join(declared.name for declared in app.proofs) or "none; add: proofs=[Proof('cases.jsonl', ...)]"
        raise AppError(f"app {app.name!r} has no proof {proof!r}; there are: {names}")
    return chosen


def _headline(report: Report) -> str:
    return f"{report.verdict.upper()}  {printable(report.app)} · {printable(report.proof)}: {summary(report)[0]}"


def _row_text(row: Row) -> str:
    lines = [f"{row.case}: {row.why or row.status}", f"  input:    {_cut(row.input)}"]
    lines += [f"  expected: {_cut(row.expected)}"] if row.expected else []
    lines += [f"  output:   {_cut(row.output)}", f"  see:      vouch trace {row.run}"]
    return printable("\n".join(lines))


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"
