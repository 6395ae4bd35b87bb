"""An agent of the OpenAI Agents SDK with a model within the process and one read tool; nothing is kept on disk.

It does not know Vouch. The SDK keeps conversations, not checkpoints; its tracing, which would send data, is off.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Runner, Usage, function_tool, set_tracing_disabled
from agents.items import ModelResponse
from agents.models.interface import Model
from measuring import END, PROMPT, QUESTION, Size, found, measure, order, size
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText


@function_tool
async def look_up(order: str) -> str:
    """Look up an order."""
    return found(order)


class Scripted(Model):
    """Calls the tool a number of times and then answers."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    async def get_response(self, system_instructions: str | None, input: Any, *_more: Any, **_named: Any) -> Any:  # noqa: ARG002
        """The next line."""
        done = 0 if isinstance(input, str) else len(input) // 2
        if done >= self.steps:
            text = ResponseOutputText(text=END, type="output_text", annotations=[])
            said = ResponseOutputMessage(id="m", content=[text], role="assistant", status="completed", type="message")
            return ModelResponse(output=[said], usage=Usage(), response_id=None)
        call = ResponseFunctionToolCall(
            arguments=json.dumps({"order": order(done)}), call_id=f"call-{done}", name="look_up", type="function_call"
        )
        return ModelResponse(output=[call], usage=Usage(), response_id=None)

    def stream_response(self, *_more: Any, **_named: Any) -> AsyncIterator[Any]:
        """Not used."""
        raise NotImplementedError


async def run(given: Size) -> None:
    """All agents on one definition."""
    set_tracing_disabled(True)
    agent = Agent(name="agent", instructions=PROMPT, model=Scripted(given.steps), tools=[look_up])

    async def one(_number: int) -> str:
        return (await Runner.run(agent, QUESTION, max_turns=given.steps + 2)).final_output

    await measure(one, given.agents, given.steps)


if __name__ == "__main__":
    asyncio.run(run(size()))
