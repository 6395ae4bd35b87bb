from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch

DESK = '''
from vouch import App, Scripted, tool
from vouch.tools.approvals import never
from vouch.values.message import ToolCall

@tool(trust="trusted")
def paid(order: str) -> int:
    """What was paid."""
    return 30

@tool(effect="write", trust="trusted", approval=never)
def refund(amount: int) -> str:
    """Give money back."""
    with open({ledger!r}, "a") as file:
        file.write(f"{{amount}}\\n")
    return "refunded"

def line(request):
    results = [message.text for message in request.messages if message.role == "tool"]
    if not results:
        return ToolCall("call-1", "paid", '{{"order": "1"}}')
    if len(results) == 1 and results[0].isdigit():
        return ToolCall("call-2", "refund", '{{"amount": %s}}' % results[0])
    return f"{{request.messages[0].text}} {{results[-1]}}"

app = App(name="desk", prompt="{prompt}", models=[Scripted(line)], tools=[paid, refund])
other = App(name="other", prompt="Otherwise:", models=[Scripted(line)], tools=[paid, refund])
'''


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Path]:
    def make(prompt: str = "Done:") -> Path:
        (tmp_path / "vouch.toml").write_text('[apps]\ndesk = "app:app"\nother = "app:other"\n')
        (tmp_path / "app.py").write_text(DESK.format(ledger=str(tmp_path / "ledger"), prompt=prompt))
        return tmp_path

    return make


def ended(vouch: Vouch, root: Path) -> str:
    return json.loads(vouch("run", f"{root}:desk", "Refund order 1", "--json").stdout)["run"]


def test_a_run_is_forked_with_another_result_and_compared(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = ended(vouch, root)
    shown = vouch("trace", "--in", root, run).stdout.splitlines()
    (at,) = [int(line.split()[0]) for line in shown if line.endswith("tool.read")]
    done = vouch("trace", "--in", root, run[:24], "--fork", str(at), "--result", "20")
    assert (done.exit_code, done.stderr) == (0, "")
    told = {" ".join(line.split()[:2]): line for line in done.stdout.splitlines()}
    assert "30" in told["only here"]
    assert '{"amount":20}' in told["only here"]
    assert told["parts at"].split() == ["parts", "at", str(at), "tool.read", str(at), "tool.read"]
    assert (root / "ledger").read_text() == "30\n"
    quoted = json.loads(vouch("trace", "--in", root, run, "--fork", str(at), "--result", "20", "--json").stdout)
    assert (quoted["first"]["run"], quoted["second"]["output"]) == (run, "Done: This was done.")
    assert vouch("trace", "--in", root, run, quoted["second"]["run"], "--compare").exit_code == 0
    again = vouch("trace", "--in", root, run, run, "--compare")
    assert "Both took the same course." in again.stderr


def test_a_fork_goes_on_with_the_app_as_it_is_now_or_with_another(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = ended(vouch, root)
    desk("Mended:")
    mended = json.loads(vouch("trace", "--in", root, run, "--fork", "1", "--json").stdout)
    assert mended["second"]["output"] == "Mended: refunded"
    other = json.loads(vouch("trace", "--in", root, run, "--fork", "1", "--app", "other", "--json").stdout)
    assert other["second"]["output"] == "Otherwise: refunded"
    said = vouch("trace", "--in", root, run, "--fork", "4", "--answer", "No.", "--json")
    assert json.loads(said.stdout)["second"]["output"] == "No."
    asked = vouch("trace", "--in", root, run, "--fork", "0", "--input", "Please", "--json")
    assert json.loads(asked.stdout)["first_event"]["seq"] == 0
    assert (root / "ledger").read_text() == "30\n"


def test_what_cannot_be_forked_or_compared_is_one_line_and_code_2(vouch: Vouch, desk: Callable[..., Path]) -> None:
    root = desk()
    run = ended(vouch, root)
    for arguments, why in (
        (["--fork", "3"], "--fork forks one run, and 0 were given"),
        ([run, "--fork", "99"], "cannot be forked at 99"),
        ([run, "--fork", "1", "--input", "a", "--answer", "b"], "give one of --input, --result and --answer"),
        ([run, "--compare"], "--compare compares two runs, and 1 were given"),
        ([run, "--fork", "1", "--app", "nobody"], "no app 'nobody' in"),
    ):
        done = vouch("trace", "--in", root, *arguments)
        assert done.exit_code == 2
        assert why in done.stderr
        assert done.stderr.count("\n") == 1
