from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import typer

from vouch.cli import console
from vouch.cli.progress import progress_bar
from vouch.errors import ConfigError, StoreFull
from vouch.values.message import user


def code_of(work: Callable[[], Awaitable[int]]) -> int:
    run: Any = console.command(work)  # type: ignore[arg-type]
    with pytest.raises(typer.Exit) as ended:
        run()
    return ended.value.exit_code


def ending(error: BaseException) -> Callable[[], Awaitable[int]]:
    async def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigError("a setting is wrong"), 2, "vouch: error: a setting is wrong\n"),
        (StoreFull("no space left"), 2, "vouch: the journal: no space left\n"),
        (PermissionError(13, "Permission denied", "a.csv"), 2, "vouch: error: [Errno 13] Permission denied: 'a.csv'\n"),
        (
            KeyboardInterrupt(),
            130,
            "vouch: interrupted; what was done is recorded, the same command goes on from there\n",
        ),
    ],
)
def test_an_error_is_one_line_on_standard_error_and_a_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(ending(error)) == code
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize("error", [BrokenPipeError(), ZeroDivisionError()])
def test_a_closed_pipe_and_a_mistake_of_our_own_are_passed_on(error: Exception) -> None:
    run: Any = console.command(ending(error))  # type: ignore[arg-type]
    with pytest.raises(type(error)):
        run()


def test_the_number_is_the_code() -> None:
    async def work() -> int:
        return console.UNDECIDED

    assert code_of(work) == 3


def test_json_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_json(user("two\nlines \u2028 é"))
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert json.loads(shown)["parts"][0]["text"] == "two\nlines \u2028 é"


def test_what_would_steer_a_terminal_is_shown_as_escapes() -> None:
    assert console.escaped("a\tb\nc\x1b[2J\r\x07\x9b\x7f\ud800é漢\u200d") == (
        "a\tb\nc\\x1b[2J\\r\\x07\\x9b\\x7f\\ud800é漢\\u200d"
    )


@pytest.mark.parametrize("sign", [*"\u200b\u200f\u202a\u202e\u2066\u2069\ufeff\u2028\u061c\u2060", "\U000e0041"])
def test_so_is_what_is_not_seen_or_turns_the_text_around_it(sign: str) -> None:
    assert console.escaped(f"005{sign}Ann") == f"005{ascii(sign)[1:-1]}Ann"


def test_a_name_is_no_markup_in_a_bar_of_progress() -> None:
    with progress_bar() as bar:
        bar.add_task("[/bold] · [red]", total=3)
        assert "[/bold] · [red]" in str(bar.make_tasks_table(bar.tasks).columns[0]._cells[0])
