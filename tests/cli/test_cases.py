from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.journal.journal import Journal
from vouch.proof.datasets.reading import read_dataset
from vouch.values.case import Case
from vouch.values.event import FeedbackGiven, RunFinished, RunStarted


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_table_with_columns_of_other_names(tmp_path: Path, vouch: Vouch) -> None:
    Path("faq.csv").write_text("question,answer,topic\nwhen?,now,time\n", encoding="utf-8")
    done = vouch(
        "cases", "import", "faq.csv", "--column", "input=question", "--column", "expected=answer", "--rest", "drop"
    )
    assert done.exit_code == 0, done.output
    assert "1 cases of faq.csv (read as cases) are written to cases.jsonl" in done.output
    assert read_dataset(Path("cases.jsonl")).cases == (Case("line-2", "when?", "now"),)


def test_another_tools_file_says_what_was_left_out(vouch: Vouch) -> None:
    Path("c.yaml").write_text(
        "tests:\n- vars: {a: x, b: y}\n  assert: [{type: equals, value: z}, {type: llm-rubric, value: w}]\n",
        encoding="utf-8",
    )
    done = vouch("cases", "import", "c.yaml", "--input", "b", "--to", "out.jsonl")
    assert done.exit_code == 0
    assert "llm-rubric is judged by a model" in done.output
    [case] = read_dataset(Path("out.jsonl")).cases
    assert (case.input, case.expected) == ("y", [{"check": "equals", "value": "z"}])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["faq.csv", "--column", "input"], "--column 'input': FIELD=COLUMN is wanted"),
        (["faq.csv", "--rest", "burn"], "--rest 'burn': one of refuse, setting, drop is wanted"),
        (["faq.csv", "--as", "mlflow"], "there is no import of 'mlflow'"),
        (["gone.csv"], "there is no file of cases 'gone.csv'"),
    ],
)
def test_mistakes_are_told(vouch: Vouch, options: list[str], why: str) -> None:
    Path("faq.csv").write_text("input\nx\n", encoding="utf-8")
    done = vouch("cases", "import", *options)
    assert done.exit_code == 2
    assert why in done.output


async def recorded(place: Path) -> None:
    async with await Journal.open(place) as journal:
        for run, expected in (("r1", "right"), ("r2", "")):
            await journal.append(
                run,
                0,
                RunStarted(app="parity", version="v", key=run, input=f"ask {run}"),
                RunFinished(status="answered", output="given"),
                FeedbackGiven(value=0.0, expected=expected),
            )


def test_runs_of_the_journal_are_written(tmp_path: Path, vouch: Vouch) -> None:
    Path("app.py").write_text(
        "from vouch import App, Scripted\napp = App(name='parity', models=[Scripted(['x'])])\n", encoding="utf-8"
    )
    Path("vouch.toml").write_text('[apps]\nparity = "app:app"\n', encoding="utf-8")
    (tmp_path / ".vouch").mkdir()
    asyncio.run(recorded(tmp_path / ".vouch" / "journal.db"))
    done = vouch("cases", "journal", "parity", "--to", "runs.jsonl")
    assert done.exit_code == 0, done.output
    assert "2 runs of parity are written to runs.jsonl as cases" in done.output
    assert "1 expect nothing yet" in done.output
    assert [case.expected for case in read_dataset(Path("runs.jsonl")).cases] == ["right", None]
    none = vouch("cases", "journal", "parity", "--status", "any", "--since", "2100-01-01")
    assert "0 runs of parity" in none.output
    assert "--status 'odd': one of answered" in vouch("cases", "journal", "parity", "--status", "odd").output
