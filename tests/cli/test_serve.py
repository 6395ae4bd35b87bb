"""`vouch serve` in a process of its own: it listens, says where, answers, and ends when it is told to."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch


def begin(root: Path, *arguments: str) -> tuple[subprocess.Popen[str], str, list[str]]:
    """The process, its address, and what it said before it listened."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vouch", "serve", "--in", str(root), "--port", "0", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    said: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"serves (http://\S+)/v1", line):
            return process, found[1], said
        said.append(line)
    raise AssertionError("".join(said))


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    assert process.stderr is not None
    process.stderr.read()
    code = process.wait(20)
    process.stderr.close()
    return code


def ask(address: str, model: str, text: str = "4") -> tuple[int, str]:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]}).encode()
    request = urllib.request.Request(f"{address}/v1/chat/completions", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)["choices"][0]["message"]["content"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)["error"]["code"]


def test_it_serves_an_app_until_it_is_told_to_end(parity: Callable[..., Path]) -> None:
    process, address, said = begin(parity())
    assert said == []
    assert ask(address, "app/parity") == (200, "even")
    assert end(process) == 0


def test_an_app_without_a_valid_certificate_is_not_served(vouch: Vouch, parity: Callable[..., Path]) -> None:
    root = parity()
    settings = root / "vouch.toml"
    demanded = '\n[serve]\ncertificate = "required"\n'
    settings.write_text(settings.read_text() + demanded)
    process, address, said = begin(root)
    assert "has no certificate" in "".join(said)
    assert ask(address, "app/parity") == (503, "app_withheld")
    assert end(process, signal.SIGINT) == 0
    assert vouch("prove", root).exit_code == 0
    assert vouch("certify", root, "--to", root / "certificate.json").exit_code == 0
    settings.write_text(settings.read_text() + '[serve.certificates]\nparity = "certificate.json"\n')
    process, address, said = begin(root)
    assert said == []
    assert ask(address, "app/parity") == (200, "even")
    assert end(process) == 0
    certificate = root / "certificate.json"
    certificate.write_text(certificate.read_text().replace("0.9", "0.999"))
    process, address, said = begin(root)
    assert "does not hold" in "".join(said)
    assert ask(address, "app/parity") == (503, "app_withheld")
    assert end(process) == 0


def test_elsewhere_it_demands_a_key_and_says_how_to_make_one(vouch: Vouch, tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("")
    refused = vouch("serve", "--in", tmp_path, "--host", "0.0.0.0")
    assert (refused.exit_code, "vouch keys make" in refused.stderr) == (2, True)


def test_a_port_that_is_taken_is_said(vouch: Vouch, tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("")
    process, address, _ = begin(tmp_path)
    refused = vouch("serve", "--in", tmp_path, "--port", address.rsplit(":", 1)[1])
    assert (refused.exit_code, "cannot listen on" in refused.stderr) == (2, True)
    assert end(process) == 0


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none(vouch: Vouch, tmp_path: Path, port: str) -> None:
    (tmp_path / "vouch.toml").write_text("")
    assert vouch("serve", "--in", tmp_path, "--port", port).exit_code == 2
