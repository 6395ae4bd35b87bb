from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.cli import console

Parity = Callable[..., Path]


def test_an_answer_goes_to_standard_output_and_what_it_took_to_standard_error(vouch: Vouch, parity: Parity) -> None:
    done = vouch("run", parity(), "7")
    assert (done.exit_code, done.stdout) == (0, "odd\n")
    assert "scripted/parity · 0 USD" not in done.stderr
    assert done.stderr.startswith("scripted/parity · 1 step · ")
    assert " · run 01" in done.stderr


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("7", 0, "odd"),
        ("what?", 3, "Handed over: no model was sure enough: scripted/parity had no confidence"),
        ("13", 1, "Failed: BadRequest: not that one"),
    ],
)
def test_the_exit_code_says_how_the_run_ended(
    vouch: Vouch, parity: Parity, question: str, code: int, said: str
) -> None:
    done = vouch("run", parity(), question)
    assert (done.exit_code, done.stdout) == (code, f"{said}\n")
    whole = vouch("run", parity(), question, "--json")
    result = json.loads(whole.stdout)
    assert whole.exit_code == code
    assert result["status"] == {0: "answered", 3: "abstained", 1: "failed"}[code]
    assert result["run"].startswith("01")


def test_blocked_and_stopped_runs_are_no_answers(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    (root / "app.py").write_text(
        "from vouch import App, Budget, Scripted\n"
        "from vouch.contracts.guard import Judgement\n"
        "from vouch.values.message import ToolCall\n"
        "class Deny:\n"
        "    name = 'deny'\n"
        "    async def judge(self, text):\n"
        "        return Judgement(text != 'secret', 'it is [red]secret[/red]')\n"
        "app = App(name='parity', models=[Scripted(lambda r: ToolCall('1', 'f', '{}'))], guards=[Deny()],\n"
        "          budget=Budget(steps=2))\n"
    )
    blocked = vouch("run", root, "secret")
    assert (blocked.exit_code, blocked.stdout) == (1, "Blocked: it is [red]secret[/red]\n")
    assert blocked.stderr.startswith("no model · 0 steps · ")
    stopped = vouch("run", root, "hi")
    assert (stopped.exit_code, stopped.stdout) == (1, "Stopped: its budget of 2 steps is used up\n")


def test_an_answer_is_shown_as_it_was_given(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    text = "[bold]not[/bold] :smile: [/x] \t\x1b[1m\r " + "long " * 60 + "\n\n  and\\n so on"
    (root / "app.py").write_text(
        f"from vouch import App, Scripted\napp = App(name='parity', models=[Scripted(lambda _: {text!r})])\n"
    )
    assert vouch("run", root, "hi").stdout_bytes == f"{text}\n".encode()


def test_on_a_terminal_an_answer_cannot_steer_it(vouch: Vouch, parity: Parity, monkeypatch: pytest.MonkeyPatch) -> None:
    root = parity()
    (root / "app.py").write_text(
        "from vouch import App, Scripted\napp = App(name='parity', models=[Scripted(['a\\x1b[2Jb\\tc\\nd'])])\n"
    )
    monkeypatch.setattr(console.out, "_force_terminal", True)
    assert vouch("run", root, "hi").stdout == "a\\x1b[2Jb\tc\nd\n"


def test_a_question_comes_from_standard_input_where_none_is_given(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    assert vouch("run", root, input="  8\n").stdout == "even\n"
    assert vouch("run", root, "-", input="9").stdout == "odd\n"
    for empty in ("", " \n", "-"):
        done = vouch("run", root, input=empty)
        assert done.exit_code == 2
        assert "no question was given; write it after the app's name" in done.stderr
    assert vouch("run", root, "").exit_code == 2
    broken = vouch("run", root, input=b"\xff\xfe")
    assert broken.exit_code == 2
    assert "standard input is not UTF-8 text" in broken.stderr


def test_half_a_character_in_a_question_does_no_harm(vouch: Vouch, parity: Parity) -> None:
    assert vouch("run", parity(), "caf\udce9").exit_code == 3


def test_an_interrupted_run_goes_on(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    result = json.loads(vouch("run", root, "7", "--json").stdout)
    exported = root / "runs.jsonl"
    vouch("trace", "--in", root, result["run"], "--export", exported)
    # The same run as it stood after its first event, under another name.
    first = json.loads(exported.read_text().splitlines()[0])
    exported.write_text(json.dumps({**first, "run": "interrupted"}))
    vouch("trace", "--in", root, "--import", exported)
    done = vouch("run", root, "--resume", "interr", "--json")
    assert json.loads(done.stdout) | {"seconds": 0} == result | {"run": "interrupted", "seconds": 0}
    again = vouch("run", root, "--resume", "interrupted")
    assert (again.exit_code, again.stdout) == (0, "odd\n")
    changed = parity(version="-2")
    exported.write_text(json.dumps({**first, "run": "another"}))
    vouch("trace", "--in", root, "--import", exported)
    refused = vouch("run", changed, "--resume", "another")
    assert refused.exit_code == 2
    assert "go on with that version, ask again with this one, or" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "hi"], "no vouch.toml in"),
        (["./nowhere", "hi"], "'./nowhere' is not a folder with a vouch.toml"),
        (["parity:nothing", "hi"], "no app 'nothing' in"),
        (["nowhere:app", "hi"], "there is no folder 'nowhere'"),
        (["parity", "hi", "--data", "x.csv"], "app 'parity' takes no data; leave --data away"),
        (["parity", "--resume", "zzz"], "no run or case 'zzz' in"),
    ],
)
def test_what_the_user_got_wrong_is_one_line_and_code_2(
    vouch: Vouch, parity: Parity, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(parity().parent)
    for json_too in ([], ["--json"]):
        done = vouch("run", *arguments, *json_too)
        assert done.exit_code == 2
        assert done.stderr.startswith("vouch: error: ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""
