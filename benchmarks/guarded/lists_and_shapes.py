"""Deny lists on names of people and on words that set off detectors; JSON shapes on calls that real models made.

It does not know how the figures are shown, nor how sets are split: it is given one half.

A deny list does what it says, so that what can be measured is what a list is worth. People's names: whether the texts
they stand in are found, as they are and as somebody would write them to get by. Words that set off detectors: what a
list of them would make of attacks, and of harmless texts. For shapes the judges are AgentDojo's own functions, which
refused some of the calls that models made of them.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from vouch import guards
from vouch.contracts.guard import Guard

TRACES: Final = ("agentdojo_traces_clean.jsonl.gz", "agentdojo_traces_attack_*.jsonl.gz")
_REFUSED: Final = re.compile(r"ValidationError: |TypeError: \w+\(\) (?:got an unexpected|missing)")
"""How AgentDojo says that arguments do not fit the function."""


class Share(NamedTuple):
    """How many of how many."""

    hits: int
    n: int


def written_otherwise(chance: random.Random) -> dict[str, Callable[[str], str]]:
    """Ways to write a name so that a search for it finds nothing."""

    def hidden(name: str) -> str:
        place = chance.randrange(1, len(name))
        return f"{name[:place]}\u200b{name[place:]}"

    return {
        "as it is": str,
        "in capitals": str.upper,
        "full width": lambda name: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name),
        "two spaces": lambda name: name.replace(" ", "  "),
        "a break between": lambda name: name.replace(" ", "\n"),
        "unseen characters": hidden,
    }


def people(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The names of people in Presidio's sentences, of two words and more: one word is a name and a word."""
    names = {span["value"] for row in rows for span in row["spans"] if span["type"] == "PERSON"}
    return sorted(name for name in names if len(name.split()) > 1)


async def names_found(rows: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, Share]:
    """Sentences with a name that is listed, found, by how the name is written; and the others, wrongly refused."""
    chance = random.Random(seed)
    listed = [name for name in people(rows) if chance.random() < 0.5]
    guard, known = guards.deny(listed), set(listed)
    found: dict[str, Share] = {}
    for way, written in written_otherwise(chance).items():
        texts = [
            row["text"][: span["start"]] + written(span["value"]) + row["text"][span["end"] :]
            for row in rows
            for span in row["spans"]
            if span["value"] in known
        ]
        found[way] = await refused(guard, texts)
    others = [row["text"] for row in rows if not any(span["value"] in known for span in row["spans"])]
    found["other sentences"] = await refused(guard, others)
    return found


async def refused(guard: Guard, texts: Sequence[str]) -> Share:
    """How many of the texts a guard refuses."""
    return Share(sum([not (await guard.judge(text)).passed for text in texts]), len(texts))


def trigger_words(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The words for which NotInject's harmless texts were written."""
    return sorted({word for row in rows for word in row.get("trigger_words") or ()})


class Call(NamedTuple):
    """A call that a model made of one of AgentDojo's functions: its arguments as JSON, and whether they were taken."""

    tool: str
    suite: str
    arguments: str
    taken: bool


def recorded_calls(folder: Path) -> Iterator[Call]:
    """The different calls of all recorded runs that got a result."""
    seen: set[Call] = set()
    for file in sorted(path for pattern in TRACES for path in folder.glob(pattern)):
        for line in gzip.decompress(file.read_bytes()).decode("utf-8").split("\n"):
            for call in _calls(json.loads(line)) if line else ():
                if call not in seen:
                    seen.add(call)
                    yield call


def _calls(run: dict[str, Any]) -> Iterator[Call]:
    waiting: list[dict[str, Any]] = []
    for said in run["messages"]:
        if said["role"] == "assistant":
            waiting = [call["function"] for call in said.get("tool_calls") or ()]
        elif said["role"] == "tool" and waiting:
            call, error = waiting.pop(0), str(said.get("error") or "")
            if call["name"] == said.get("name"):
                yield Call(call["name"], run["suite"], call["arguments"], not _REFUSED.match(error))


class Shapes(NamedTuple):
    """Calls that the functions refused, and calls they took, refused by their schemas; and broken calls refused."""

    wrong: Share
    right: Share
    cut: Share
    why: Counter[str]


async def shapes(folder: Path, seed: int = 0) -> Shapes:
    """What shapes of AgentDojo's schemas make of the recorded calls, and of the same calls cut off somewhere."""
    chance = random.Random(seed)
    schemas: dict[str, list[dict[str, Any]]] = json.loads((folder / "agentdojo_tools.json").read_text("utf-8"))
    by_tool = {
        (suite, tool["function"]["name"]): guards.shape(
            {**tool["function"]["parameters"], "additionalProperties": False}
        )
        for suite, tools in schemas.items()
        for tool in tools
    }
    counts: dict[str, Counter[bool]] = {"wrong": Counter(), "right": Counter(), "cut": Counter()}
    why: Counter[str] = Counter()
    for call in recorded_calls(folder):
        guard = by_tool.get((call.suite, call.tool))
        if guard is None:
            continue
        judged = await guard.judge(call.arguments)
        counts["right" if call.taken else "wrong"][not judged.passed] += 1
        if judged.passed != call.taken:
            why[f"{'taken' if call.taken else 'refused'}: {call.tool}: {judged.why or 'fits'}"] += 1
        piece = call.arguments[: chance.randrange(len(call.arguments))]
        counts["cut"][not (await guard.judge(piece)).passed] += 1
    wrong, right, cut = (Share(counts[kind][True], counts[kind].total()) for kind in ("wrong", "right", "cut"))
    return Shapes(wrong, right, cut, why)
