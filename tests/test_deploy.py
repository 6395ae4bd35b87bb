"""Tests of what stands under deploy/: that it names what there is, and gives away nothing that it need not."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from pathlib import Path

import yaml
from typer.main import get_command

from vouch.cli.main import program

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def options_of_serve(words: list[str]) -> None:
    """`vouch` takes these words as they are."""
    context = get_command(program(["serve"])).commands["serve"].make_context("serve", words[words.index("serve") + 1 :])  # type: ignore[attr-defined]
    assert context.params["folder"]


def test_the_image_runs_as_nobody_and_is_told_to_end_gracefully() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    stages = re.split(r"(?m)^FROM ", text)[1:]
    assert len(stages) == 2
    last = stages[-1]
    assert re.search(r"(?m)^USER 10001$", last)
    assert last.index("USER 10001") < last.index("ENTRYPOINT")
    assert "STOPSIGNAL SIGTERM" in last
    words = re.search(r"(?m)^CMD (\[\"serve.*)$", last)
    assert words is not None
    options_of_serve(json.loads(words[1]))
    for copied in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", text):
        assert all((ROOT / name).exists() for name in copied.split())
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert ignored[0] == "*", "nothing goes into the build that is not named"


def test_compose_gives_it_no_rights_that_it_does_not_need() -> None:
    (service,) = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values()
    options_of_serve(service["command"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_unit_of_systemd() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "vouch.service")
    service = unit["Service"]
    options_of_serve(shlex.split(service["ExecStart"]))
    assert "-HUP" in service["ExecReload"]
    assert service["User"] == "vouch"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ReadWritePaths"] in service["ExecStart"]
