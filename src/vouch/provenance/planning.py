"""A model as a planner: it is shown what the user said and which writes there are, and nothing that a stranger wrote.

It does not know what comes of the plan: what it leaves out is asked of a person later, and never done unasked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from vouch.contracts.model import Model
from vouch.contracts.provenance import Plan, Planned, Step
from vouch.contracts.tool import Spent
from vouch.errors import MalformedAnswer
from vouch.values.message import system, user
from vouch.values.request import Settings, ToolSpec, ask, frame

INSTRUCTIONS: Final = """\
You plan the work of an assistant before it begins. You are shown what a user said, and the tools that change something.
List each change that the user's words ask for, once for each time it is to be made, as JSON:
{"steps": [{"tool": "...", "fixed": {"argument": value, ...}, "sources": {"argument": "tool", ...}}]}
Put an argument under `fixed` only where the user's own words settle its value; write it as the tool's schema wants it.
Put an argument under `sources` only where the user plainly means a value that a reading tool of this list gives.
Leave out every argument that can be known only later. Guess nothing. Where no change is asked for, give {"steps": []}.
"""

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "tool": {"type": "string"},
                    "fixed": {"type": "object"},
                    "sources": {"type": "object", "additionalProperties": {"type": "string"}},
                },
                "required": ["tool"],
            },
        }
    },
    "required": ["steps"],
}


class _Told(msgspec.Struct):
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ModelPlanner:
    """Asks a model once for the plan of a turn."""

    model: Model

    @property
    def name(self) -> str:
        """Such as `model(openai/gpt-4o-mini)`."""
        return f"model({self.model.name})"

    async def plan(self, said: Sequence[str], tools: Sequence[ToolSpec]) -> Planned:
        """The plan that the model gives; raises a `ModelError` where it gives none."""
        shown = [
            {"name": tool.name, "changes something": tool.writes, "does": tool.description, "takes": tool.parameters}
            for tool in tools
        ]
        question = msgspec.json.encode({"the user said": list(said), "tools": shown}).decode()
        settings = Settings(temperature=0.0, output_schema=SCHEMA)
        request = ask(frame(self.model.name, settings=settings), [system(INSTRUCTIONS), user(question)])
        answer = await self.model.answer(request)
        return Planned(Plan(_read(self.model.name, answer.text)), Spent(answer.usage))


def _read(model: str, text: str) -> tuple[Step, ...]:
    """The steps in an answer, which may stand in a fence."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        return msgspec.json.decode(text[begin : end + 1].encode(), type=_Told).steps
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MalformedAnswer(f"{model} gave no plan: {error}: {text[:200]!r}") from error
