"""Measures `local/planner` on real data: how often it chooses the right tool and fills the right arguments.

It does not train anything. Needs the Berkeley Function Calling Leaderboard and the tasks of tau-bench retail, looked
for in `../shared/data` from the project's root, or where VOUCH_DATA points. Run it from the project's root:

    python scripts/planner_accuracy.py
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.matching import matches
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.planner import Planner
from vouch.models.planner.toolbox import toolbox
from vouch.values.message import user
from vouch.values.request import Answer, ToolSpec, ask, frame

DATA: Final = Path(os.environ.get("VOUCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
TYPES: Final = {"dict": "object", "float": "number", "tuple": "array", "any": "string"}

Row = Mapping[str, Any]


def lines(path: Path) -> Iterable[Row]:
    """The rows of a file of JSON lines."""
    with path.open("rb") as file:
        yield from (msgspec.json.decode(line) for line in file)


def as_json_schema(schema: Any) -> Any:
    """A schema of the leaderboard in the words of JSON Schema."""
    if isinstance(schema, dict):
        return {
            key: TYPES.get(value, value) if key == "type" and isinstance(value, str) else as_json_schema(value)
            for key, value in cast("Row", schema).items()
        }
    return [as_json_schema(one) for one in cast("list[Any]", schema)] if isinstance(schema, list) else schema


def spec(function: Row) -> ToolSpec:
    """A function of the leaderboard, or of OpenAI's form, as a tool."""
    function = function.get("function", function)
    return ToolSpec(function["name"], function["description"], as_json_schema(function["parameters"]))


def fits(given: Any, allowed: Sequence[Any]) -> bool:
    """Whether a value is one of those allowed, spelled alike."""
    return any(_same(given, one) for one in allowed)


def _same(given: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(given, dict):
        row, allowed = cast("Row", given), cast("Row", wanted)
        return all((name in row and fits(row[name], values)) or "" in values for name, values in allowed.items())
    if isinstance(wanted, list) and isinstance(given, list):
        ones, others = cast("list[Any]", given), cast("list[Any]", wanted)
        return len(ones) == len(others) and all(_same(a, b) for a, b in zip(ones, others, strict=True))
    if isinstance(wanted, str) or isinstance(given, str):
        return _plain(given) == _plain(wanted)
    return given == wanted


def _plain(value: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(value).lower())


def right(answer: Answer, truth: Row) -> bool:
    """Whether the first call is the true one: its name, every needed argument, and none that is not allowed."""
    if not answer.message.calls:
        return False
    call = answer.message.calls[0]
    name, allowed = next(iter(truth.items()))
    given = msgspec.json.decode(call.arguments)
    return (
        call.name == name
        and all(one in allowed and fits(value, allowed[one]) for one, value in given.items())
        and all(one in given or "" in values for one, values in allowed.items())
    )


async def calls(planner: Planner, rows: Sequence[Row]) -> list[tuple[Row, Answer]]:
    """The planner's answer to each row's question."""
    answered: list[tuple[Row, Answer]] = []
    for row in rows:
        tools = tuple(spec(function) for function in row["function"])
        request = ask(frame(planner.name, tools=tools), [user(row["question"][0][-1]["content"])])
        answered.append((row, await planner.answer(request)))
    return answered


def nearest(tools: Sequence[ToolSpec], questions: Sequence[str], embedder: MiniLM) -> list[str]:
    """The name of the tool that comes nearest to each question."""
    box, meanings = toolbox(tools), Meanings(embedder.dimensions)
    found = [matches(question, box, meanings) for question in questions]
    for _ in range(3):
        meanings.missing.clear()
        found = [matches(question, box, meanings) for question in questions]
        if meanings.missing:
            texts = list(meanings.missing)
            meanings.learn(texts, embedder.encode(texts))
    return [one[0].skill.name for one in found]


async def leaderboard(embedder: MiniLM) -> None:
    """Tool selection on `multiple`, whole calls on `simple` and `multiple`, restraint on `irrelevance`."""
    rows = list(lines(DATA / "agents" / "bfcl_v4_subset.jsonl"))
    planner = Planner(embedder=embedder)
    of = {name: [row for row in rows if row["category"] == name] for name in {row["category"] for row in rows}}
    chosen = [
        nearest([spec(one) for one in row["function"]], [row["question"][0][-1]["content"]], embedder)[0]
        == next(iter(row["ground_truth"][0]))
        for row in of["multiple"]
    ]
    print(f"BFCL multiple: right tool {sum(chosen)} of {len(chosen)} = {sum(chosen) / len(chosen):.3f}")
    for name in ("simple_python", "multiple"):
        answered = await calls(planner, of[name])
        made = [(row, answer) for row, answer in answered if answer.message.calls]
        hits = sum(right(answer, row["ground_truth"][0]) for row, answer in answered)
        print(
            f"BFCL {name}: whole call right {hits} of {len(answered)} = {hits / len(answered):.3f}; "
            f"a call was made {len(made)} times, {hits / max(1, len(made)):.3f} of them right"
        )
    answered = await calls(planner, of["irrelevance"])
    restrained = sum(not answer.message.calls for _, answer in answered)
    print(f"BFCL irrelevance: no call {restrained} of {len(answered)} = {restrained / len(answered):.3f}")


def retail(embedder: MiniLM) -> None:
    """Tool selection on the single-action tasks of tau-bench retail, from what the customer is told to want."""
    tools = [spec(one) for one in msgspec.json.decode((DATA / "support" / "tau_retail_tools.json").read_bytes())]
    rows = [row for row in lines(DATA / "support" / "tau_retail_tasks_train.jsonl") if len(row["actions"]) == 1]
    writes = {"cancel", "exchange", "modify", "return"}
    rows = [row for row in rows if row["actions"][0]["name"].split("_")[0] in writes]
    # The first two sentences say who the customer is and of what temper.
    wishes = [" ".join(re.split(r"(?<=[a-z0-9])\.\s+", row["instruction"])[2:]) or row["instruction"] for row in rows]
    found = nearest(tools, wishes, embedder)
    hits = sum(name == row["actions"][0]["name"] for name, row in zip(found, rows, strict=True))
    print(f"tau-bench retail: right tool {hits} of {len(rows)} = {hits / max(1, len(rows)):.3f}, of {len(tools)} tools")


def main() -> None:
    """Print all figures."""
    embedder = MiniLM.open()
    asyncio.run(leaderboard(embedder))
    retail(embedder)
    embedder.close()


if __name__ == "__main__":
    main()
