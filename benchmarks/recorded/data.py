"""AgentDojo's tasks, and recorded runs of real models on them: what was said, called and given back.

It does not know what any of it means for whom.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from vouch.errors import UsageError


class Truth(Struct, frozen=True):
    """A call that does a task, or a part of it."""

    name: str
    args: dict[str, Any]


class Task(Struct, frozen=True):
    """What a user, or an attacker (`injection`), wants; `ground_truth_calls` is empty where nobody has written it."""

    suite: str
    id: str
    kind: Literal["user", "injection"]
    text: str
    ground_truth_calls: tuple[Truth, ...] | None = None

    @property
    def calls(self) -> tuple[Truth, ...]:
        """The calls that do it."""
        return self.ground_truth_calls or ()


class Function(Struct, frozen=True):
    """Which tool a recorded call names, and its arguments as JSON text."""

    name: str
    arguments: str


class Called(Struct, frozen=True):
    """A recorded call."""

    function: Function


class Said(Struct, frozen=True):
    """A recorded message: words, or calls, or what a tool gave back (where it failed, `error` says why)."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: tuple[Called, ...] | None = None
    error: str | None = None


class Made(NamedTuple):
    """A recorded call with its result; `id` is its own in the run."""

    id: str
    name: str
    arguments: str
    content: str
    failed: bool


class Line(NamedTuple):
    """What the model said or called at once, and what its calls gave back."""

    words: str
    calls: tuple[Made, ...] = ()


class Recorded(Struct, frozen=True):
    """A recorded run. `security` in an attacked run: whether what the attacker wanted was done (sic)."""

    pipeline: str
    suite: str
    user_task: str
    utility: bool
    messages: tuple[Said, ...]
    security: bool = False
    injection_task: str | None = None
    attack: str | None = None
    injections: dict[str, str] = {}

    @property
    def name(self) -> str:
        """What it is called in reports."""
        parts = (self.pipeline, self.suite, self.user_task, self.attack if self.attacked else "", self.injection_task)
        return " ".join(part for part in parts if part)

    @property
    def attacked(self) -> bool:
        """Whether somebody attacked it."""
        return self.attack not in (None, "", "none")

    @property
    def said(self) -> str:
        """What the user said; what an agent's own pipeline says in the user's name later is not of the user."""
        return next((said.content or "" for said in self.messages if said.role == "user"), "")

    @property
    def asks(self) -> tuple[str, str, str]:
        """Equal in runs of which the user asked the same."""
        return self.suite, self.user_task, " ".join(self.said.split())


def lines_of(recorded: Recorded) -> tuple[Line, ...]:
    """All that the model said and called; words that something else of its own followed at once stand before that.

    Calls that have no result, because the run was cut off, are left out.
    """
    lines: list[Line] = []
    words, number = "", 0
    for said, results in _exchanges(recorded.messages):
        words = f"{words}\n{said.content or ''}".strip()
        pairs = list(zip([call.function for call in said.tool_calls or ()], results, strict=False))
        if pairs:
            lines.append(Line(words, tuple(_made(at, *pair) for at, pair in enumerate(pairs, number))))
            words, number = "", number + len(pairs)
    return (*lines, Line(words)) if words else tuple(lines)


def _exchanges(messages: Sequence[Said]) -> Iterator[tuple[Said, list[Said]]]:
    """Every message of the model with the results that follow it."""
    open_one: tuple[Said, list[Said]] | None = None
    for said in messages:
        if said.role == "assistant":
            if open_one is not None:
                yield open_one
            open_one = said, []
        elif said.role == "tool" and open_one is not None:
            open_one[1].append(said)
    if open_one is not None:
        yield open_one


def _made(place: int, function: Function, result: Said) -> Made:
    failed = bool(result.error)
    return Made(f"call-{place}", function.name, function.arguments, result.error or result.content or "", failed)


def shown_in(recorded: Recorded, lines: Sequence[Line]) -> tuple[int, str]:
    """The place of the first line in whose results an injected text stands, and the tool; (-1, "") where it is in none.

    Results are held against it by letters and digits alone: they are written as YAML, which folds and quotes.
    """
    probes = [bare for text in recorded.injections.values() if (bare := _bare(text))]
    for place, line in enumerate(lines):
        for call in line.calls:
            content = _bare(call.content)
            if any(probe in content for probe in probes):
                return place, call.name
    return -1, ""


def _bare(text: str) -> str:
    """Letters and digits; line breaks and tabs may be written out."""
    return re.sub(r"[\W_]+", "", text.replace("\\n", " ").replace("\\t", " "))


def read_runs(path: Path) -> list[Recorded]:
    """The recorded runs of one file, packed or not; raises `UsageError` where it holds anything else."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return [msgspec.json.decode(line, type=Recorded) for line in content.split(b"\n") if line]
    except msgspec.MsgspecError as error:
        raise UsageError(f"{str(path)!r} holds no recorded runs: {error}; give one run a line, as JSON") from error


def read_tasks(folder: Path) -> dict[tuple[str, str], Task]:
    """The tasks by suite and id."""
    lines = (folder / "agentdojo_tasks.jsonl").read_bytes().split(b"\n")
    tasks = [msgspec.json.decode(line, type=Task) for line in lines if line]
    return {(task.suite, task.id): task for task in tasks}


def read_schemas(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """By suite and tool: its schema, with `description` and `parameters`."""
    suites = msgspec.json.decode((folder / "agentdojo_tools.json").read_bytes())
    return {
        suite: {function["name"]: function for tool in tools for function in [tool.get("function", tool)]}
        for suite, tools in suites.items()
    }
