"""Keys are made, listed, rotated and revoked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Vouch


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text("")
    return tmp_path


def test_a_key_lives_from_making_to_revoking(vouch: Vouch, root: Path) -> None:
    empty = vouch("keys", "list", "--in", root)
    assert (empty.exit_code, "There is no key yet" in empty.stdout) == (0, True)
    terms = ["--name", "web", "--models", "up/*", "--budget", "12.50", "--requests", "60", "--tokens", "900"]
    made = vouch("keys", "make", "--in", root, *terms, "--expires", "30d", "--tag", "beta")
    assert made.exit_code == 0
    assert made.stdout.startswith("vk-")
    listed = vouch("keys", "list", "--in", root, "--json")
    (key,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert key["terms"]["budget"] == "12.50"
    assert key["spent"] == {}
    assert made.stdout.strip() not in listed.stdout
    assert "up/*" in vouch("keys", "list", "--in", root).stdout
    rotated = json.loads(vouch("keys", "rotate", key["id"], "--grace", "90m", "--in", root, "--json").stdout)
    assert rotated["key"].startswith("vk-")
    revoked = vouch("keys", "revoke", rotated["id"], "--in", root)
    assert (revoked.exit_code, "opens nothing any more" in revoked.stdout) == (0, True)
    assert json.loads(vouch("keys", "revoke", key["id"], "--in", root, "--json").stdout)["revoked"] > 0
    assert "ended" in vouch("keys", "list", "--in", root).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["make", "--budget", "much"], "is no amount"),
        (["make", "--budget", "-1"], "is no amount"),
        (["make", "--budget", "NaN"], "is no amount"),
        (["make", "--period", "year"], "write day, month or total"),
        (["make", "--expires", "soon"], "is no length of time"),
        (["rotate", "nobody"], "no key is called 'nobody'"),
        (["revoke", "nobody"], "no key is called 'nobody'"),
    ],
)
def test_what_is_typed_wrongly_is_said(vouch: Vouch, root: Path, arguments: list[str], said: str) -> None:
    done = vouch("keys", *arguments, "--in", root)
    assert (done.exit_code, said in done.stderr) == (2, True)
