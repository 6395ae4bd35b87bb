"""An index kept from the command line: built, refreshed, compared, gone back, tuned and proven."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.knowledge.tuning.test_choice import LossyEngine, missing

from cli.conftest import Vouch
from vouch.cli import index_tuning
from vouch.knowledge.tuning.trial import Candidate
from vouch.project.project import Project

APP = """
from zlib import crc32

import numpy as np

from vouch import App, Prompt, Scripted
from vouch.knowledge.knowledge import Knowledge
from vouch.knowledge.searches import {search}


class Words:
    name = fingerprint = "test/words"
    dimensions = 32

    async def embed(self, texts):
        rows = np.zeros((len(texts), 32), np.float32)
        for row, text in zip(rows, texts):
            for word in text.lower().split():
                row[crc32(word.strip(".,?#").encode()) % 32] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


inputs = {{"passages": {{"type": "array", "items": {{"type": "object"}}}}}}
prompt = Prompt.text("Know: {{{{ passages }}}}", inputs=inputs)
more = Knowledge("more/*.md", embedder=None)
app = App(
    name="shop",
    models=[Scripted(lambda request: "Yes.")],
    prompt=prompt,
    knowledge=Knowledge("policy/*.md", embedder=Words(), retriever={search}(){settings}),
    tools=[{tools}],
)
bare = App(name="bare", models=[Scripted(["Yes."])])
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A project whose app knows twelve documents; the current folder is in it."""

    def make(*, search: str = "hybrid", tools: str = "", settings: str = "") -> Path:
        (tmp_path / "vouch.toml").write_text('[apps]\nshop = "app:app"\nbare = "app:bare"\n')
        (tmp_path / "app.py").write_text(APP.format(search=search, tools=tools, settings=settings))
        (tmp_path / "policy").mkdir(exist_ok=True)
        for number in range(12):
            text = (
                f"# Topic {number}\n\nLamp kind{number} costs {number} euros. It is sold in shop{number} every day.\n"
            )
            (tmp_path / "policy" / f"d{number}.md").write_text(text)
        lines = [
            json.dumps({"id": f"q{number}", "input": f"lamp kind{number}", "expected": f"policy/d{number}.md"})
            for number in range(12)
        ]
        (tmp_path / "questions.jsonl").write_text("\n".join(lines))
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return make


def test_an_index_through_its_life(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop()
    assert "no version yet" in vouch("index", "stats", "shop").stdout
    for each in ("refresh", "diff", "rollback"):
        done = vouch("index", each, "shop")
        assert (done.exit_code, "build it first" in done.stderr) == (2, True)

    built = vouch("index", "build", "shop", "--processes", "1")
    assert built.exit_code == 0
    assert "12 documents new or changed in 12 chunks, 12 of them embedded now; 0 removed" in built.stdout
    assert "what the 12 documents say; nothing to do" in vouch("index", "build", "shop").stdout
    anew = json.loads(vouch("index", "build", "shop", "--anew", "--json").stdout)
    assert (anew["name"], anew["done"]["documents"], anew["done"]["embedded"]) == ("shop", 12, 0)

    (folder / "policy" / "d1.md").unlink()
    (folder / "policy" / "d2.md").write_text("# Topic 2\n\nOther.")
    (folder / "policy" / "new.md").write_text("# New\n\nIt is new.")
    (folder / "policy" / "bad.md").write_bytes(b"\xff\xfe\x00" * 9)
    refreshed = vouch("index", "refresh", "shop")
    assert refreshed.exit_code == 0
    assert "1 removed" in refreshed.stdout
    compared = json.loads(vouch("index", "diff", "shop", "--json").stdout)
    assert compared["removed"] == ["policy/d1.md"]
    assert compared["changed"] == ["policy/d2.md"]
    assert "policy/new.md" in compared["added"]

    back = vouch("index", "rollback", "shop")
    assert "answers now, until the next `vouch index refresh shop`" in back.stdout
    told = json.loads(vouch("index", "stats", "shop", "--json").stdout)
    assert [each["live"] for each in told["versions"]] == [False, True, False]
    assert told["bytes"] > told["remembered_bytes"] > 0
    shown = vouch("index", "stats", "shop").stdout
    assert "live 000002-" in shown
    assert "12 documents, 12 chunks" in shown
    other = vouch("index", "rollback", "shop", "000009-nothing")
    assert (other.exit_code, "no version '000009-nothing'" in other.stderr) == (2, True)


def test_an_index_that_vouch_toml_keeps_elsewhere(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop()
    with (folder / "vouch.toml").open("a") as settings:
        settings.write('[index]\nengine = "exact:elsewhere"\n')
    assert "12 documents new" in vouch("index", "build", "shop").stdout
    (folder / "policy" / "d1.md").unlink()
    assert "1 removed" in vouch("index", "refresh", "shop").stdout
    assert json.loads(vouch("index", "diff", "shop", "--json").stdout)["removed"] == ["policy/d1.md"]
    (kept,) = (folder / "elsewhere").iterdir()
    told = json.loads(vouch("index", "stats", "shop", "--json").stdout)
    assert (told["place"], told["bytes"] > told["remembered_bytes"]) == (str(kept), True)
    assert str(kept) in vouch("index", "stats", "shop").stdout
    assert "000001-" in vouch("index", "rollback", "shop").stdout
    assert vouch("index", "prove", "shop", "questions.jsonl", "--k", "3").exit_code in (0, 3)


def test_long_lists_are_cut(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop()
    vouch("index", "build", "shop")
    for number in range(30):
        (folder / "policy" / f"more{number:02}.md").write_text(f"# More {number}\n\nMore.")
    vouch("index", "refresh", "shop")
    cut = vouch("index", "diff", "shop").stdout
    assert "... and 10 more; --all names them" in cut
    assert "more29" not in cut
    assert "more29" in vouch("index", "diff", "shop", "--all").stdout


def test_what_cannot_be_read_is_told(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop(settings=", source=None")
    text = (folder / "app.py").read_text().replace('"policy/*.md"', '"policy/*"')
    (folder / "app.py").write_text(text)
    for number in range(25):
        (folder / "policy" / f"bad{number:02}.pdf").write_bytes(b"no pdf")
    done = vouch("index", "build", "shop")
    assert done.exit_code == 0
    assert "skipped policy/bad00.pdf" in done.stderr
    assert "... and 5 more were skipped" in done.stderr


def test_an_app_without_knowledge_and_one_with_several(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop(tools='more.tool(name="find_more")')
    (folder / "more").mkdir()
    (folder / "more" / "one.md").write_text("# One\n\nOne more.")
    bare = vouch("index", "build", "bare")
    assert (bare.exit_code, "has no knowledge" in bare.stderr) == (2, True)
    unknown = vouch("index", "build", "shop", "--of", "nothing")
    assert "has no index 'nothing'; there are: shop, find_more" in unknown.stderr
    both = vouch("index", "build", "shop").stdout.splitlines()
    assert [line.split(":")[0] for line in both] == ["shop", "find_more"]
    for command in (["diff", "shop"], ["rollback", "shop"], ["tune", "shop"], ["prove", "shop", "questions.jsonl"]):
        several = vouch("index", *command)
        assert "name one: --of NAME; there are: shop, find_more" in several.stderr
    assert vouch("index", "stats", "shop", "--of", "find_more").stdout.startswith("find_more: ")
    alike = vouch("index", "tune", "shop", "--of", "find_more")
    assert "searched by words alone" in alike.stderr


def test_a_proof_of_what_is_found(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop()
    first = vouch("index", "prove", "shop", "questions.jsonl")
    assert (first.exit_code, first.stdout.splitlines()[0]) == (
        0,
        "ship: there is no earlier version to hold it against",
    )
    assert (folder / ".vouch/proofs/index-shop-questions/report.json").is_file()
    again = vouch("index", "prove", "shop", "questions.jsonl", "--json")
    report = json.loads(again.stdout)
    assert (report["verdict"], report["change"]["changed"], report["n"]) == ("ship", 0, 12)

    for number in range(10):
        (folder / "policy" / f"d{number}.md").write_text("# Gone\n\nNothing of it is left.")
    worse = vouch("index", "prove", "shop", "questions.jsonl", "--by", "recall", "--k", "1")
    assert worse.exit_code == 0  # with another k there is nothing to hold it against
    worse = vouch("index", "prove", "shop", "questions.jsonl", "--k", "10", "--keep", "--to", "elsewhere")
    assert (worse.exit_code, (folder / "elsewhere/index-shop-questions/baseline.json").is_file()) == (0, True)


def test_a_fall_holds_and_a_claim_must_be_proven(vouch: Vouch, shop: Callable[..., Path]) -> None:
    folder = shop(search="keyword")
    assert vouch("index", "prove", "shop", "questions.jsonl").exit_code == 0
    claimed = vouch("index", "prove", "shop", "questions.jsonl", "--claim", "0.99")
    assert (claimed.exit_code, claimed.stdout.startswith("undecided: ")) == (3, True)
    for number in range(10):
        (folder / "policy" / f"d{number}.md").write_text("# Gone\n\nNothing of it is left.")
    fell = vouch("index", "prove", "shop", "questions.jsonl")
    assert (fell.exit_code, fell.stdout.startswith("hold: ndcg@10 is worse than with 000001-")) == (1, True)
    assert "fell most: q" in fell.stdout
    assert "on 12 questions, another for 10" in fell.stdout
    wrong = vouch("index", "prove", "shop", "questions.jsonl", "--by", "luck")
    assert (wrong.exit_code, "--by 'luck'" in wrong.stderr) == (2, True)


def test_tuning_names_the_cheapest(vouch: Vouch, shop: Callable[..., Path]) -> None:
    shop()
    done = vouch("index", "tune", "shop", "--n", "8")
    assert done.exit_code == 0
    assert "8 questions from sentences of the documents" in done.stdout
    assert "Knowledge(..., engine=ExactEngine(FOLDER))" in done.stdout
    file = vouch("index", "tune", "shop", "--questions", "questions.jsonl", "--json")
    told = json.loads(file.stdout)
    assert (told["questions_from"], told["tuned"]["questions"]) == ("the file questions.jsonl", 12)
    wrong = vouch("index", "tune", "shop", "--by", "luck")
    assert (wrong.exit_code, "--by 'luck'" in wrong.stderr) == (2, True)


def test_engines_that_cannot_be_tried_are_told_and_none_may_hold(
    vouch: Vouch, shop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop()
    tried = [Candidate("missing", "", missing), Candidate("lossy", "", partial(LossyEngine, 1))]
    monkeypatch.setattr(index_tuning, "candidates", lambda chunks: tried)
    done = vouch("index", "tune", "shop", "--n", "8", "--k", "1")
    assert done.exit_code == 1
    assert "missing could not be tried: the engine needs a package; install it" in done.stdout
    assert "None of them holds the target." in done.stdout


def test_tuning_takes_what_was_asked(vouch: Vouch, shop: Callable[..., Path]) -> None:
    shop()
    for number in range(30):
        assert vouch("run", "shop", f"What does lamp kind{number} cost?").exit_code == 0
    told = json.loads(vouch("index", "tune", "shop", "--json").stdout)
    assert (told["questions_from"], told["tuned"]["questions"]) == ("the journal", 30)


def test_the_embedder_of_a_project_is_opened_by_its_house(shop: Callable[..., Path]) -> None:
    folder = shop()
    text = (folder / "app.py").read_text().replace("embedder=Words(), ", "")
    (folder / "app.py").write_text(text)

    async def found() -> list[str]:
        project = Project.find(folder)
        app = project.app("shop")
        assert app.knowledge is not None
        async with await project.house():
            return [passage.document for passage in await app.knowledge.recall("lamp kind3")]

    assert "policy/d3.md" in asyncio.run(found())
