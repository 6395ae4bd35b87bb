from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from cli.conftest import Vouch


def test_a_project_is_made_and_what_to_type_next_is_said(
    vouch: Vouch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = vouch("new", "shop")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:3] == ["Made shop:", "  vouch.toml", "  app.py"]
    assert done.stdout.endswith('Next:  vouch run shop "I was charged twice"   and   vouch prove shop\n')
    assert (tmp_path / "shop" / "app.py").is_file()


def test_a_folder_of_any_name_can_be_named(vouch: Vouch, tmp_path: Path) -> None:
    place = tmp_path / "my [bold] :smile: projects"
    done = vouch("new", "shop", "--in", place)
    assert done.stdout.startswith(f"Made {place / 'shop'}:\n")
    assert f"vouch prove {shlex.quote(str(place / 'shop'))}\n" in done.stdout


def test_the_files_are_shown_as_json(vouch: Vouch, tmp_path: Path) -> None:
    done = vouch("new", "shop", "--in", tmp_path, "--json")
    files = json.loads(done.stdout)
    assert [Path(file).relative_to(tmp_path).as_posix() for file in files][:2] == ["shop/vouch.toml", "shop/app.py"]
    assert len(files) == 6
    assert all(Path(file).is_file() for file in files)


@pytest.mark.parametrize(
    ("name", "said"),
    [("a b", "a project cannot be named 'a b'"), ("../x", "a project cannot be named"), ("full", "is not empty")],
)
def test_what_cannot_be_made_is_one_line_and_code_2(vouch: Vouch, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    done = vouch("new", name, "--in", tmp_path)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
