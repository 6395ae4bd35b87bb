"""Drives whole conversations: the planner's calls are made, their results go back, its words are kept."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vouch.contracts.tool import ToolRefused
from vouch.models.planner.planner import Planner
from vouch.tools.function import FunctionTool
from vouch.values.message import Message, ToolCall, ToolResult, assistant, system, tool_result, user
from vouch.values.request import Answer, ask, frame

Arguments = dict[str, object]


class Driven:
    """One conversation. `made` are the calls so far as (name, arguments), `answers` all that the planner answered."""

    def __init__(self, planner: Planner, tools: Sequence[FunctionTool], prompt: str = "You help.") -> None:
        self.planner = planner
        self.tools = {tool.spec.name: tool for tool in tools}
        self.frame = frame(planner.name, tools=tuple(tool.spec for tool in tools))
        self.messages: list[Message] = [system(prompt)]
        self.made: list[tuple[str, Arguments]] = []
        self.answers: list[Answer] = []

    async def say(self, text: str) -> str:
        """What the planner says to this, after all calls that it makes."""
        self.messages.append(user(text))
        for _ in range(20):
            answer = await self.planner.answer(ask(self.frame, self.messages))
            self.answers.append(answer)
            self.messages.append(assistant(answer.text, *answer.message.calls))
            if not answer.message.calls:
                return answer.text
            for call in answer.message.calls:
                self.messages.append(tool_result(await self._call(call)))
        raise AssertionError(f"no end of calls: {self.made}")

    async def _call(self, call: ToolCall) -> ToolResult:
        self.made.append((call.name, msgspec.json.decode(call.arguments)))
        tool = self.tools[call.name]
        try:
            return ToolResult(call.id, call.name, await tool.call(tool.check(call.arguments)))
        except ToolRefused as refusal:
            return ToolResult(call.id, call.name, str(refusal), failed=True)

    @property
    def names(self) -> list[str]:
        """The names of the tools called so far."""
        return [name for name, _ in self.made]

    @property
    def writes(self) -> list[tuple[str, Arguments]]:
        """The writes so far."""
        return [(name, arguments) for name, arguments in self.made if self.tools[name].spec.writes]

    @property
    def confidence(self) -> float:
        """That of the last answer."""
        return self.answers[-1].confidence or 0.0
