"""People decide in the terminal: approve, edit, reject, settle, and a whole conversation with both parts played."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Vouch
from vouch.app.decide import decide
from vouch.cli.chat import chat
from vouch.project.project import Project

APP = '''
from vouch import App, Scripted, above, tool
from vouch.values.message import ToolCall

@tool(effect="write", trust="trusted", approval=above("amount", 50), confirm={confirm},
      describe="Refund {{amount}} for {{order}}.")
def refund(order: str, amount: int, broken: bool = False) -> str:
    """Refund an order."""
    if broken:
        raise ConnectionError("the line broke")
    return f"refunded {{amount}}"

@tool(trust="trusted")
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


def listed(vouch: Vouch, root: Path) -> dict[str, Any]:
    """The one write that the list shows."""
    (line,) = vouch("approve", "--in", root, "--json").stdout.splitlines()
    return json.loads(line)


def waiting(vouch: Vouch, root: Path, question: str = "70") -> str:
    done = vouch("run", root, question, "--json")
    result = json.loads(done.stdout)
    assert (done.exit_code, result["status"]) == (3, "waiting")
    return result["run"]


def test_what_waits_is_listed_and_approved(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    assert "Nothing waits for a person." in vouch("approve", "--in", root).stdout
    run = waiting(vouch, root)
    write = listed(vouch, root)
    assert (write["run"], write["tool"]) == (run, "refund")
    shown = write["digest"][:8]
    table = vouch("approve", "--in", root).stdout
    assert "Refund 70 for W1." in table
    assert f"--shown {shown}" in table
    assert "refund {" not in table
    done = vouch("approve", run, "--in", root, "--shown", shown, "--who", "ann", "--why", "a good customer")
    assert (done.exit_code, done.stdout) == (0, "So: refunded 70\n")
    again = vouch("approve", run, "--in", root)
    assert again.exit_code == 2
    assert "nothing in it waits any more" in again.output


def test_who_approves_unseen_is_told_what_waits(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = waiting(vouch, root)
    shown = listed(vouch, root)["digest"][:8]
    for more in ((), ("--call", "r"), ("--edit", '{"order": "W9", "amount": 7}')):
        done = vouch("approve", run, "--in", root, *more)
        assert (done.exit_code, done.stdout) == (2, "")
        assert 'refund {"order":"W1","amount":70,"broken":false} waits, and nobody is here to be asked' in done.stderr
        assert f"add --shown {shown} (or --yes" in done.stderr
    other = vouch("approve", run, "--in", root, "--shown", "0" * 8)
    assert (other.exit_code, "something else waits now" in other.stderr) == (2, True)
    assert "Refund 70 for W1." in vouch("approve", "--in", root).stdout
    assert vouch("approve", run, "--in", root, "--yes").stdout == "So: refunded 70\n"


def test_on_a_terminal_the_write_is_shown_and_asked_about(
    vouch: Vouch, desk: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.cli.approve.is_terminal", lambda: True)
    root = desk()
    run = waiting(vouch, root)
    for words in ("n\n", "\n", ""):
        done = vouch("approve", run, "--in", root, input=words)
        assert done.exit_code == 3
        assert "Nothing was decided." in done.stderr
    assert "Refund 70 for W1." in vouch("approve", "--in", root).stdout
    edit = ("--edit", '{"order": "W9",\n"amount": 7.50}')
    assert 'instead: {"order":"W9","amount":7.50}\n' in vouch("approve", run, "--in", root, *edit, input="n\n").stderr
    done = vouch("approve", run, "--in", root, "--json", input="y\n")
    assert 'Refund 70 for W1.\nrefund {"order":"W1","amount":70,"broken":false}\n' in done.stderr
    assert json.loads(done.stdout[done.stdout.index("{") :])["output"] == "So: refunded 70"


def test_a_write_is_edited_passed_on_and_rejected(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    edited = waiting(vouch, root)
    wrong = vouch("approve", edited, "--in", root, "--edit", "5 euros")
    assert (wrong.exit_code, "is not a JSON object" in wrong.output) == (2, True)
    shown = ("--shown", listed(vouch, root)["digest"])
    done = vouch("approve", edited, "--in", root, "--edit", '{"order": "W9", "amount": 7}', "--json", *shown)
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


def test_names_are_never_cut_and_only_an_approval_runs_out(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    runs = [waiting(vouch, root), waiting(vouch, root, "70 broken")]
    assert vouch("approve", runs[1], "--in", root, "--yes").exit_code == 3
    listed = vouch("approve", "--in", root).stdout.splitlines()
    assert {line.split()[0] for line in listed[1:] if not line.startswith(" ")} == set(runs)
    (uncertain,) = [line for line in listed if line.startswith(runs[1])]
    (approval,) = [line for line in listed if line.startswith(runs[0])]
    assert (uncertain.split()[-1], approval.split()[-1]) == ("-", approval.split()[-3])  # a day later at the same time


def test_what_was_decided_and_not_gone_on_with_is_listed_and_taken_up(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = waiting(vouch, root)

    async def decide_alone() -> None:
        async with await Project.find(root).house() as house:
            await decide(house.journal, run, "approve", who="ann")

    asyncio.run(decide_alone())
    listed = vouch("approve", "--in", root)
    assert "Nothing waits for a person." in listed.stdout
    assert "go on with: vouch run APP --resume RUN" in listed.stdout
    assert f"{run}  desk  refund: approve, by ann" in listed.stdout
    (line,) = vouch("approve", "--in", root, "--json").stdout.splitlines()
    assert (json.loads(line)["run"], json.loads(line)["why"]) == (run, "refund: approve, by ann")
    done = vouch("run", root, "--resume", run)
    assert (done.exit_code, done.stdout) == (0, "So: refunded 70\n")


def test_a_run_goes_on_with_another_version_only_where_that_is_said(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = waiting(vouch, root)
    code = root / "app.py"
    code.write_text(code.read_text().replace('"refunded {amount}"', '"gave back {amount}"'))
    os.utime(code, (1, 1))  # or else Python takes the compiled file of before
    decided = vouch("approve", run, "--in", root, "--yes")
    assert decided.exit_code == 2
    assert f"vouch run desk --resume {run} --anyway" in decided.output
    assert vouch("run", root, "--resume", run).exit_code == 2
    done = vouch("run", root, "--resume", run, "--anyway")
    assert (done.exit_code, done.stdout) == (0, "So: gave back 70\n")
    without = vouch("run", root, "70", "--anyway")
    assert (without.exit_code, "name the run: --resume RUN" in without.output) == (2, True)


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


def test_who_decides_sees_what_a_write_rests_on(vouch: Vouch, tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text('[apps]\ndesk = "app:app"\n')
    program = APP.format(confirm=False).replace('@tool(trust="trusted")\ndef status', "@tool\ndef status")
    clerk = program[program.index("def clerk") : program.index("app = App")]
    obeys = """def clerk(request):
    results = [message for message in request.messages if message.role == "tool"]
    if not results:
        return ToolCall("s", "status", '{"order": "W1"}')
    return ToolCall("r", "refund", '{"order": "W1", "amount": 5}') if len(results) == 1 else "So it is."

"""
    (tmp_path / "app.py").write_text(program.replace(clerk, obeys))
    first = vouch("run", tmp_path, "status please")
    assert "Waiting: to approve: Refund 5 for W1." in first.stdout
    table = "".join(vouch("approve", "--in", tmp_path).stdout.split())
    assert "anybodymayhavewritten:tool:status" in table
    assert 'refund{"order":"W1","amount":5}' in table
    write = listed(vouch, tmp_path)
    done = vouch("approve", write["run"], "--in", tmp_path, "--shown", write["digest"][:8])
    assert "So it is." in done.stdout
    assert "rests on text that anybody may have written: tool:status" in done.stderr
