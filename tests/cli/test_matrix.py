from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Vouch

APP = """
from vouch import App, Case, Dataset, Proof, Scripted, scorers

cases = Dataset("some/cases", tuple(Case(f"c-{n}", str(n), "yes") for n in range(20)))
app = App(
    name="tutor",
    models=[Scripted(lambda request: "yes" if "brief" in request.messages[0].text else "no", name="scripted/one")],
    prompt="Be brief.",
    proofs=[Proof(cases, scorers.exact())],
)
"""


@pytest.fixture
def tutor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("vouch.toml").write_text('[apps]\ntutor = "app:app"\n')
    Path("app.py").write_text(APP)
    for name in ("brief", "long"):
        Path(f"{name}.prompt.md").write_text(f"---\nschema: 1\n---\n# system\nBe {name}.\n")
    return tmp_path


def test_prompts_are_compared_in_one_table(vouch: Vouch, tutor: Path) -> None:
    done = vouch("prove", "tutor", "--prompts", "brief.prompt.md, long.prompt.md")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("tutor · some/cases: 2 combinations on 20 runs each")
    assert lines[2].startswith("scripted/one")
    assert "-100.0 (" in lines[3]
    folder = tutor / ".vouch" / "proofs"
    assert lines[-1] == f"  Table: {folder / 'matrix-some_cases.md'}"
    told = json.loads((folder / "matrix-some_cases.json").read_text())
    assert [one["right"] for one in told["combinations"]] == [20, 0]
    again = vouch("prove", "tutor", "--prompts", "brief.prompt.md,long.prompt.md", "--json")
    assert [one["cached"] for one in json.loads(again.stdout)["combinations"]] == [20, 20]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--models", "a/b,,c/d"], "--models 'a/b,,c/d': names are wanted"),
        (["--models", "nobody/x"], "there is no provider 'nobody'"),
        (["--prompts", "gone.prompt.md"], "is not there"),
        (["--prompts", "long.prompt.md", "--keep"], "leave --early and --keep away"),
        (["--prompts", "long.prompt.md", "--watch"], "--watch and --models, --prompts do not go together"),
        (["--prompts", "long.prompt.md", "--to", "app.py"], "the table cannot be written"),
    ],
)
def test_mistakes_are_told(vouch: Vouch, tutor: Path, options: list[str], why: str) -> None:
    done = vouch("prove", "tutor", *options)
    assert (done.exit_code, why in done.stderr) == (2, True), done.output
