from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.house import House
from vouch.cli import watching
from vouch.errors import AppError, ConfigError
from vouch.project.project import Project
from vouch.proof.asking import Options
from vouch.proof.prove import prove
from vouch.proof.report import Report

APP = """
from vouch import App, Prompt, Proof, Scripted, scorers
from .answers import ANSWER

app = App(
    name="tutor",
    models=[Scripted(lambda request: ANSWER if "brief" in request.messages[0].text else "?")],
    prompt=Prompt.file("tutor.prompt.md"),
    proofs=[Proof("cases.list", scorers.exact())],
)
"""


PROMPT = "---\nschema: 1\n---\n# system\nBe {}.\n"


def case(name: str, expected: str) -> str:
    return json.dumps({"id": name, "input": name, "expected": expected}) + "\n"


@pytest.fixture
def tutor(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\ntutor = "app:app"\n')
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "answers.py").write_text('ANSWER = "yes"\n')
    (tmp_path / "tutor.prompt.md").write_text(PROMPT.format("brief"))
    (tmp_path / "cases.list").write_text(case("a", "yes") + case("b", "no"))
    return tmp_path


async def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.01)


class Proofs:
    """What a watch did: its reports, and how often it was asked to prove."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.begun = 0
        self.slow = False

    async def work(self, project: Project, built: App, house: House) -> Sequence[Report]:
        self.begun += 1
        if self.slow:
            await asyncio.sleep(3_600)
        report = await prove(built, built.proofs[0], house, root=project.root, options=Options(keep=False))
        self.reports.append(report)
        return [report]


@asynccontextmanager
async def watched(root: Path, proofs: Proofs, data: Path | None = None) -> AsyncGenerator[None]:
    task = asyncio.create_task(watching.watch(str(root), proofs.work, data=data, without=[root / "out"], every=0.02))
    try:
        yield
    finally:
        task.cancel()
        assert await task == 0


async def test_every_change_is_proven_and_only_what_changed_is_asked(
    tutor: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proofs, written = Proofs(), sys.dont_write_bytecode
    async with watched(tutor, proofs):
        await until(lambda: len(proofs.reports) == 1)
        # A case more: the two others are known. Its file is watched although its ending says nothing.
        (tutor / "cases.list").write_text(case("a", "yes") + case("b", "no") + case("c", "no"))
        await until(lambda: len(proofs.reports) == 2)
        # A module that the app imports is loaded anew, also in the same second and of the same size.
        (tutor / "answers.py").write_text('ANSWER = "no!"\n')
        (tutor / "out").mkdir()
        (tutor / "out" / "report.json").write_text("{}")
        (tutor / "journal.db").write_text("")
        await until(lambda: len(proofs.reports) == 3)
        (tutor / "tutor.prompt.md").write_text(PROMPT.format("long"))
        await until(lambda: len(proofs.reports) == 4)
    assert [(report.n, report.cached) for report in proofs.reports] == [(2, 0), (3, 2), (3, 3), (3, 0)]
    assert [[row.output for row in report.rows] for report in proofs.reports[::3]] == [["yes"] * 2, ["?"] * 3]
    assert len({report.app_version for report in proofs.reports}) == 2
    said = capsys.readouterr().err
    assert "; Ctrl-C ends it" in said.splitlines()[0]
    assert "changed: cases.list" in said
    assert "changed: answers.py" in said
    assert "Since the last look: broke a" in said
    assert "the same cases are right" in said
    assert said.rstrip().endswith("no longer watching")
    assert sys.dont_write_bytecode == written


async def test_mistakes_are_shown_and_it_goes_on(tutor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proofs = Proofs()
    async with watched(tutor, proofs):
        await until(lambda: len(proofs.reports) == 1)
        (tutor / "app.py").write_text("app = (")
        shown = ""

        def told() -> bool:
            nonlocal shown
            shown += capsys.readouterr().err
            return "vouch: error: vouch.toml" in shown.replace("\n", " ")

        await until(told)
        assert "app.py" in shown
        (tutor / "app.py").write_text(APP)
        await until(lambda: len(proofs.reports) == 2)
        # Other settings: another house.
        (tutor / "vouch.toml").write_text('database = "other.db"\n[apps]\ntutor = "app:app"\n')
        await until(lambda: len(proofs.reports) == 3)
    assert [report.cached for report in proofs.reports] == [0, 2, 0]
    assert (tutor / "other.db").exists()


async def test_a_change_ends_the_proof_under_way(tutor: Path, tmp_path: Path) -> None:
    proofs = Proofs()
    proofs.slow = True
    async with watched(tutor, proofs):
        await until(lambda: proofs.begun == 1)
        proofs.slow = False
        (tutor / "answers.py").write_text('ANSWER = "maybe"\n')
        await until(lambda: len(proofs.reports) == 1)
    assert proofs.begun == 2


async def test_what_is_no_mistake_of_the_user_ends_it(tutor: Path) -> None:
    async def broken(project: Project, built: App, house: House) -> Sequence[Report]:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        await watching.watch(str(tutor), broken, every=0.02)
    with pytest.raises(ConfigError, match="there is no folder"):
        await watching.watch("tutor:app", broken)


async def test_data_is_watched_too(tutor: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("elsewhere") / "data.bin"
    data.write_text("one")
    asked: list[Path | None] = []

    class Told(Proofs):
        async def work(self, project: Project, built: App, house: House) -> Sequence[Report]:
            asked.append(data)
            raise AppError("stop here")

    (tutor / "app.py").write_text(APP.replace("app = App(", "def app(data): return App("))
    async with watched(tutor, Told(), data):
        await until(lambda: len(asked) == 1)
        data.write_text("two")
        await until(lambda: len(asked) == 2)


def test_modules_of_the_project_are_forgotten_and_no_others(tmp_path: Path) -> None:
    from types import ModuleType

    def module(name: str, file: Path | None, path: Path | None = None) -> None:
        made = ModuleType(name)
        if file:
            made.__file__ = str(file)
        if path:
            made.__path__ = [str(path)]
        sys.modules[name] = made

    names = ("t_own", "t_package", "t_venv", "t_else")
    try:
        module("t_own", tmp_path / "a.py")
        module("t_package", None, tmp_path / "b")
        module("t_venv", tmp_path / ".venv" / "lib" / "c.py")
        module("t_else", tmp_path.parent / "d.py")
        watching.forget(tmp_path)
        assert [name in sys.modules for name in names] == [False, False, True, True]
    finally:
        for name in names:
            sys.modules.pop(name, None)


def test_ctrl_c_ends_it_cleanly_and_nothing_is_kept(tutor: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vouch", "prove", str(tutor), "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - only a signal's handling
    )
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        (tutor / "answers.py").write_text('ANSWER = "no"\n')
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
    assert (first["kept"], second["kept"], first["n"]) == (False, False, 2)
    assert (process.returncode, out) == (0, "")
    assert err.rstrip().endswith("no longer watching")
    assert (tutor / ".vouch" / "proofs" / "tutor-cases" / "report.html").is_file()
