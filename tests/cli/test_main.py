from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.cli.main import COMMANDS


def shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from vouch.cli.main import main; main()", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_is_shown(vouch: Vouch) -> None:
    for arguments in (["--version"], ["--version", "run"]):
        done = vouch(*arguments)
        assert (done.exit_code, done.stdout) == (0, f"vouch {metadata.version('vouch-llm')}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_every_command_and_loads_none(vouch: Vouch, option: str) -> None:
    done = vouch(option)
    assert done.exit_code == 0
    for name, line in COMMANDS.items():
        assert f"{name} " in done.stdout
        assert line.rstrip(".")[:40] in done.stdout
    assert "vouch prove shop          prove it: exit 0 ship, 1 hold, 2 error, 3 undecided\n" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_that_it_understands(vouch: Vouch, name: str) -> None:
    done = vouch(name, "--help")
    assert done.exit_code == 0
    assert COMMANDS[name].rstrip(".").split(":")[0].split(",")[0] in done.stdout
    examples = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith(f"vouch {name}")]
    assert examples
    assert "Examples:\n" in done.stdout


def test_without_a_word_the_help_is_shown(vouch: Vouch) -> None:
    done = vouch()
    assert "Usage: vouch" in done.output
    assert done.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["prove"], "Missing argument"),
        (["run"], "Missing argument"),
        (["prove", "shop", "--concurrency", "0"], "Invalid value for '--concurrency'"),
        (["prove", "shop", "--concurrency", "many"], "Invalid value for '--concurrency'"),
        (["trace", "--limit", "0"], "Invalid value for '--limit'"),
        (["run", "shop", "hi", "--nonsense"], "No such option: --nonsense"),
    ],
)
def test_what_is_typed_wrongly_is_a_line_and_code_2(vouch: Vouch, arguments: list[str], said: str) -> None:
    done = vouch(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_completion_scripts_are_made_and_know_the_commands_and_options() -> None:
    script = shell(_VOUCH_COMPLETE="source_bash")
    assert script.returncode == 0
    assert "complete -o default -F _vouch_completion vouch" in script.stdout
    commands = shell(_VOUCH_COMPLETE="complete_bash", COMP_WORDS="vouch ", COMP_CWORD="1")
    assert commands.stdout.split() == list(COMMANDS)
    options = shell(_VOUCH_COMPLETE="complete_bash", COMP_WORDS="vouch prove --", COMP_CWORD="2")
    assert {"--fresh", "--json", "--concurrency", "--keep", "--no-keep"} <= set(options.stdout.split())


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_the_completion_of_every_shell_can_be_shown(vouch: Vouch, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: (kind, f"/bin/{kind}"))
    done = vouch("--show-completion")
    assert done.exit_code == 0
    assert "_VOUCH_COMPLETE=complete_" + kind in done.stdout


def test_the_help_of_the_program_loads_neither_numpy_nor_the_database() -> None:
    code = (
        "import sys\nfrom vouch.cli.main import main\nsys.argv = ['vouch', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code)\n"
        "print([name for name in ('numpy', 'scipy', 'sqlalchemy', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]


def test_ctrl_c_while_a_command_is_loaded_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vouch.cli import main as face

    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(face, "import_module", interrupted)
    monkeypatch.setattr(sys, "argv", ["vouch", "trace"])
    with pytest.raises(SystemExit) as ended:
        face.main()
    assert ended.value.code == 130
