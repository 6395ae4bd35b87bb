from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cli.conftest import Vouch

Parity = Callable[..., Path]


def test_a_proof_stands_beside_an_earlier_report(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    assert vouch("prove", root).exit_code == 0
    folder = root / ".vouch" / "proofs" / "parity-cases"
    before = json.loads((folder / "report.json").read_text())
    assert "diff.html" not in (folder / "report.html").read_text()
    parity(wrong=["21", "23"], version="-2")
    # The report that this proof replaces is read before it is replaced.
    done = vouch("prove", root, "--diff", folder / "report.json", "--no-keep")
    assert f"  Side by side: {folder / 'diff.html'}" in done.stdout.splitlines()
    page = (folder / "diff.html").read_text()
    assert "Of 60 cases that both saw, 2 cases broke and 0 cases were mended." in page
    assert page.count("<code>c-2") == 2
    assert '<a href="diff.html">Side by side with an earlier proof</a>' in (folder / "report.html").read_text()
    # The same from the journal: by the run.
    assert vouch("prove", root, "--diff", before["proof_run"], "--json", "--to", root / "out").exit_code == 3
    assert (root / "out" / "diff.html").read_text() == page
    # A page of an earlier comparison is not left beside a report that it is not about.
    vouch("prove", root)
    assert not (folder / "diff.html").exists()


def test_mistakes_are_told(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    done = vouch("prove", root, "--diff", "nothing")
    assert (done.exit_code, "'nothing' is neither a report.json nor a recorded proof" in done.stderr) == (2, True)
    done = vouch("prove", root, "--diff", "x", "--judge", "y")
    assert (done.exit_code, "--diff and --judge do not go together" in done.stderr) == (2, True)
    done = vouch("prove", root, "--claim", "0.9")
    assert (done.exit_code, "--claim and --method are said of a judge" in done.stderr) == (2, True)
    app = (root / "app.py").read_text()
    (root / "app.py").write_text(app.replace("proofs=[", 'proofs=[Proof("cases.jsonl", scorers.label(), name="two"), '))
    done = vouch("prove", root, "--diff", "x")
    assert (done.exit_code, "name one: --proof NAME" in done.stderr) == (2, True)
