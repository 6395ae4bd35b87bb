"""People decide in the terminal: approve, edit, reject, settle, and a whole conversation with both parts played."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.cli.chat import chat
from vouch.project.project import Project

APP = '''
from vouch import App, Scripted, above, tool
from vouch.values.message import ToolCall

@tool(effect="write", approval=above("amount", 50), confirm={confirm}, describe="Refund {{amount}} for {{order}}.")
def refund(order: str, amount: int, broken: bool = False) -> str:
    """Refund an order."""
    if broken:
        raise ConnectionError("the line broke")
    return f"refunded {{amount}}"

@tool
def status(order: str) -> str:
    """The status of an order."""
    return f"{{order}} is on its way"

def clerk(request):
    last = request.messages[-1]
    if last.role == "tool":
        return f"So: {{last.text}}"
    words = last.text.split()
    if words[0] == "status":
        return ToolCall("s", "status", '{{"order": "W1"}}')
    if not words[0].isdigit():
        return "Hello!"
    broken = "true" if words[-1] == "broken" else "false"
    return ToolCall("r", "refund", f'{{{{"order": "W1", "amount": {{words[0]}}, "broken": {{broken}}}}}}')

app = App(name="desk", models=[Scripted(clerk)], prompt="Serve.", tools=[refund, status])
'''


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Path]:
    def make(*, confirm: bool = False) -> Path:
        (tmp_path / "vouch.toml").write_text('[apps]\ndesk = "app:app"\n')
        (tmp_path / "app.py").write_text(APP.format(confirm=confirm))
        return tmp_path

    return make


def waiting(vouch: Vouch, root: Path, question: str = "70") -> str:
    done = vouch("run", root, question, "--json")
    result = json.loads(done.stdout)
    assert (done.exit_code, result["status"]) == (3, "waiting")
    return result["run"]


def test_what_waits_is_listed_and_approved(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    assert "Nothing waits for a person." in vouch("approve", "--in", root).stdout
    run = waiting(vouch, root)
    listed = vouch("approve", "--in", root).stdout
    assert "Refund 70 for W1." in listed
    (line,) = vouch("approve", "--in", root, "--json").stdout.splitlines()
    assert (json.loads(line)["run"], json.loads(line)["tool"]) == (run, "refund")
    done = vouch("approve", run, "--in", root, "--who", "ann", "--why", "a good customer")
    assert (done.exit_code, done.stdout) == (0, "So: refunded 70\n")
    again = vouch("approve", run, "--in", root)
    assert again.exit_code == 2
    assert "nothing in it waits any more" in again.output


def test_a_write_is_edited_passed_on_and_rejected(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    edited = waiting(vouch, root)
    wrong = vouch("approve", edited, "--in", root, "--edit", "5 euros")
    assert (wrong.exit_code, "is not a JSON object" in wrong.output) == (2, True)
    done = vouch("approve", edited, "--in", root, "--edit", '{"order": "W9", "amount": 7}', "--json")
    assert json.loads(done.stdout)["output"] == "So: refunded 7"
    passed_on = waiting(vouch, root, "80")
    assert vouch("approve", passed_on, "--in", root, "--escalate").exit_code == 3
    rejected = vouch("reject", passed_on, "--in", root, "--why", "too much")
    assert rejected.exit_code == 0
    assert "it was not approved. too much" in rejected.stdout


def test_a_write_of_unknown_outcome_is_settled(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = waiting(vouch, root, "5 broken")
    assert "find out: was refund" in vouch("approve", "--in", root).stdout
    done = vouch("settle", run, "--in", root, "--made", "--result", "refund R-7")
    assert (done.exit_code, done.stdout) == (0, "So: refund R-7\n")


async def test_a_conversation_shows_what_happens_and_asks_whoever_sits_there(
    desk: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.find(desk(confirm=True))
    words = iter(["hi", "status", "70", "yes", "y", "80", "yes", "n", ""])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(words))
    async with await project.house() as house:
        assert await chat(project.app(), house) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("desk> ")]
    assert said[:2] == ["desk> Hello!", "desk> So: W1 is on its way"]
    assert said[2] == "desk> Refund 70 for W1. Is that right? Please answer yes or no."
    assert said[3] == "desk> So: refunded 70"
    assert said[-1].startswith("desk> So: This was not done: it was not approved.")


async def test_a_conversation_ends_with_its_input(
    desk: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.find(desk())
    words = iter(["5 broken"])

    def given(_prompt: str) -> str:
        for word in words:
            return word
        raise EOFError

    monkeypatch.setattr("builtins.input", given)
    async with await project.house() as house:
        assert await chat(project.app(), house) == 0
        (row,) = await house.journal.runs()
    assert row.status == "waiting"
    assert "desk> to find out whether refund was made" in capsys.readouterr().out
