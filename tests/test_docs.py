"""Every code block of the README and the docs runs: a page's Python blocks as one script, console blocks in a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")])
BLOCK = re.compile(r"^```(\w+)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN_ONLY = {"text", "toml", "json", "jsonl", "markdown", "yaml", "html", "mermaid"}


def blocks(page: Path) -> list[tuple[str, str, int]]:
    text = page.read_text(encoding="utf-8")
    return [(m[1] or "", m[2], text.count("\n", 0, m.start()) + 2) for m in BLOCK.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_says_its_language(page: Path) -> None:
    assert {language for language, _, _ in blocks(page)} <= SHOWN_ONLY | {"python", "console"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_run(page: Path, tmp_path: Path) -> None:
    script: list[str] = []
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for language, code, line in blocks(page):
        if language == "python":
            # Blank lines keep the page's own line numbers in a traceback.
            script.append("\n" * max(0, line - 1 - "\n".join(script).count("\n") - bool(script)) + code)
        if language == "console":
            commands = [text[2:] for text in code.splitlines() if text.startswith("$ ")]
            assert commands, f"{page.name}:{line}: a console block without a line that begins with '$ '"
            for command in commands:
                done = subprocess.run(  # noqa: PLW1510
                    ["/bin/sh", "-c", command],
                    cwd=tmp_path,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
                assert done.returncode in allowed(command), f"{page.name}: {command}\n{done.stdout}\n{done.stderr}"
    if script:
        # No page may stand in for a module of its name.
        file = tmp_path / f"page_{page.stem}.py"
        file.write_text("\n".join(script), encoding="utf-8")
        done = subprocess.run(  # noqa: PLW1510
            [sys.executable, "-W", "error", str(file)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{page}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def allowed(command: str) -> set[int]:
    """`vouch prove` may hold a version back or be undecided; a command that ends in `# exits N` exits with N."""
    if found := re.search(r"# exits (\d+)$", command):
        return {int(found[1])}
    return {0}
