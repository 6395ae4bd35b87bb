"""A certificate is issued, signed, verified, and refused where something has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cli.conftest import Vouch


def test_a_certificate_is_issued_signed_and_verified(vouch: Vouch, parity: Callable[..., Path], tmp_path: Path) -> None:
    key, file = tmp_path / "key.pem", tmp_path / "certificate.json"
    made = json.loads(vouch("certify", "--new-key", key, "--json").stdout)
    assert made["key"] == str(key)
    root = parity()
    early = vouch("certify", root)
    assert (early.exit_code, "make it first: vouch prove" in early.output) == (2, True)
    assert vouch("prove", root).exit_code == 0
    issued = vouch("certify", root, "--key", key, "--to", file)
    assert (issued.exit_code, f"signed by {made['public']}" in " ".join(issued.stdout.split())) == (0, True)
    held = vouch("certify", root, "--verify", file, "--trust", made["public"])
    assert held.exit_code == 0
    assert held.stdout.startswith("Holds: at least 0.9 of the answers are right, as judged by label")
    assert "60 right of 60" in held.stdout
    assert "not hand-picked" in held.stdout
    file.write_text(file.read_text().replace("0.9", "0.99"))
    forged = vouch("certify", "--verify", file, "--json")
    assert (forged.exit_code, json.loads(forged.stdout)["holds"]) == (1, False)


def test_a_certificate_is_of_one_version_alone(vouch: Vouch, parity: Callable[..., Path], tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    assert vouch("prove", parity()).exit_code == 0
    unsigned = vouch("certify", parity(), "--to", file, "--json")
    assert (unsigned.exit_code, "signature" in json.loads(unsigned.stdout)) == (0, False)
    assert "signed by nobody" in vouch("certify", parity(), "--to", file).stdout
    other = vouch("certify", parity(version="-2"), "--verify", file)
    assert (other.exit_code, "NO" in other.stdout) == (1, True)


def test_what_is_missing_is_asked_for(vouch: Vouch, parity: Callable[..., Path]) -> None:
    assert "name an app to certify" in vouch("certify").output
    assert "name one of its proofs with --proof; there are: cases" in vouch("certify", parity(), "--proof", "x").output
    assert vouch("prove", parity(claim=None)).exit_code == 0
    nothing = vouch("certify", parity(claim=None))
    assert (nothing.exit_code, "proves no claim" in nothing.output) == (2, True)
