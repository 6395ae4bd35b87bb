"""Agents of the OpenAI Agents SDK, run for real with a scripted model, whose tools go through the gateway."""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adapters.selling import Till
from vouch.adapters.gateway import ToolGateway
from vouch.app.decide import decide
from vouch.app.house import House
from vouch.errors import ConfigError

pytest.importorskip("agents", reason="the OpenAI Agents SDK is not installed")

from agents import Agent, Runner, RunState, SQLiteSession, Usage, set_tracing_disabled
from agents.items import ModelResponse
from agents.models.interface import Model
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from vouch.adapters.openai_agents import openai_tools

set_tracing_disabled(True)

Line = list[tuple[str, dict[str, Any] | str]]


class Scripted(Model):
    """Says its lines, one after the other since the user last spoke, under ids that are never the same twice."""

    def __init__(self, *lines: Line) -> None:
        self.lines = lines
        self.given = 0

    async def get_response(self, system_instructions: str | None, input: Any, *_more: Any, **_named: Any) -> Any:
        items = [{"role": "user"}] if isinstance(input, str) else input
        last = max(at for at, item in enumerate(items) if item.get("role") == "user")
        results = sum(item.get("type") == "function_call_output" for item in items[last:])
        line, count = 0, 0
        while line < len(self.lines) and count + len(self.lines[line]) <= results:
            count += len(self.lines[line])
            line += 1
        if line == len(self.lines):
            text = ResponseOutputText(text="done", type="output_text", annotations=[])
            said = ResponseOutputMessage(id="m", content=[text], role="assistant", status="completed", type="message")
            return ModelResponse(output=[said], usage=Usage(), response_id=None)
        return ModelResponse(
            output=[self._call(*wanted) for wanted in self.lines[line]], usage=Usage(), response_id=None
        )

    def _call(self, name: str, arguments: dict[str, Any] | str) -> ResponseFunctionToolCall:
        self.given += 1
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        return ResponseFunctionToolCall(arguments=text, call_id=f"call-{self.given}", name=name, type="function_call")

    def stream_response(self, *_more: Any, **_named: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


def agent(gateway: ToolGateway, model: Scripted, thread: Any = "t") -> Agent[Any]:
    return Agent(name="desk", model=model, tools=[*openai_tools(gateway, thread=thread)])


def told(result: Any) -> list[str]:
    return [item["output"] for item in result.to_input_list() if item.get("type") == "function_call_output"]


async def test_calls_go_through_policies_and_the_ledger_with_the_words_of_the_user(house: House) -> None:
    till = Till()
    model = Scripted(
        [("look", {"order": "W1"}), ("refund", {"order": "W1", "amount": "5.00"})],
        [("refund", {"order": "W0", "amount": 5}), ("refund", {"order": "W2"})],
    )
    result = await Runner.run(agent(ToolGateway(till.app, house), model), "Refund W1")
    assert result.final_output == "done"
    assert told(result)[:3] == ["W1 is delivered", "5.00 EUR for W1", "Not W0."]
    assert told(result)[3].startswith("refund was not called, its arguments do not fit")
    assert till.said == [("Refund W1",)] * 2
    assert till.orders == ["W1"]
    tools = openai_tools(ToolGateway(till.app, house), thread="t")
    assert tools[0].params_json_schema["properties"]["order"]["description"] == "Its number."


async def test_a_conversation_is_named_by_the_context_and_gone_on_with(house: House, tmp_path: Path) -> None:
    till = Till()
    gateway = ToolGateway(till.app, house)
    session = SQLiteSession("s", tmp_path / "s.db")
    model = Scripted([("refund", {"order": "W1", "amount": 5})])
    desk = agent(gateway, model, thread=lambda context: context.context["conversation"])
    context = {"conversation": "a"}
    await Runner.run(desk, "Refund W1", session=session, context=context)
    model.lines = ([("refund", {"order": "W2", "amount": 5})],)
    words = [{"role": "user", "content": [{"type": "input_text", "text": "And W2"}]}]
    await Runner.run(desk, words, session=session, context=context)
    session.close()
    assert till.said == [("Refund W1",), ("Refund W1", "And W2")]
    assert till.orders == ["W1", "W2"]


async def test_an_agent_that_is_run_again_from_the_start_makes_no_write_again(house: House) -> None:
    till = Till()
    model = Scripted([("refund", {"order": "W1", "amount": 5})], [("refund", {"order": "W2", "amount": 5})])
    for _ in range(2):
        result = await Runner.run(agent(ToolGateway(till.app, house), model), "Refund both")
        assert result.final_output == "done"
    assert model.given == 4
    assert till.orders == ["W1", "W2"]
    assert all("already done" in text for text in told(result))


async def test_two_of_three_calls_interrupt_and_each_is_made_once(house: House) -> None:
    till = Till()
    gateway = ToolGateway(till.app, house)
    amounts = {"W1": 500, "W2": 5, "W3": 70}
    model = Scripted([("refund", {"order": order, "amount": amount}) for order, amount in amounts.items()])
    desk = agent(gateway, model)
    result = await Runner.run(desk, "Refund all")
    assert [json.loads(item.arguments)["order"] for item in result.interruptions] == ["W1", "W3"]
    assert till.orders == ["W2"]
    session = gateway.session("t")
    waits = await session.waiting(result.interruptions[0].raw_item.call_id)
    assert waits is not None
    assert waits.question == "Refund 500 EUR for order W1."
    await decide(house.journal, waits.run, "approve", who="ann", call_id=waits.call_id)
    await session.decide("reject", who="ann", why="No.", call_id=result.interruptions[1].raw_item.call_id)
    # The state is written down and read again, as in another process.
    state = await RunState.from_json(desk, result.to_state().to_json())
    for item in state.get_interruptions():
        state.approve(item)
    result = await Runner.run(desk, state)
    assert result.final_output == "done"
    assert told(result) == ["5 EUR for W2", "500 EUR for W1", "This was not done: it was not approved. No."]
    assert till.orders == ["W1", "W2"]


async def test_a_yes_of_the_framework_is_no_yes_of_a_person(house: House) -> None:
    till = Till(confirm=True)
    gateway = ToolGateway(till.app, house)
    model = Scripted([("refund", {"order": "W1", "amount": 5})])
    result = await Runner.run(agent(gateway, model), "Refund W1")
    state = result.to_state()
    state.approve(result.interruptions[0])
    [words] = told(await Runner.run(agent(gateway, model), state))
    assert words.startswith("This is not done yet. The customer must confirm it first: Refund 5 EUR for order W1.")
    assert till.orders == []
    await gateway.session("t").reply("yes", call_id="call-1")
    assert till.orders == ["W1"]


def test_whoever_has_no_agents_sdk_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "vouch.adapters.openai_agents")
    monkeypatch.setitem(sys.modules, "agents.tool_context", None)
    with pytest.raises(ConfigError, match=r"the OpenAI Agents SDK is not installed .*; run: pip install openai-agents"):
        import_module("vouch.adapters.openai_agents")
