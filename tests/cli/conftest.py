"""Commands run in this process, and small projects whose models say what a test wants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vouch.cli.main import program

Vouch = Callable[..., Result]

PARITY = '''
from vouch import App, Gate, Proof, Scripted, VouchError, scorers
from vouch.errors import BadRequest
from vouch.values.message import assistant
from vouch.values.request import Answer

def parity(request):
    """Even or odd; what is no number is handed over, and 13 is more than it can bear."""
    text = request.messages[-1].text
    if not text.lstrip("-").isdigit():
        return Answer(assistant("no idea"), finish="abstained")
    if text == "13":
        return BadRequest("not that one")
    return "even" if int(text) % 2 == 0 or text in {wrong!r} else "odd"

app = App(
    name="parity",
    models=[Scripted(parity, name="scripted/parity{version}")],
    proofs=[Proof("cases.jsonl", scorers.label(), Gate(claim={claim}))],
)
'''


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """What a project puts on Python's path is taken away again."""
    path, loaded = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - loaded:
        if name.startswith("vouch_project_"):
            del sys.modules[name]


@pytest.fixture
def vouch() -> Vouch:
    """Run a command line in this process."""

    def invoke(*arguments: str | Path, input: str | bytes | None = None) -> Result:
        line = [str(argument) for argument in arguments]
        return CliRunner().invoke(program(line), line, input=input, prog_name="vouch")

    return invoke


@pytest.fixture
def parity(tmp_path: Path) -> Callable[..., Path]:
    """A project in a folder of its own: an app that knows even from odd, and 60 cases."""

    def make(
        *, claim: float | None = 0.9, wrong: Sequence[str] = (), version: str = "", n: int = 60, name: str = "parity"
    ) -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        (root / "vouch.toml").write_text('[apps]\nparity = "app:app"\n')
        (root / "app.py").write_text(PARITY.format(wrong=tuple(wrong), claim=claim, version=version))
        lines = [
            f'{{"id": "c-{number}", "input": "{number}", "expected": "{"odd" if number % 2 else "even"}"}}'
            for number in range(20, 20 + n)
        ]
        (root / "cases.jsonl").write_text("\n".join(lines))
        return root

    return make
