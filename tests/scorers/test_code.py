"""What Python code prints, and whether a check passes after it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.code import run_python

from .given import scored

CODE = scorers.code(seconds=20)
ADD = "```python\ndef add(a, b):\n    return a + b\n```"


async def test_what_is_printed_is_compared() -> None:
    assert (await scored(CODE, "3\n4", "Here it is:\n```python\nprint(3)\nprint('4 ')\n```")).right
    other = await scored(CODE, "3", "print(4)")
    assert (other.value, other.why) == (0.0, "printed '4\\n', not '3'")


async def test_a_check_runs_after_the_code() -> None:
    assert (await scored(CODE, {"check": "assert add(1, 2) == 3"}, ADD)).right
    failed = await scored(CODE, {"check": "assert add(1, 2) == 4, 'too little'"}, ADD)
    assert (failed.value, failed.why) == (0.0, "failed: 'AssertionError: too little'")


@pytest.mark.parametrize("early", ["raise SystemExit(0)", "import os; os._exit(0)"])
async def test_code_that_ends_early_does_not_pass_a_check(early: str) -> None:
    score = await scored(CODE, {"check": "assert False"}, f"print('all is well')\n{early}")
    assert (score.value, score.why) == (0.0, "the code ended before the check")


async def test_code_that_never_ends_is_ended_with_its_children() -> None:
    program = "import subprocess\nsubprocess.Popen(['sleep', '60'])\nwhile True: pass"
    score = await scored(scorers.code(seconds=1), "x", program)
    assert (score.value, score.why) == (0.0, "took longer than 1 s")


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("x = 'a' * (10 ** 10)", "MemoryError"),
        ("print('x' * 10 ** 6)", "wrote more than 1,000,000 bytes"),
        ("while True: print('x' * 10_000)", "File too large"),
        ("open('big', 'wb').write(b'x' * 10 ** 8)", "File too large"),
        ("def broken(:", "SyntaxError"),
        ("print('\ud800')", "no text"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "exit status -9"),
    ],
)
async def test_what_breaks_or_takes_too_much_is_told(program: str, problem: str) -> None:
    ran = await run_python(program, seconds=20, megabytes=256)
    assert problem in ran.problem


async def test_code_sees_neither_this_environment_nor_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "abc")
    ran = await run_python("import os\nprint(os.environ.get('SECRET_KEY'), os.listdir())", seconds=20, megabytes=256)
    assert ran.output == "None ['answer.py']\n"
    assert os.environ["SECRET_KEY"] == "abc"


@pytest.mark.parametrize("expected", [None, 7, {}, {"check": ""}, {"check": 7}])
async def test_without_an_output_or_a_check_there_is_no_judgement(expected: object) -> None:
    assert (await scored(CODE, expected, "print(1)")).unscored


async def test_a_run_without_an_answer_is_not_right() -> None:
    assert (await scored(CODE, "1", "print(1)", status="failed")).value == 0.0


def test_limits() -> None:
    assert CODE.name == "code(seconds=20, megabytes=512)"
    wrong: list[dict[str, Any]] = [{"seconds": 0}, {"megabytes": 0}, {"seconds": float("nan")}]
    for settings in wrong:
        with pytest.raises(AppError, match="positive numbers are wanted"):
            scorers.code(**settings)
