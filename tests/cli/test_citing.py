"""Where the sentences of an answer stand, as `vouch run` and `vouch trace` show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.cli.citing import lines_of
from vouch.values.citation import Citation

APP = """
from vouch import App, Prompt, Scripted
from vouch.knowledge.knowledge import Knowledge

inputs = {"passages": {"type": "array", "items": {"type": "object"}}}
prompt = Prompt.text("Know: {{ passages }}", inputs=inputs)
said = "Returns are free within 30 days [1]. We sell elephants in Paris [1]."
known = Knowledge("*.md", embedder=None)
app = App(name="shop", models=[Scripted(lambda request: said)], prompt=prompt, knowledge=known)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\nshop = "app:app"\n')
    (tmp_path / "returns.md").write_text("Returns are free within 30 days. Shoes must be unworn.")
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def test_an_answer_is_followed_by_the_places_where_it_stands(vouch: Vouch, shop: Path) -> None:
    done = vouch("run", shop, "Are returns free?")
    assert done.stdout == "Returns are free within 30 days [1]. We sell elephants in Paris [1].\n"
    first, second = [line for line in done.stderr.splitlines() if " <- " in line]
    assert first.startswith("  Returns are free within 30 days [1]. <- returns.md (")
    assert first.endswith(") 0-31")
    assert second.startswith("  We sell elephants in Paris [1]. <- nothing that was found, wrongly marked")

    run = json.loads(vouch("run", shop, "Are returns free?", "--json").stdout)["run"]
    shown = vouch("trace", "--in", shop, run).stdout
    assert "Returns are free within 30 days [1]. <- returns.md (" in shown
    assert "supported: 1" in shown
    assert '"sentence"' not in shown


def test_a_sentence_is_one_line_whatever_it_holds() -> None:
    said = Citation(f"Line one.\nline \x1b[31mtwo {'x' * 99}", "a.md", "", 3, 9)
    (line,) = lines_of([said])
    assert line == f"Line one. line \\x1b[31mtwo {'x' * 56}… <- a.md 3-9"


def test_what_an_imported_run_says_need_be_no_citation(vouch: Vouch, shop: Path, tmp_path: Path) -> None:
    run = json.loads(vouch("run", shop, "Are returns free?", "--json").stdout)["run"]
    file = tmp_path / "runs.jsonl"
    vouch("trace", "--in", shop, run, "--export", file)
    events = [json.loads(line) for line in file.read_text().splitlines()]
    text = json.dumps(events).replace(run, run[:-1] + ("0" if run[-1] != "0" else "1"))
    for event in (changed := json.loads(text)):
        if event.get("body", {}).get("kind") == "answer.cited":
            event["body"]["citations"] = "[nothing of the kind"
    file.write_text("\n".join(json.dumps(event) for event in changed))
    assert vouch("trace", "--in", shop, "--import", file).exit_code == 0
    other = next(event["run"] for event in changed if "run" in event)
    assert "citations: [nothing of the kind" in vouch("trace", "--in", shop, other).stdout
