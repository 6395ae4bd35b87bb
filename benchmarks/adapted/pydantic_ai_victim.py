"""Five payments by an agent of Pydantic AI.

It has no checkpoints within a run, so its second life runs the agent again, and the model is asked again.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from benchmarks.adapted.life import CALLS, END, QUESTION, THREAD, Life, bear, find_out, plain_pay, wanted
from vouch.adapters.gateway import ToolGateway
from vouch.adapters.pydantic_agents import VouchToolset


async def work(given: Life, gateway: ToolGateway) -> str:
    """Run the agent; whatever waits for a person is found out."""

    def model(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        paid = sum(isinstance(part, ToolReturnPart) for message in messages for part in message.parts)
        if paid >= CALLS:
            return ModelResponse([TextPart(END)])
        return ModelResponse([ToolCallPart("pay", arguments, name) for name, arguments in wanted(given, paid)])

    tools = [] if given.plain else [VouchToolset(gateway, thread=THREAD)]
    agent = Agent(FunctionModel(model), toolsets=tools, output_type=[str, DeferredToolRequests])
    if given.plain:

        @agent.tool_plain
        def pay(order: str) -> str:
            """Pay for an order."""
            return plain_pay(given, order)

    result = await agent.run(QUESTION)
    while isinstance(result.output, DeferredToolRequests):
        await find_out(given, gateway)
        again = DeferredToolResults(approvals={call.tool_call_id: True for call in result.output.approvals})
        result = await agent.run(message_history=result.all_messages(), deferred_tool_results=again)
    return result.output


if __name__ == "__main__":
    bear(work)
