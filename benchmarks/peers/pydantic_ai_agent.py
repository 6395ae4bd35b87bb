"""An agent of Pydantic AI with a model within the process and one read tool; nothing is kept on disk.

It does not know Vouch. Pydantic AI has no checkpoints of its own: it is made durable by DBOS or Temporal.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio

from measuring import END, PROMPT, QUESTION, Size, found, measure, order, size
from pydantic_ai import Agent, UsageLimits
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel


async def run(given: Size) -> None:
    """All agents on one definition."""

    async def model(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        done = len(messages) // 2
        if done >= given.steps:
            return ModelResponse(parts=[TextPart(END)])
        return ModelResponse(parts=[ToolCallPart("look_up", {"order": order(done)}, f"call-{done}")])

    agent = Agent(FunctionModel(model), instructions=PROMPT)

    @agent.tool_plain
    async def look_up(order: str) -> str:
        """Look up an order."""
        return found(order)

    async def one(_number: int) -> str:
        return (await agent.run(QUESTION, usage_limits=UsageLimits(request_limit=None))).output

    await measure(one, given.agents, given.steps)


if __name__ == "__main__":
    asyncio.run(run(size()))
