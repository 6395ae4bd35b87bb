"""Whether Python code does what is expected: what it prints, or whether a check passes after it.

It does not know what the code means to do.

**This is no sandbox.** The code runs in a process of its own, in an empty folder, with none of this process's
environment, and with limits on time, memory and file size; but with the rights of the user who runs the proof: it can
read their files and use the network. Code of a stranger belongs into a container or a virtual machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Final, NamedTuple

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, named, shown, unanswered, unjudged
from vouch.scorers.difference import fields_of
from vouch.scorers.fences import last_block
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_MOST_OUTPUT: Final = 1_000_000
"""Bytes that are read of what the code writes."""

_START: Final = """
import resource, sys
seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
source = open("answer.py", encoding="utf-8").read()
sys.argv = ["answer.py"]
exec(compile(source, "answer.py", "exec"), {"__name__": "__main__"})
"""
"""Sets the limits on itself, so that no code runs between fork and exec of a process that may have threads."""


class Ran(NamedTuple):
    """How a program ended: what it wrote, and why it is no success, where it is none."""

    output: str
    problem: str = ""


class Code(Struct, frozen=True):
    """Right when the output's program prints the expected text, or passes the expected check."""

    seconds: float = 5.0
    megabytes: int = 512

    @property
    def name(self) -> str:
        """`code` with its limits."""
        return named("code", seconds=self.seconds, megabytes=self.megabytes)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that expects neither a text nor an object with `check` cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        program = last_block(result.output)
        if isinstance(case.expected, str):
            ran = await run_python(program, seconds=self.seconds, megabytes=self.megabytes)
            right = not ran.problem and _lines(ran.output) == _lines(case.expected)
            told = ran.problem or f"printed {shown(ran.output)}, not {shown(case.expected)}"
            return judged(self.name, "" if right else told)
        check = fields_of(case.expected).get("check")
        if not isinstance(check, str) or not check.strip():
            return unjudged(self.name, case, "what the code prints, or an object with 'check', the code of a check,")
        # A program that ends early never comes to say this word.
        word = secrets.token_hex(16)
        ran = await run_python(f"{program}\n{check}\nprint({word!r})", seconds=self.seconds, megabytes=self.megabytes)
        passed = not ran.problem and ran.output.rstrip().endswith(word)
        return judged(self.name, "" if passed else ran.problem or "the code ended before the check")


def code(*, seconds: float = 5.0, megabytes: int = 512) -> Code:
    """Right when the output's Python code prints the expected text, or passes the check of `{"check": "assert ..."}`.

    Spaces at the ends of lines do not count. The code may stand in a fenced block. It runs with limits, but **not in a
    sandbox**. Raises an `AppError` for limits that are not positive.
    """
    if not 0 < seconds < float("inf") or megabytes < 1:
        raise AppError(f"code(seconds={seconds!r}, megabytes={megabytes!r}): positive numbers are wanted")
    return Code(seconds, megabytes)


async def run_python(program: str, *, seconds: float, megabytes: int) -> Ran:
    """Run a program in a process and an empty folder of its own, and end it with all its children in time."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        try:
            await asyncio.to_thread((Path(folder) / "answer.py").write_text, program, encoding="utf-8")
        except UnicodeEncodeError as error:
            return Ran("", f"the code is no text: {error}")
        # Files instead of pipes: their size has a limit, and nothing that outlives the program can hold them open.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, str(int(seconds) + 1), str(megabytes)),
            cwd=folder,
            env={"PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            status = await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            return Ran("", f"took longer than {seconds:g} s")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return _ran(status, _written(output), _written(errors))


def _ran(status: int, output: str, errors: str) -> Ran:
    if status:
        last = errors.strip().split("\n")[-1]
        return Ran(output, f"failed: {shown(last or f'exit status {status}')}")
    return Ran(output, f"wrote more than {_MOST_OUTPUT:,} bytes" if len(output) > _MOST_OUTPUT else "")


def _written(file: IO[bytes]) -> str:
    """What stands in a file, or a little more than is wanted of it."""
    file.seek(0)
    return file.read(_MOST_OUTPUT + 1).decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]
