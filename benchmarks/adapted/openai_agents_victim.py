"""Five payments by an agent of the OpenAI Agents SDK with its SQLite sessions.

Its second life runs the agent again in the same session. The SDK's tracing, which would send data, is off.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Runner, SQLiteSession, Usage, function_tool, set_tracing_disabled
from agents.items import ModelResponse
from agents.models.interface import Model
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from benchmarks.adapted.life import CALLS, END, QUESTION, THREAD, Life, bear, find_out, plain_pay, wanted
from vouch.adapters.gateway import ToolGateway
from vouch.adapters.openai_agents import openai_tools


class Scripted(Model):
    """Pays for what is not paid yet, as far as it can see."""

    def __init__(self, given: Life) -> None:
        self.given = given

    async def get_response(self, system_instructions: str | None, input: Any, *_more: Any, **_named: Any) -> Any:  # noqa: ARG002
        """The next line."""
        paid = sum(item.get("type") == "function_call_output" for item in input)
        if paid >= CALLS:
            text = ResponseOutputText(text=END, type="output_text", annotations=[])
            said = ResponseOutputMessage(id="m", content=[text], role="assistant", status="completed", type="message")
            return ModelResponse(output=[said], usage=Usage(), response_id=None)
        calls = [
            ResponseFunctionToolCall(arguments=json.dumps(arguments), call_id=name, name="pay", type="function_call")
            for name, arguments in wanted(self.given, paid)
        ]
        return ModelResponse(output=[*calls], usage=Usage(), response_id=None)

    def stream_response(self, *_more: Any, **_named: Any) -> AsyncIterator[Any]:
        """Not used."""
        raise NotImplementedError


async def work(given: Life, gateway: ToolGateway) -> str:
    """Run the agent; whatever waits for a person is found out."""

    @function_tool
    async def pay(order: str) -> str:
        """Pay for an order."""
        return await asyncio.to_thread(plain_pay, given, order)

    set_tracing_disabled(True)
    tools = [pay] if given.plain else openai_tools(gateway, thread=THREAD)
    agent = Agent(name="payer", model=Scripted(given), tools=[*tools])
    session = SQLiteSession(THREAD, f"{given.journal}.session")
    result = await Runner.run(agent, QUESTION, session=session)
    while result.interruptions:
        await find_out(given, gateway)
        state = result.to_state()
        for call in result.interruptions:
            state.approve(call)
        result = await Runner.run(agent, state, session=session)
    session.close()
    return result.final_output


if __name__ == "__main__":
    bear(work)
