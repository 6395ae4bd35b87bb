from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import PARITY, Vouch


def test_in_a_job_of_github_what_broke_is_annotated_and_the_summary_appended(
    tmp_path: Path, vouch: Vouch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vouch.toml").write_text('[apps]\nparity = "app:app"\n')
    (tmp_path / "cases.jsonl").write_text(
        "".join(f'{{"input": "{n}", "expected": "{"odd" if n % 2 else "even"}"}}\n' for n in range(20) if n != 13)
    )

    def version(number: int, *wrong: str) -> None:
        (tmp_path / "app.py").write_text(PARITY.format(wrong=wrong, version=number, claim=None))

    version(1)
    assert vouch("prove", tmp_path).exit_code == 0
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    version(2, "1", "3", "5", "7", "9", "11", "15")
    held = vouch("prove", tmp_path, "--json")
    assert held.exit_code == 1
    assert held.stdout.startswith("{")
    commands = held.stderr.splitlines()
    assert commands[0].startswith("::error title=hold%3A parity · cases::")
    assert commands[1].startswith("::error title=parity broke line-2::'even' is not 'odd'%0Ainput: 1%0A")
    assert len(commands) == 8
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## ❌ Hold: parity · cases")
    assert "<summary>Broke: 7</summary>" in summary
