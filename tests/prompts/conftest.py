"""A folder of prompts to write into, and short ways to load one and to see what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vouch.errors import PromptError
from vouch.prompts.prompt import Prompt


class Folder:
    """The current folder, with a folder `prompts` in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, content: str | bytes) -> Prompt:
        self.write("prompts/a.prompt.md", content)
        return Prompt.file("prompts/a.prompt.md")

    def load_front(self, *lines: str, body: str = "Sort the mail.") -> Prompt:
        return self.load("\n".join(["---", "schema: 1", *lines, "---", body]))

    def wrong(self, content: str | bytes) -> str:
        return problem_of(lambda: self.load(content))

    def wrong_front(self, *lines: str, body: str = "Sort the mail.") -> str:
        return problem_of(lambda: self.load_front(*lines, body=body))


def problem_of(action: Callable[[], object]) -> str:
    """The message of the PromptError that `action` ends in; any other error, or none, fails the test."""
    with pytest.raises(PromptError) as caught:
        action()
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompts").mkdir()
    return Folder(tmp_path)
