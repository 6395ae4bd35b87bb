from __future__ import annotations

import json
import os
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.errors import ConfigError
from vouch.project.config import read_config
from vouch.project.scaffold import FILES, scaffold
from vouch.proof.cases import read_cases


def test_a_new_project_is_at_most_six_files(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "shop"
    written = scaffold(folder, "shop")
    assert [path.relative_to(folder).as_posix() for path in written] == [
        "vouch.toml",
        "app.py",
        "prompts/shop.prompt.md",
        "prompts/examples.jsonl",
        "cases.jsonl",
        "README.md",
    ]
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(FILES) <= 6


@pytest.mark.parametrize("name", ["shop", "mail-triage_2", "2go", "x" * 64])
def test_the_name_stands_wherever_it_belongs(tmp_path: Path, name: str) -> None:
    for path in scaffold(tmp_path, name):
        text = path.read_text(encoding="utf-8")
        assert "{name}" not in text
        assert text.endswith("\n")
        assert "\r" not in text
    assert read_config(tmp_path / "vouch.toml").apps == {name: "app:app"}


def test_the_app_can_be_loaded_and_renders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    scaffold(tmp_path, "shop")
    app = runpy.run_path(str(tmp_path / "app.py"))["app"]
    assert isinstance(app, App)
    assert app.name == app.instructions.name == "shop"
    messages = app.instructions.render("I was charged twice")
    assert [message.role for message in messages] == ["system", *["user", "assistant"] * 8, "user"]
    assert messages[-1].text == "I was charged twice"
    assert Counter(shot.output for shot in app.instructions.shots) == dict.fromkeys(QUEUES, 2)


QUEUES = ("billing", "delivery", "returns", "account")


def test_cases_are_many_even_and_none_of_them_is_an_example(tmp_path: Path) -> None:
    scaffold(tmp_path, "shop")
    cases = read_cases(tmp_path / "cases.jsonl").cases
    examples = [json.loads(line) for line in (tmp_path / "prompts" / "examples.jsonl").read_text().splitlines()]
    assert Counter(case.expected for case in cases) == dict.fromkeys(QUEUES, 25)
    assert Counter(example["output"] for example in examples) == dict.fromkeys(QUEUES, 12)
    texts = [case.input for case in cases] + [example["input"] for example in examples]
    assert len({re.sub(r"\W+", " ", text).casefold().strip() for text in texts}) == len(texts)


def test_every_setting_that_is_shown_can_be_used_as_shown(tmp_path: Path) -> None:
    scaffold(tmp_path, "shop")
    file = tmp_path / "vouch.toml"
    file.write_text(re.sub(r"^#(?=[\w\[])", "", file.read_text(), flags=re.MULTILINE))
    config = read_config(file)
    assert config.providers["openai"].key_env == "OPENAI_API_KEY"
    assert str(config.prices["openai/gpt-4o-mini"].output) == "0.60"
    assert config.retry.attempts == 4


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a b", "a/b", "../a", "-a", "_a", "ä", "a.b", "a\n", "{name}", "a" * 65, "a\0", '"x"']
)
def test_a_name_that_is_not_safe_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="a project cannot be named"):
        scaffold(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty; name another, or empty it first"):
        scaffold(tmp_path, "shop")
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_an_empty_folder_may_be_there_already(tmp_path: Path) -> None:
    assert len(scaffold(tmp_path, "shop")) == len(FILES)
    with pytest.raises(ConfigError, match="is not empty"):
        scaffold(tmp_path, "shop")


def test_a_file_where_the_folder_should_be_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(ConfigError, match=r"no project can be made in .*shop.* \(File exists\); name another folder"):
        scaffold(tmp_path / "shop", "shop")
    with pytest.raises(ConfigError, match=r"\(Not a directory\)"):
        scaffold(tmp_path / "shop" / "below", "shop")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="no project can be made in"):
        scaffold(tmp_path / "shop", "shop")
